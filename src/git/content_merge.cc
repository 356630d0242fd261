#include "git/content_merge.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "git/handle.h"

namespace par::git {
namespace {

constexpr std::size_t kLargest = 16 << 20;      // bytes; what is larger is left to git
constexpr std::size_t kLookedAtForText = 8000;  // as git tells text from other things

struct MergedFile {
  git_merge_file_result result{};

  MergedFile() = default;
  MergedFile(const MergedFile&) = delete;
  MergedFile& operator=(const MergedFile&) = delete;
  ~MergedFile() { git_merge_file_result_free(&result); }

  [[nodiscard]] std::string_view text() const {
    return {result.ptr == nullptr ? "" : result.ptr, result.len};
  }
};

// None: it is not here, as in a partial clone.
Result<BlobHandle> lookup_blob(git_repository* repository, const git_oid& oid) {
  git_blob* blob = nullptr;
  const int found = git_blob_lookup(&blob, repository, &oid);
  if (found == GIT_ENOTFOUND) return BlobHandle();
  if (found != 0) return git2_error("cannot read a file");
  return BlobHandle(blob);
}

std::string_view content_of(const BlobHandle& blob) {
  return {static_cast<const char*>(git_blob_rawcontent(blob.get())),
          static_cast<std::size_t>(git_blob_rawsize(blob.get()))};
}

bool is_text(std::string_view content) {
  return content.size() <= kLargest &&
         content.substr(0, kLookedAtForText).find('\0') == std::string_view::npos;
}

git_merge_file_input input_of(std::string_view content) {
  git_merge_file_input input = GIT_MERGE_FILE_INPUT_INIT;
  input.ptr = content.data();
  input.size = content.size();
  input.path = "file";
  input.mode = GIT_FILEMODE_BLOB;
  return input;
}

// False: a conflict.
Result<bool> merge_by(std::uint32_t algorithm, const std::string_view (&sides)[3], MergedFile& merged) {
  git_merge_file_options options = GIT_MERGE_FILE_OPTIONS_INIT;
  options.flags = algorithm;
  const auto ancestor = input_of(sides[0]);
  const auto ours = input_of(sides[1]);
  const auto theirs = input_of(sides[2]);
  if (git_merge_file(&merged.result, &ancestor, &ours, &theirs, &options) != 0)
    return git2_error("cannot merge a file");
  return merged.result.automergeable != 0;
}

}  // namespace

Result<std::optional<git_oid>> merge_contents(git_repository* repository, const FileContents& contents) {
  PAR_ASSIGN(const BlobHandle ancestor, lookup_blob(repository, contents.ancestor));
  PAR_ASSIGN(const BlobHandle ours, lookup_blob(repository, contents.ours));
  PAR_ASSIGN(const BlobHandle theirs, lookup_blob(repository, contents.theirs));
  if (!ancestor || !ours || !theirs) return std::optional<git_oid>();
  const std::string_view sides[3] = {content_of(ancestor), content_of(ours), content_of(theirs)};
  if (!std::all_of(std::begin(sides), std::end(sides), is_text)) return std::optional<git_oid>();

  MergedFile by_myers;
  MergedFile by_patience;
  PAR_ASSIGN(const bool merges, merge_by(GIT_MERGE_FILE_DEFAULT, sides, by_myers));
  if (!merges) return std::optional<git_oid>();
  PAR_ASSIGN(const bool merges_too, merge_by(GIT_MERGE_FILE_DIFF_PATIENCE, sides, by_patience));
  if (!merges_too || by_myers.text() != by_patience.text()) return std::optional<git_oid>();

  git_oid merged{};
  const auto text = by_myers.text();
  if (git_blob_create_from_buffer(&merged, repository, text.data(), text.size()) != 0)
    return git2_error("cannot write a file");
  return std::optional(merged);
}

}  // namespace par::git
