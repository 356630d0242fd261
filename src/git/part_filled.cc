#include "git/part_filled.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/strings.h"
#include "git/command.h"
#include "git/worktree_admin.h"
#include "git/worktree_files.h"
#include "os/files.h"

namespace par::git {
namespace {

struct Change {
  std::string mode;
  ObjectId before;
  ObjectId after;
  std::string path;
};

// Of `git diff-tree -r -z`: ":<mode> <mode> <oid> <oid> <letter>", then the path.
std::vector<Change> parse_changes(const std::string& text) {
  std::vector<Change> changes;
  const auto fields = split_terminated(text, '\0');
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const auto words = split(fields[i], ' ');
    if (words.size() == 5)
      changes.push_back({words[1], ObjectId(words[2]), ObjectId(words[3]), fields[i + 1]});
  }
  return changes;
}

// Something that is no file (a submodule, or nothing) is the beginning of nothing.
bool is_beginning(const Objects& objects, const Change& change) {
  const auto before = objects.blob(change.before);
  const auto after = objects.blob(change.after);
  return before && after && before->starts_with(*after);
}

}  // namespace

Result<ObjectId> write_part_filled_tree(const Objects& objects, const Worktree& worktree,
                                        const ObjectId& head_tree) {
  PAR_ASSIGN(const ObjectId there, write_worktree_tree(worktree));
  CommandOptions options = in_worktree(worktree);
  PAR_ASSIGN(const std::string text, git_output({"diff-tree", "-r", "-z", "--no-renames", "--diff-filter=d",
                                                 head_tree.str(), there.str()},
                                                options));
  for (const auto& change : parse_changes(text))
    if (!is_beginning(objects, change))
      options.input += fmt::format("{} {}\t{}", change.mode, change.after.str(), change.path) + '\0';
  if (options.input.empty()) return head_tree;
  options.index_file = worktree.git_dir + "/par-saved-index";
  const std::string entries = std::exchange(options.input, {});
  PAR_TRY(git_output({"read-tree", head_tree.str()}, options));
  options.input = entries;
  PAR_TRY(git_output({"update-index", "-z", "--index-info"}, options));
  options.input.clear();
  PAR_ASSIGN(const std::string tree, git_output({"write-tree"}, options));
  PAR_TRY(os::remove_file(options.index_file));
  return ObjectId(trim(tree));
}

}  // namespace par::git
