#include "git/history.h"

#include "base/strings.h"
#include "git/command.h"

namespace par::git {

Result<History> commits_beyond(const Repository& repository, const ObjectId& base,
                               const std::vector<ObjectId>& tips) {
  CommandOptions options;
  options.git_dir = repository.git_dir;
  options.input = "^" + base.str() + "\n";
  for (const auto& tip : tips) options.input += tip.str() + "\n";
  PAR_ASSIGN(const std::string out, git_output({"rev-list", "--parents", "--stdin"}, options));
  History history;
  for (const auto& line : split_terminated(out, '\n')) {
    const auto ids = split(line, ' ');
    history.emplace(ObjectId(ids.front()), std::vector<ObjectId>(ids.begin() + 1, ids.end()));
  }
  return history;
}

Result<std::optional<ObjectId>> merge_base(const Repository& repository, const ObjectId& a,
                                           const ObjectId& b) {
  CommandOptions options;
  options.git_dir = repository.git_dir;
  PAR_ASSIGN(const auto finished, run_git({"merge-base", a.str(), b.str()}, options));
  if (finished.exit_code != 0) return std::optional<ObjectId>();
  return std::optional(ObjectId(trim(finished.out)));
}

}  // namespace par::git
