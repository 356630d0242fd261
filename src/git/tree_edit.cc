#include "git/tree_edit.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "git/trees.h"

namespace par::git {
namespace {

bool is_tree_mode(unsigned mode) { return mode == GIT_FILEMODE_TREE; }

// Trees of old hold modes like 100664. As git takes them: it writes no others.
unsigned plain_mode(unsigned mode) {
  switch (mode & 0170000) {
    case 0100000:
      return (mode & 0100) != 0 ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
    case GIT_FILEMODE_LINK:
    case GIT_FILEMODE_TREE:
      return mode & 0170000;
    default:
      return GIT_FILEMODE_COMMIT;
  }
}

// Trees are sorted by name, where the name of a tree counts as if a '/' followed.
bool comes_before(std::string_view a, bool a_is_tree, std::string_view b, bool b_is_tree) {
  const auto shared = std::min(a.size(), b.size());
  if (const int order = a.substr(0, shared).compare(b.substr(0, shared)); order != 0) return order < 0;
  const auto next = [&](std::string_view name, bool is_tree) {
    if (name.size() > shared) return static_cast<unsigned char>(name[shared]);
    return static_cast<unsigned char>(is_tree ? '/' : '\0');
  };
  return next(a, a_is_tree) < next(b, b_is_tree);
}

void append_entry(std::string& text, unsigned mode, std::string_view name, const git_oid& id) {
  int shift = 0;
  while (mode >> (shift + 3) != 0) shift += 3;
  for (; shift >= 0; shift -= 3) text += static_cast<char>('0' + (mode >> shift & 7));
  text += ' ';
  text += name;
  text += '\0';
  text.append(reinterpret_cast<const char*>(id.id), sizeof id.id);
}

bool may_be_written(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && ascii_lowered(std::string(name)) != ".git" &&
         name.find('/') == std::string_view::npos;
}

}  // namespace

bool TreeEdit::put(const char* name, git_filemode_t mode, const git_oid& id) {
  if (!may_be_written(name)) return false;
  edits_[name] = Entry{static_cast<unsigned>(mode), id};
  return true;
}

std::string TreeEdit::text() const {
  std::vector<std::pair<std::string_view, Entry>> added;
  for (const auto& [name, entry] : edits_)
    if (entry) added.emplace_back(name, *entry);
  std::sort(added.begin(), added.end(), [](const auto& a, const auto& b) {
    return comes_before(a.first, is_tree_mode(a.second.mode), b.first, is_tree_mode(b.second.mode));
  });
  std::string text;
  auto next = added.begin();
  const std::size_t count = tree_ == nullptr ? 0 : git_tree_entrycount(tree_);
  text.reserve((count + added.size()) * 40);
  for (std::size_t i = 0; i < count; ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(tree_, i);
    const std::string_view name = git_tree_entry_name(entry);
    if (edits_.contains(name)) continue;
    const auto is_before = [&](const auto& other) {
      return comes_before(other.first, is_tree_mode(other.second.mode), name, is_tree_entry(entry));
    };
    for (; next != added.end() && is_before(*next); ++next)
      append_entry(text, next->second.mode, next->first, next->second.id);
    append_entry(text, plain_mode(static_cast<unsigned>(git_tree_entry_filemode_raw(entry))), name,
                 *git_tree_entry_id(entry));
  }
  for (; next != added.end(); ++next) append_entry(text, next->second.mode, next->first, next->second.id);
  return text;
}

}  // namespace par::git
