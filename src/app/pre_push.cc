#include "app/pre_push.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/adhoc_validation.h"
#include "base/strings.h"
#include "config/config_file.h"
#include "git/hooks.h"
#include "git/refs.h"

namespace par::app {
namespace {

constexpr std::string_view kBranches = "refs/heads/";
constexpr const char* kBypass = "'git push --no-verify' pushes without this check";

// Nothing in a line of the hook's: all zeros.
ObjectId oid_or_none(const std::string& text) {
  return text.find_first_not_of('0') == std::string::npos ? ObjectId() : ObjectId(text);
}

class PushCheck {
 public:
  PushCheck(const Project& project, std::string remote) : project_(project), remote_(std::move(remote)) {}

  Result<void> check(const PushedRef& ref);
  std::vector<std::string> take_notices() && { return std::move(notices_); }

 private:
  enum class Answer { no, yes, unchecked };
  using MaybeConfig = std::optional<Result<core::Config>>;  // nullopt: there is no configuration

  Result<MaybeConfig> config_of(const std::string& branch, const PushedRef& ref) const;
  Result<Answer> is_target(const std::string& branch, const MaybeConfig& config);
  Result<void> check_commit(const std::string& branch, const PushedRef& ref,
                            const std::vector<core::ValidationSpec>& validations) const;
  Result<bool> was_there(const std::string& branch, const ObjectId& commit, const ObjectId& remote_has) const;
  Result<bool> is_green(const ObjectId& commit, const std::vector<core::ValidationSpec>& validations) const;

  const Project& project_;
  std::string remote_;
  std::vector<std::string> notices_;
};

// As it is committed on the branch: here, else on the other side, else in what is pushed.
Result<PushCheck::MaybeConfig> PushCheck::config_of(const std::string& branch, const PushedRef& ref) const {
  for (const auto& revision : {std::string(kBranches) + branch, ref.remote_has.str(), ref.commit.str()}) {
    if (revision.empty()) continue;
    PAR_ASSIGN(const auto commit, git::resolve_commit(project_.repository, revision));
    if (!commit) continue;
    PAR_ASSIGN(const auto text, project_.objects->file_at(*commit, RepoPath(".gitpar.toml")));
    if (!text) return MaybeConfig();
    auto parsed = config::parse_config(*text, branch + ":.gitpar.toml");
    if (!parsed) return MaybeConfig(std::move(parsed).error());
    return MaybeConfig(std::move(parsed->config));
  }
  return MaybeConfig();
}

Result<PushCheck::Answer> PushCheck::is_target(const std::string& branch, const MaybeConfig& config) {
  if (config && *config && !(*config)->target.empty())
    return (*config)->target == branch ? Answer::yes : Answer::no;
  PAR_ASSIGN(const auto head, git::default_branch_of(project_.repository, remote_));
  if (head && *head != branch) return Answer::no;
  if (!config) {
    notices_.push_back(fmt::format("no '.gitpar.toml' on '{}': the push is not checked", branch));
    return Answer::unchecked;
  }
  if (head) return Answer::yes;
  notices_.push_back(fmt::format(
      "'.gitpar.toml' on '{}' names no target: the push is not checked; set 'target' there", branch));
  return Answer::unchecked;
}

Result<bool> PushCheck::was_there(const std::string& branch, const ObjectId& commit,
                                  const ObjectId& remote_has) const {
  for (const auto& revision : {remote_has.str(), fmt::format("refs/remotes/{}/{}", remote_, branch)}) {
    if (revision.empty()) continue;
    PAR_ASSIGN(const auto tip, git::resolve_commit(project_.repository, revision));
    if (!tip) continue;
    PAR_ASSIGN(const bool there, project_.objects->is_ancestor(commit, *tip));
    if (there) return true;
  }
  return false;
}

// Its tree passed, or all that the validations depend on did, in another tree.
Result<bool> PushCheck::is_green(const ObjectId& commit,
                                 const std::vector<core::ValidationSpec>& validations) const {
  PAR_ASSIGN(const auto database, store::Database::open_existing(project_.repository.state_dir()));
  if (!database) return false;
  PAR_ASSIGN(const auto info, project_.objects->commit(commit));
  PAR_ASSIGN(const bool passed, database->is_green(info.tree));
  if (passed) return true;
  PAR_ASSIGN(const auto recorded, recorded_validations(project_, &*database, validations, commit));
  return std::all_of(recorded.begin(), recorded.end(), [](const auto& validation) {
    return validation.result && core::judge({&*validation.result, 1}, {}).colour == core::Colour::green;
  });
}

Result<void> PushCheck::check_commit(const std::string& branch, const PushedRef& ref,
                                     const std::vector<core::ValidationSpec>& validations) const {
  PAR_ASSIGN(const auto commit, git::resolve_commit(project_.repository, ref.commit.str()));
  if (!commit) return refused(fmt::format("'{}' is not a commit", ref.local.str())).hint(kBypass);
  PAR_ASSIGN(const bool known, was_there(branch, *commit, ref.remote_has));
  if (known) return {};
  PAR_ASSIGN(const bool green, is_green(*commit, validations));
  if (green) return {};
  const bool is_branch = ref.local.str().starts_with(kBranches);
  const auto name = is_branch ? short_name(ref.local) : short_oid(*commit);
  return refused(fmt::format("'{}' would move to {}, whose tree no validation passed", branch,
                             short_oid(*commit)))
      .hint(fmt::format("'git par validate {}' runs the validations; push again when they pass", name))
      .hint(kBypass);
}

Result<void> PushCheck::check(const PushedRef& ref) {
  if (!ref.remote.str().starts_with(kBranches) || ref.commit == ref.remote_has) return {};
  const auto branch = short_name(ref.remote);
  PAR_ASSIGN(const auto config, config_of(branch, ref));
  PAR_ASSIGN(const auto answer, is_target(branch, config));
  if (answer != Answer::yes) return {};
  if (!*config) return Error(config->error()).hint(kBypass);
  if (ref.commit.empty())
    return refused(fmt::format("'{}' is the target of git par: it is not deleted on '{}'", branch, remote_))
        .hint(kBypass);
  if ((*config)->validations.empty()) {
    notices_.push_back(
        fmt::format("'.gitpar.toml' on '{}' has no [[validate]]: the push is not checked", branch));
    return {};
  }
  return check_commit(branch, ref, (*config)->validations);
}

}  // namespace

Result<std::vector<PushedRef>> parse_pushed_refs(std::string_view input) {
  std::vector<PushedRef> refs;
  for (const auto& line : split_terminated(input, '\n')) {
    // The local name comes first and may hold spaces: "HEAD@{2 days ago}".
    auto words = split(line, ' ');
    while (words.size() > 4) {
      words[0] += " " + words[1];
      words.erase(words.begin() + 1);
    }
    if (words.size() != 4)
      return usage_error(fmt::format("'{}' is not a line of git's to a pre-push hook", display_text(line)));
    refs.push_back({RefName(words[0]), oid_or_none(words[1]), RefName(words[2]), oid_or_none(words[3])});
  }
  return refs;
}

Result<std::vector<std::string>> check_push(const Project& project, const std::string& remote,
                                            const std::vector<PushedRef>& refs) {
  PushCheck check(project, remote);
  for (const auto& ref : refs) PAR_TRY(check.check(ref));
  return std::move(check).take_notices();
}

}  // namespace par::app
