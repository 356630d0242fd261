#include "git/objects.h"

#include <fmt/format.h>
#include <git2/sys/repository.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "base/strings.h"
#include "git/command.h"
#include "git/objects_impl.h"
#include "git/renames.h"
#include "git/trees.h"

namespace par::git {
namespace {

Result<void> init_library() {
  static std::once_flag once;
  static int outcome = 0;
  std::call_once(once, [] {
    outcome = git_libgit2_init();
    // A partial clone has trees that name blobs it does not have.
    if (outcome >= 0) outcome = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0);
  });
  if (outcome < 0) return git2_error("cannot start libgit2");
  return {};
}

Result<CommitHandle> lookup_commit(git_repository* repository, const ObjectId& id) {
  PAR_ASSIGN(const git_oid oid, to_git(id));
  git_commit* commit = nullptr;
  if (git_commit_lookup(&commit, repository, &oid) != 0)
    return git2_error(fmt::format("cannot read the commit '{}'", display_text(id.str())));
  return CommitHandle(commit);
}

Result<TreeHandle> tree_of(git_repository* repository, const ObjectId& commit) {
  PAR_ASSIGN(const CommitHandle handle, lookup_commit(repository, commit));
  return lookup_tree(repository, *git_commit_tree_id(handle.get()));
}

Signature signature_of(const git_signature& from) {
  return {from.name, from.email, from.when.time, from.when.offset};
}

// Without what would break the commit's header, as git does it.
std::string header_text(const std::string& text) {
  std::string clean;
  for (const char c : text)
    if (c != '<' && c != '>' && c != '\n' && c != '\0') clean += c;
  return std::string(trim(clean));
}

std::string header_line(std::string_view role, const Signature& who) {
  const int offset = std::abs(who.offset_minutes);
  return fmt::format("{} {} <{}> {} {}{:02}{:02}\n", role, header_text(who.name), header_text(who.email),
                     who.when, who.offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
}

std::string commit_text(const NewCommit& commit) {
  std::string text = fmt::format("tree {}\n", commit.tree.str());
  for (const auto& parent : commit.parents) text += fmt::format("parent {}\n", parent.str());
  text += header_line("author", commit.author) + header_line("committer", commit.committer);
  if (!commit.encoding.empty()) text += fmt::format("encoding {}\n", commit.encoding);
  return text + "\n" + commit.message;
}

// git knows where the history of a shallow clone ends; libgit2 does not.
Result<os::Finished> ask_git(const std::string& common_dir, const std::vector<std::string>& args) {
  CommandOptions options;
  options.git_dir = common_dir;
  return run_git(args, options);
}

}  // namespace

Result<git_oid> to_git(const ObjectId& id) {
  git_oid oid{};
  if (id.str().size() != GIT_OID_HEXSZ || git_oid_fromstr(&oid, id.c_str()) != 0)
    return Error(fmt::format("'{}' is not an object name", display_text(id.str())));
  return oid;
}

ObjectId from_git(const git_oid& oid) {
  std::string hex(GIT_OID_HEXSZ, '0');
  git_oid_fmt(hex.data(), &oid);
  return ObjectId(std::move(hex));
}

git_oid oid_of_digest(std::string_view digest) {
  git_oid oid{};
  git_oid_fromraw(&oid, reinterpret_cast<const unsigned char*>(digest.data()));
  return oid;
}

Objects::Objects(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Objects::Objects(Objects&&) noexcept = default;
Objects& Objects::operator=(Objects&&) noexcept = default;
Objects::~Objects() = default;

Result<Objects> Objects::open(const std::string& common_dir) {
  PAR_TRY(init_library());
  auto impl = std::make_unique<Impl>();
  impl->common_dir = common_dir;
  git_odb* odb = nullptr;
  if (git_odb_open(&odb, (common_dir + "/objects").c_str()) != 0)
    return git2_error(fmt::format("cannot open the objects of '{}'", common_dir));
  impl->odb.reset(odb);
  git_repository* repository = nullptr;
  if (git_repository_new(&repository) != 0) return git2_error("cannot start libgit2");
  impl->repository.reset(repository);
  git_config* config = nullptr;
  if (git_config_new(&config) != 0) return git2_error("cannot start libgit2");
  const ConfigHandle empty_config(config);
  if (git_repository_set_odb(repository, odb) != 0 || git_repository_set_config(repository, config) != 0)
    return git2_error(fmt::format("cannot open the objects of '{}'", common_dir));
  PAR_ASSIGN(impl->held, HeldObjects::attach(odb));
  return Objects(std::move(impl));
}

HeldWrites::HeldWrites(Objects& objects) : impl_(*objects.impl_) { impl_.held->hold(); }

HeldWrites::~HeldWrites() { impl_.held->release(); }

Result<void> HeldWrites::store_when_large() const {
  constexpr std::size_t kMostHeld = 64 << 20;
  return impl_.held->bytes() < kMostHeld ? Result<void>() : store();
}

Result<void> HeldWrites::store() const { return impl_.held->store(impl_.common_dir + "/objects"); }

Result<CommitInfo> Objects::commit(const ObjectId& id) const {
  PAR_ASSIGN(const CommitHandle commit, lookup_commit(impl_->repository.get(), id));
  CommitInfo info;
  info.id = from_git(*git_commit_id(commit.get()));
  info.tree = from_git(*git_commit_tree_id(commit.get()));
  for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i)
    info.parents.push_back(from_git(*git_commit_parent_id(commit.get(), i)));
  info.author = signature_of(*git_commit_author(commit.get()));
  info.message = git_commit_message(commit.get());
  if (const char* encoding = git_commit_message_encoding(commit.get())) info.encoding = encoding;
  return info;
}

Result<std::optional<std::string>> Objects::file_at(const ObjectId& commit, const RepoPath& path) const {
  PAR_ASSIGN(const TreeHandle tree, tree_of(impl_->repository.get(), commit));
  return file_in(impl_->repository.get(), tree.get(), path.str());
}

Result<std::string> Objects::blob(const ObjectId& id) const {
  PAR_ASSIGN(const git_oid oid, to_git(id));
  return blob_content(impl_->repository.get(), oid);
}

Result<std::vector<RepoPath>> Objects::paths(const ObjectId& commit) const {
  PAR_ASSIGN(const CommitHandle handle, lookup_commit(impl_->repository.get(), commit));
  PAR_ASSIGN(auto names, tree_paths(impl_->repository.get(), *git_commit_tree_id(handle.get())));
  std::vector<RepoPath> paths;
  paths.reserve(names.size());
  for (auto& name : names) paths.emplace_back(std::move(name));
  return paths;
}

Result<std::int64_t> Objects::checkout_size(const ObjectId& commit) const {
  PAR_ASSIGN(const CommitHandle handle, lookup_commit(impl_->repository.get(), commit));
  PAR_ASSIGN(const auto files, tree_files(impl_->repository.get(), *git_commit_tree_id(handle.get())));
  constexpr std::int64_t kBlock = 4096;
  std::int64_t bytes = 0;
  for (const auto& file : files) {
    std::size_t length = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&length, &type, impl_->odb.get(), &file) != 0) continue;
    bytes += (static_cast<std::int64_t>(length) + kBlock - 1) / kBlock * kBlock;
  }
  return bytes;
}

Result<std::vector<RepoPath>> Objects::changed_paths(const ObjectId& tree_a, const ObjectId& tree_b) const {
  PAR_ASSIGN(const git_oid a, to_git(tree_a));
  PAR_ASSIGN(const git_oid b, to_git(tree_b));
  PAR_ASSIGN(auto changes, tree_changes(impl_->repository.get(), a, b));
  std::vector<RepoPath> paths;
  paths.reserve(changes.size());
  for (auto& change : changes) paths.emplace_back(std::move(change.path));
  return paths;
}

Result<std::vector<RepoPath>> Objects::new_submodules(const ObjectId& tree_a, const ObjectId& tree_b) const {
  PAR_ASSIGN(const git_oid a, to_git(tree_a));
  PAR_ASSIGN(const git_oid b, to_git(tree_b));
  PAR_ASSIGN(auto changes, tree_changes(impl_->repository.get(), a, b));
  std::vector<RepoPath> paths;
  for (auto& change : changes)
    if (change.is_new_submodule) paths.emplace_back(std::move(change.path));
  return paths;
}

Result<std::vector<RepoPath>> Objects::renamed_directories(const ObjectId& tree_a,
                                                           const ObjectId& tree_b) const {
  PAR_ASSIGN(const git_oid a, to_git(tree_a));
  PAR_ASSIGN(const git_oid b, to_git(tree_b));
  PAR_ASSIGN(const auto names, git::renamed_directories(impl_->repository.get(), a, b));
  return std::vector<RepoPath>(names.begin(), names.end());
}

bool Objects::has(const ObjectId& id) const {
  const auto oid = to_git(id);
  return oid && git_odb_exists(impl_->odb.get(), &*oid) != 0;
}

Result<bool> Objects::is_ancestor(const ObjectId& ancestor, const ObjectId& commit) const {
  PAR_ASSIGN(const git_oid a, to_git(ancestor));
  PAR_ASSIGN(const git_oid c, to_git(commit));
  if (git_oid_equal(&a, &c) != 0) return true;
  const int answer = git_graph_descendant_of(impl_->repository.get(), &c, &a);
  if (answer >= 0) return answer == 1;
  PAR_ASSIGN(const auto finished,
             ask_git(impl_->common_dir, {"merge-base", "--is-ancestor", ancestor.str(), commit.str()}));
  if (finished.exit_code == 0 || finished.exit_code == 1) return finished.exit_code == 0;
  return command_failed("merge-base", finished);
}

Result<int> Objects::count_commits(const ObjectId& base, const ObjectId& tip) const {
  PAR_ASSIGN(const git_oid b, to_git(base));
  PAR_ASSIGN(const git_oid t, to_git(tip));
  std::size_t ahead = 0;
  std::size_t behind = 0;
  if (git_graph_ahead_behind(&ahead, &behind, impl_->repository.get(), &t, &b) == 0)
    return static_cast<int>(ahead);
  PAR_ASSIGN(const auto finished,
             ask_git(impl_->common_dir, {"rev-list", "--count", tip.str(), "^" + base.str()}));
  if (finished.exit_code == 0) return std::atoi(finished.out.c_str());
  return command_failed("rev-list", finished);
}

Result<std::vector<ObjectId>> Objects::commits_beyond(const std::vector<ObjectId>& without,
                                                      const ObjectId& tip) const {
  std::vector<std::string> args{"rev-list", "--topo-order", "--reverse", tip.str()};
  for (const auto& commit : without) args.push_back("^" + commit.str());
  PAR_ASSIGN(const auto finished, ask_git(impl_->common_dir, args));
  if (finished.exit_code != 0) return command_failed("rev-list", finished);
  std::vector<ObjectId> commits;
  for (const auto& line : split_terminated(finished.out, '\n')) commits.emplace_back(line);
  return commits;
}

Result<std::vector<ObjectId>> Objects::merge_bases(const ObjectId& a, const ObjectId& b) const {
  PAR_ASSIGN(const git_oid one, to_git(a));
  PAR_ASSIGN(const git_oid two, to_git(b));
  std::vector<ObjectId> bases;
  git_oidarray found{};
  const int answer = git_merge_bases(&found, impl_->repository.get(), &one, &two);
  if (answer == GIT_ENOTFOUND) return bases;
  if (answer == 0) {
    for (std::size_t i = 0; i < found.count; ++i) bases.push_back(from_git(found.ids[i]));
    git_oidarray_dispose(&found);
    return bases;
  }
  PAR_ASSIGN(const auto finished, ask_git(impl_->common_dir, {"merge-base", "--all", a.str(), b.str()}));
  if (finished.exit_code > 1) return command_failed("merge-base", finished);
  for (const auto& line : split_terminated(finished.out, '\n')) bases.emplace_back(line);
  return bases;
}

Result<ObjectId> Objects::write_commit(const NewCommit& commit) {
  std::vector<ObjectId> needed = commit.parents;
  needed.push_back(commit.tree);
  for (const auto& id : needed) {
    PAR_ASSIGN(const git_oid oid, to_git(id));
    if (git_odb_exists(impl_->odb.get(), &oid) == 0)
      return Error(fmt::format("cannot write a commit: the object '{}' is missing", id.str()));
  }
  const std::string text = commit_text(commit);
  git_oid oid{};
  if (git_odb_write(&oid, impl_->odb.get(), text.data(), text.size(), GIT_OBJECT_COMMIT) != 0)
    return git2_error("cannot write a commit");
  return from_git(oid);
}

}  // namespace par::git
