#include "app/pushing.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/strings.h"
#include "core/backoff.h"

namespace par::app {
namespace {

constexpr int kTries = 4;
constexpr Millis kLongestPause = 8000;

Error not_pushed(const git::Upstream& upstream, const git::PushResult& result) {
  Error error = refused(fmt::format("landed, but not pushed to '{}': {}", display_text(upstream.name),
                                    display_line(result.reason)));
  error.causes = result.output;
  return error;
}

}  // namespace

Result<git::Upstream> find_upstream(const Project& project, const RefName& target) {
  PAR_ASSIGN(auto upstream, git::read_upstream(project.repository, target));
  const std::string name = short_name(target);
  if (!upstream || upstream->remote.empty() || upstream->remote == ".")
    return Error(fmt::format("'{}' follows no branch of a remote", name))
        .hint(fmt::format("'git push -u <remote> {}' makes it follow one", name));
  if (!upstream->exists)
    return Error(fmt::format("'{}', which '{}' follows, was never fetched", upstream->name, name))
        .hint(fmt::format("'git fetch {}' does", upstream->remote));
  return *std::move(upstream);
}

Result<git::Upstream> find_push_upstream(const Project& project, const RefName& target) {
  PAR_ASSIGN(auto upstream, find_upstream(project, target));
  const std::string name = short_name(target);
  if (upstream.push_remote != upstream.remote)
    return refused(fmt::format("'{}' follows '{}', but git pushes it to '{}'", name,
                               display_text(upstream.name), display_text(upstream.push_remote)))
        .hint(fmt::format("land it without --push, then 'git push'; or set branch.{}.pushRemote to '{}'",
                          name, display_text(upstream.remote)));
  if (upstream.behind > 0)
    return refused(fmt::format("'{}' has {} that '{}' does not have", display_text(upstream.name),
                               counted(upstream.behind, "commit"), name))
        .hint(fmt::format("'git pull' on '{}' brings that in; nothing was touched", name));
  return upstream;
}

Result<git::PushResult> push_patiently(const Project& project, const git::Upstream& upstream,
                                       const ObjectId& commit, const std::function<bool(Millis)>& wait) {
  for (int failures = 0;; ++failures) {
    PAR_ASSIGN(auto result, git::push_with_lease(project.repository, upstream, commit));
    if (result.outcome != git::Push::unreachable || failures + 1 == kTries) return result;
    if (!wait(core::backoff(failures, kLongestPause, 0.5))) return result;
  }
}

Result<void> push_landed(const Project& project, const git::Upstream& upstream, const ObjectId& landed,
                         const std::function<bool(Millis)>& wait) {
  PAR_ASSIGN(const bool holds, project.objects->is_ancestor(upstream.tip, landed));
  if (!holds)
    return not_pushed(upstream, {git::Push::rejected, "what is there would be lost", {}})
        .hint("'git log' on both shows what they have");
  PAR_ASSIGN(const auto result, push_patiently(project, upstream, landed, wait));
  switch (result.outcome) {
    case git::Push::pushed:
      return {};
    case git::Push::rejected:
      return not_pushed(upstream, result)
          .hint("if somebody pushed there meanwhile, 'git pull' brings that in; then 'git push'");
    case git::Push::unreachable:
      return not_pushed(upstream, result).hint("'git push' does it when the remote answers again");
  }
  bug("a push that ended in a way that has no name");
}

Result<bool> waits_for_push(const Project& project, const core::LandingState& landing) {
  if (!landing.push || landing.landed.empty() || !project.objects->has(landing.landed)) return false;
  PAR_ASSIGN(const auto upstream, git::read_upstream(project.repository, landing.target));
  if (!upstream || !upstream->exists) return true;
  PAR_ASSIGN(const bool is_there, project.objects->is_ancestor(landing.landed, upstream->tip));
  return !is_there;
}

}  // namespace par::app
