#include "support/merge_reference.h"

#include <cstddef>
#include <stdexcept>

#include "base/strings.h"

namespace par::test {

std::vector<std::string> reference_trees(const std::string& git_dir, const os::Environment& environment,
                                         const std::vector<CommitPair>& pairs, const std::string& cwd) {
  os::Command command;
  command.cwd = cwd;
  command.argv = {"git", "--git-dir=" + git_dir, "merge-tree",   "--write-tree", "--stdin",
                  "-z",  "--name-only",          "--no-messages"};
  command.env = environment;
  for (const auto& [ours, theirs] : pairs) command.input += ours + " " + theirs + "\n";
  if (pairs.empty()) return {};
  const auto finished = os::run(command);
  if (!finished || finished->exit_code != 0)
    throw std::runtime_error(finished ? "git merge-tree failed: " + finished->err : finished.error().message);

  // For each: "1" (clean) or "0", the tree, the paths in conflict, an empty record.
  const auto records = split_terminated(finished->out, '\0');
  std::vector<std::string> trees;
  for (std::size_t i = 0; i + 1 < records.size(); ++i) {
    trees.push_back(records[i] == "1" ? records[i + 1] : "");
    for (i += 2; i < records.size() && !records[i].empty();) ++i;
  }
  if (trees.size() != pairs.size()) throw std::runtime_error("git merge-tree answered something else");
  return trees;
}

}  // namespace par::test
