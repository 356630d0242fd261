#include "git/forge.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/strings.h"
#include "git/command.h"
#include "os/process.h"

namespace par::git {
namespace {

constexpr int kNotLoggedIn = 4;  // gh's exit code

// A line for the state, and one for each check: of those of one name, the one that was started last.
constexpr const char* kLookQuery =
    "([.state, .headRefOid, .mergeStateStatus] | @tsv),"
    " ((.statusCheckRollup // []) | group_by([.__typename, .workflowName, .name, .context])"
    " | map(max_by(.startedAt)) | .[]"
    " | [(if (.status // \"COMPLETED\") == \"COMPLETED\" then (.conclusion // .state) else \"PENDING\" end),"
    " (.name // .context)] | @tsv)";

Error gh_failed(const std::string& what, const os::Finished& finished) {
  if (finished.exit_code == kNotLoggedIn)
    return Error("'gh' is not logged in").hint("'gh auth login' does that; then do this again");
  Error error(fmt::format("'gh {}' failed", what));
  for (const auto& line : split_terminated(finished.err, '\n'))
    if (!trim(line).empty()) error.causes.push_back(display_line(line));
  return error;
}

// Of the environment only what makes gh ask or colour is taken away.
os::Environment gh_environment(const Forge& forge) {
  os::Environment env;
  for (auto& entry : os::current_environment()) {
    const auto name = os::variable_name(entry);
    if (name != "GH_FORCE_TTY" && name != "CLICOLOR_FORCE" &&
        !(name == "GH_REPO" && !forge.repository.empty()))
      env.push_back(std::move(entry));
  }
  env.insert(env.end(), {"GH_PROMPT_DISABLED=1", "GH_NO_UPDATE_NOTIFIER=1", "NO_COLOR=1"});
  if (!forge.repository.empty()) env.push_back("GH_REPO=" + forge.repository);
  return env;
}

// stdout. `args` start with two words that name what is done.
Result<std::string> gh(const Forge& forge, const std::vector<std::string>& args, std::string input = {}) {
  os::Command command;
  command.argv = {"gh"};
  command.argv.insert(command.argv.end(), args.begin(), args.end());
  command.cwd = forge.cwd;
  command.env = gh_environment(forge);
  command.input = std::move(input);
  PAR_ASSIGN(auto finished, os::run(command));
  if (finished.exit_code != 0) return gh_failed(args[0] + " " + args[1], finished);
  return std::move(finished.out);
}

PullState state_of(std::string_view word) {
  if (word == "MERGED") return PullState::merged;
  return word == "CLOSED" ? PullState::closed : PullState::open;
}

int number_in(const std::string& url) { return std::atoi(url.substr(url.rfind('/') + 1).c_str()); }

// https://host/owner/name/pull/12 -> {"host", "repos/owner/name/pulls/12"}
struct ApiPlace {
  std::string host;
  std::string path;
};
Result<ApiPlace> api_place(const PullRequest& pull) {
  const auto parts = split(pull.url, '/');
  if (parts.size() != 7) return Error(fmt::format("'{}' is not the address of a pull request", pull.url));
  return ApiPlace{parts[2], fmt::format("repos/{}/{}/pulls/{}", parts[3], parts[4], parts[6])};
}

// "git@github.com:octo/widget.git", "https://github.com/octo/widget" -> "octo"
std::string owner_in(const std::string& url) {
  const auto name = url.rfind('/');
  if (name == std::string::npos || name == 0) return {};
  const auto before = url.find_last_of("/:", name - 1);
  return before == std::string::npos ? std::string() : url.substr(before + 1, name - before - 1);
}

// A remote on this machine. "git@host:x" is none.
bool is_path(const std::string& url) {
  return url.starts_with('/') || url.starts_with('.') || url.starts_with("file:");
}

CommandOptions for_user(const Repository& repository) {
  CommandOptions options = in_repository(repository);
  options.user_context = true;
  return options;
}

}  // namespace

Result<void> require_gh() {
  if (os::find_program("gh")) return {};
  return Error("'gh', the program that --pr needs, is not installed")
      .hint("https://cli.github.com has it; so have Debian and others, as the package 'gh'");
}

Result<Forge> find_forge(const Repository& repository, const std::string& remote, const RefName& branch) {
  Forge forge;
  forge.cwd = repository.work_tree.empty() ? repository.common_dir : repository.work_tree;
  PAR_ASSIGN(const std::string pushed,
             git_output({"for-each-ref", "--format=%(push:remotename)", branch.str()}, for_user(repository)));
  forge.head_remote = trim(pushed).empty() ? remote : std::string(trim(pushed));
  PAR_ASSIGN(const std::string url, git_output({"remote", "get-url", remote}, for_user(repository)));
  if (!os::environment_variable("GH_REPO")) {
    forge.repository = trim(url);
    if (is_path(forge.repository))
      return Error(fmt::format("'{}' is at '{}', where no pull requests are", display_text(remote),
                               display_text(forge.repository)))
          .hint("--pr needs a remote at a forge that 'gh' knows; the variable GH_REPO names another one");
  }
  if (forge.head_remote != remote) {
    PAR_ASSIGN(const std::string head_url,
               git_output({"remote", "get-url", "--push", forge.head_remote}, for_user(repository)));
    const auto owner = owner_in(std::string(trim(head_url)));
    if (owner != owner_in(std::string(trim(url)))) forge.head_owner = owner;
  }
  PAR_TRY(gh(forge, {"pr", "list", "--limit", "1", "--json", "number"}));
  return forge;
}

Result<std::vector<PullRequest>> pull_requests(const Forge& forge, const RefName& head, const RefName& base) {
  const std::string whose =
      forge.head_owner.empty()
          ? std::string("select(.isCrossRepository | not)")
          : fmt::format("select(.headRepositoryOwner.login == \"{}\")", forge.head_owner);
  PAR_ASSIGN(const std::string out,
             gh(forge, {"pr", "list", "--head", short_name(head), "--base", short_name(base), "--state",
                        "all", "--json", "url,state,headRefOid,isCrossRepository,headRepositoryOwner", "--jq",
                        fmt::format(".[] | {} | [.url, .state, .headRefOid] | @tsv", whose)}));
  std::vector<PullRequest> pulls;
  for (const auto& line : split_terminated(out, '\n')) {
    const auto parts = split(line, '\t');
    if (parts.size() != 3) return Error("'gh pr list' printed something else than was asked for");
    pulls.push_back({number_in(parts[0]), parts[0], state_of(parts[1]), ObjectId(parts[2])});
  }
  return pulls;
}

Result<PullRequest> open_pull_request(const Forge& forge, const RefName& head, const RefName& base,
                                      const core::PullText& text) {
  const std::string prefix = forge.head_owner.empty() ? std::string() : forge.head_owner + ":";
  PAR_ASSIGN(const std::string out, gh(forge,
                                       {"pr", "create", "--head", prefix + short_name(head), "--base",
                                        short_name(base), "--title", text.title, "--body-file", "-"},
                                       text.body));
  const std::string url(trim(out));
  const int number = number_in(url);
  if (number == 0)
    return Error("'gh pr create' printed something else than an address").cause(display_line(url));
  return PullRequest{number, url, PullState::open, {}};
}

Result<core::PullText> read_pull_text(const Forge& forge, const PullRequest& pull) {
  PAR_ASSIGN(const std::string out,
             gh(forge, {"pr", "view", pull.url, "--json", "title,body", "--jq", ".title, .body"}));
  const auto lines = std::string_view(out).substr(0, out.size() - (out.ends_with('\n') ? 1 : 0));
  const auto end = std::min(lines.find('\n'), lines.size());
  return core::PullText{std::string(lines.substr(0, end)),
                        std::string(lines.substr(std::min(end + 1, lines.size())))};
}

Result<void> write_pull_text(const Forge& forge, const PullRequest& pull, const core::PullText& text) {
  PAR_ASSIGN(const ApiPlace place, api_place(pull));
  // Not 'gh pr edit': 2.23, and versions long after it, also ask for the project cards that GitHub has given
  // up, and fail.
  PAR_TRY(gh(forge,
             {"api", place.path, "--hostname", place.host, "--method", "PATCH", "--silent", "--raw-field",
              "title=" + text.title, "--field", "body=@-"},
             text.body));
  return {};
}

Result<PullLook> look_at(const Forge& forge, const PullRequest& pull) {
  PAR_ASSIGN(const std::string out,
             gh(forge, {"pr", "view", pull.url, "--json",
                        "state,headRefOid,mergeStateStatus,statusCheckRollup", "--jq", kLookQuery}));
  const auto lines = split_terminated(out, '\n');
  const auto first = lines.empty() ? std::vector<std::string>() : split(lines.front(), '\t');
  if (first.size() != 3) return Error("'gh pr view' printed something else than was asked for");
  PullLook look{state_of(first[0]), ObjectId(first[1]), first[2] != "UNKNOWN", {}};
  for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
    const auto tab = line->find('\t');
    if (tab == std::string::npos) return Error("'gh pr view' printed something else than was asked for");
    look.checks.push_back({line->substr(tab + 1), core::pull_check_result(line->substr(0, tab))});
  }
  return look;
}

Result<void> merge_pull_request(const Forge& forge, const PullRequest& pull, core::PullMerge method,
                                const std::string& message) {
  std::vector<std::string> args{"pr",
                                "merge",
                                pull.url,
                                "--auto",
                                fmt::format("--{}", name_of(method)),
                                "--match-head-commit",
                                pull.head.str()};
  if (method == core::PullMerge::rebase) {
    PAR_TRY(gh(forge, args));
    return {};
  }
  const auto end = std::min(message.find('\n'), message.size());
  args.insert(args.end(), {"--subject", message.substr(0, end), "--body-file", "-"});
  PAR_TRY(gh(forge, args, std::string(trim(std::string_view(message).substr(end))) + "\n"));
  return {};
}

}  // namespace par::git
