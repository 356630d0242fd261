#include "git/push.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "git/command.h"

namespace par::git {
namespace {

constexpr int kFatal = 128;  // git's exit code where it could not even ask

// A remote may be a path from where the user's files are.
CommandOptions in_users_name(const Repository& repository) {
  CommandOptions options = in_repository(repository);
  options.user_context = true;
  options.cwd = repository.work_tree.empty() ? repository.common_dir : repository.work_tree;
  return options;
}

// The line of --porcelain for a ref that was refused: "!", from:to and why, with tabs between them.
std::string refusal_in(const std::string& output) {
  for (const auto& line : split_terminated(output, '\n')) {
    const auto parts = split(line, '\t');
    if (parts.size() == 3 && parts.front() == "!") return parts.back();
  }
  return {};
}

// An earlier call may have got through without our hearing of it.
bool is_there(const Repository& repository, const Upstream& upstream, const ObjectId& commit) {
  const auto there = remote_branches(repository, upstream.remote, {upstream.branch});
  return there && there->contains(upstream.branch) && there->at(upstream.branch) == commit;
}

}  // namespace

Result<PushResult> push_with_lease(const Repository& repository, const Upstream& upstream,
                                   const ObjectId& commit) {
  const std::string lease =
      fmt::format("--force-with-lease={}:{}", upstream.branch.str(), upstream.tip.str());
  const std::string refspec = fmt::format("{}:{}", commit.str(), upstream.branch.str());
  PAR_ASSIGN(const auto finished,
             run_git({"push", "--porcelain", lease, "--end-of-options", upstream.remote, refspec},
                     in_users_name(repository)));
  if (finished.exit_code == 0) return PushResult{};
  const std::string refusal = refusal_in(finished.out);
  if (!refusal.empty() && is_there(repository, upstream, commit)) return PushResult{};
  auto failed = command_failed("push", finished);
  if (!refusal.empty()) return PushResult{Push::rejected, refusal, std::move(failed.causes)};
  const bool fatal = finished.exit_code == kFatal;
  return PushResult{fatal ? Push::unreachable : Push::rejected, std::move(failed.message),
                    std::move(failed.causes)};
}

Result<std::map<RefName, ObjectId>> remote_branches(const Repository& repository, const std::string& remote,
                                                    const std::vector<RefName>& branches) {
  std::vector<std::string> args{"ls-remote", "--end-of-options", remote};
  for (const auto& branch : branches) args.push_back(branch.str());
  PAR_ASSIGN(const std::string out, git_output(args, in_users_name(repository)));
  std::map<RefName, ObjectId> found;
  for (const auto& line : split_terminated(out, '\n')) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) continue;
    // What it was asked for are patterns: "refs/heads/x" also is the end of other names.
    const RefName name(line.substr(tab + 1));
    if (std::find(branches.begin(), branches.end(), name) != branches.end())
      found.emplace(name, ObjectId(line.substr(0, tab)));
  }
  return found;
}

}  // namespace par::git
