#include "git/history.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/strings.h"
#include "git/command.h"
#include "git/refs.h"

namespace par::git {

Result<History> commits_beyond(const Repository& repository, const ObjectId& base,
                               const std::vector<ObjectId>& tips) {
  CommandOptions options = in_repository(repository);
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

Result<std::vector<core::ChangeSet>> recent_changes(const Repository& repository, const ObjectId& tip,
                                                    int count) {
  CommandOptions options = in_repository(repository);
  // Each commit is printed as two NULs, a newline and its paths, each with a NUL behind it.
  PAR_ASSIGN(const std::string out,
             git_output({"log", fmt::format("--max-count={}", count), "-z", "--format=tformat:%x00",
                         "--name-only", "--no-merges", "--no-renames", "--no-relative", "--no-ext-diff",
                         "--no-show-signature", "--ignore-submodules=none", tip.str(), "--"},
                        options));
  std::vector<core::ChangeSet> commits;
  bool is_first = false;
  for (auto& path : split_terminated(out, '\0')) {
    if (path.empty()) {
      is_first = true;
      continue;
    }
    if (is_first) {
      path.erase(0, 1);
      commits.emplace_back();
      is_first = false;
    }
    commits.back().emplace_back(std::move(path));
  }
  return commits;
}

Result<std::optional<Upstream>> read_upstream(const Repository& repository, const RefName& branch) {
  CommandOptions options = in_repository(repository);
  PAR_ASSIGN(const std::string named,
             git_output({"for-each-ref",
                         "--format=%(upstream)%00%(upstream:short)%00%(upstream:remotename)%00"
                         "%(upstream:remoteref)%00%(push:remotename)",
                         branch.str()},
                        options));
  const auto names = split(trim(named), '\0');
  if (names.size() != 5 || names.front().empty()) return std::optional<Upstream>();
  Upstream upstream;
  upstream.name = names[1];
  upstream.remote = names[2];
  upstream.branch = RefName(names[3]);
  upstream.push_remote = names[4];
  PAR_ASSIGN(const auto tip, read_ref(repository, RefName(names.front())));
  upstream.exists = tip.has_value();
  if (!tip) return std::optional(upstream);
  upstream.tip = *tip;
  PAR_ASSIGN(const std::string counts,
             git_output({"rev-list", "--left-right", "--count", branch.str() + "..." + tip->str()}, options));
  const auto numbers = split(trim(counts), '\t');
  if (numbers.size() != 2) return Error("git rev-list printed no counts");
  upstream.ahead = std::atoll(numbers[0].c_str());
  upstream.behind = std::atoll(numbers[1].c_str());
  return std::optional(upstream);
}

}  // namespace par::git
