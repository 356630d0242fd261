#include "git/push.h"

#include <fmt/format.h>

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
  const auto finished = run_git({"ls-remote", "--end-of-options", upstream.remote, upstream.branch.str()},
                                in_users_name(repository));
  return finished && finished->exit_code == 0 && finished->out.starts_with(commit.str() + "\t");
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

}  // namespace par::git
