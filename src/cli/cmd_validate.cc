// git par validate: runs the validations on commits, or answers from the cache.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/adhoc_validation.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/merge_view.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/table.h"
#include "git/refs.h"
#include "git/workspace.h"
#include "os/signals.h"

namespace par::cli {
namespace {

struct Options {
  std::vector<std::string> revisions;
  std::string target;
  bool base = false;
};

struct Judged {
  app::CommitResults commit;
  std::vector<core::ValidationResult> known;  // of the base; none: it is the base
  core::Verdict verdict;
};

// An agent of the newest run, or any revision.
Result<ObjectId> resolve(const app::Project& project, const std::string& word) {
  if (is_valid_name(word)) {
    PAR_ASSIGN(const auto database, store::Database::open_existing(project.repository.state_dir()));
    if (database) {
      PAR_ASSIGN(const auto runs, database->runs());
      const RefName branch = runs.empty() ? RefName() : git::branch_ref(runs.back().id, AgentName(word));
      PAR_ASSIGN(const auto tip, git::resolve_commit(project.repository, branch.str()));
      if (tip) return *tip;
    }
  }
  PAR_ASSIGN(const auto commit, git::resolve_commit(project.repository, word));
  if (!commit)
    return Error(fmt::format("'{}' is neither an agent nor a commit", word)).hint("see 'git par status'");
  return *commit;
}

// The new failures of one result: those that the base does not have.
core::Verdict judge_one(const core::ValidationResult& result, const Judged& judged) {
  return core::judge(std::span(&result, 1), judged.known);
}

// How much there is to tell of a result; the names come below.
std::string note_on(const core::ValidationResult& result, const Judged& judged) {
  const auto own = judge_one(result, judged);
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
  };
  if (!result.detail.empty()) parts.push_back(result.detail);
  add(own.new_failures.size(), judged.known.empty() ? "failed" : "new");
  add(own.known_failures.size(), "known");
  add(result.flaky.size(), "flaky");
  return join(parts, ", ");
}

std::string names_text(const std::string& heading, const std::vector<std::string>& names) {
  static constexpr std::size_t kMost = 50;
  if (names.empty()) return "";
  std::string text = heading + ":\n";
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i)
    text += fmt::format("  {}\n", display_line(names[i]));
  if (names.size() > kMost) text += fmt::format("  and {} more\n", names.size() - kMost);
  return text;
}

// What fails, by name, and where to read of it.
std::string failure_text(const Judged& judged, const core::ValidationResult& result) {
  const auto own = judge_one(result, judged);
  const std::string where = fmt::format("{}, {}", display_text(judged.commit.revision), result.name);
  std::string text = names_text(where + (judged.known.empty() ? " fails" : " breaks"), own.new_failures) +
                     names_text(where + " is flaky", result.flaky);
  if (result.result == core::Outcome::error)
    text += fmt::format("{} could not run: {}\n", where, display_text(result.detail));
  if (!text.empty() && !result.log.empty()) text += fmt::format("  see {}\n", result.log);
  return text.empty() ? text : "\n" + text;
}

std::string results_text(const std::vector<Judged>& judged, const app::ValidatedCommits& spent) {
  std::vector<std::vector<std::string>> rows{{"revision", "validation", "result", "", ""}};
  std::string failures;
  for (const auto& one : judged)
    for (const auto& result : one.commit.results) {
      rows.push_back({display_text(one.commit.revision), result.name, std::string(name_of(result.result)),
                      result.cached ? "cached" : human_duration(result.seconds),
                      display_text(note_on(result, one))});
      failures += failure_text(one, result);
    }
  return table_text(rows) + failures + "\n" + validations_line(spent.runs, spent.cache_hits);
}

std::string results_json(const std::vector<Judged>& judged, const app::ValidatedCommits& spent) {
  JsonWriter json;
  json.begin_object().member("schema", 1).key("results").begin_array();
  for (const auto& one : judged)
    for (const auto& result : one.commit.results) {
      const auto own = judge_one(result, one);
      json.begin_object()
          .member("rev", one.commit.revision)
          .member("tree", one.commit.tree.str())
          .member("name", result.name);
      json.member("result", name_of(result.result)).member("cached", result.cached);
      json.list("new_failures", own.new_failures).list("known_failures", own.known_failures);
      json.list("flaky", result.flaky).member("seconds", result.seconds);
      json.member("reason", result.detail).member("log", result.log).end_object();
    }
  json.end_array().member("validation_runs", spent.runs).member("cache_hits", spent.cache_hits);
  return std::move(json.end_object()).take() + "\n";
}

// The commits as they are judged; `base` comes first.
std::vector<Judged> judge_all(const std::vector<app::CommitResults>& commits, const Options& options) {
  const app::CommitResults& base = commits.front();
  const bool shows_base = options.revisions.empty() || options.base;
  std::vector<Judged> judged;
  for (std::size_t i = shows_base ? 0 : 1; i < commits.size(); ++i) {
    // The base itself has nothing to excuse it: all its failures count.
    Judged one{commits[i], {}, {}};
    if (one.commit.tree != base.tree) one.known = base.results;
    one.verdict = core::judge(one.commit.results, one.known);
    judged.push_back(std::move(one));
  }
  return judged;
}

Result<std::vector<app::CommitResults>> commits_to_validate(const app::Project& project,
                                                            const Options& options, const app::Base& base) {
  std::vector<app::CommitResults> commits{{short_name(base.target), base.commit, {}, {}}};
  for (const auto& word : options.revisions) {
    PAR_ASSIGN(const ObjectId commit, resolve(project, word));
    commits.push_back({word, commit, {}, {}});
  }
  return commits;
}

Result<int> validate(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto base, app::read_base(project, options.target));
  if (base.config.validations.empty())
    return Error("no validation is configured").hint("add a [[validate]] section to '.gitpar.toml'");
  PAR_ASSIGN(auto database, store::Database::open(project.repository.state_dir()));
  app::AdhocValidation what;
  what.config = base.config;
  what.interrupts = os::interrupt_count;
  const Progress progress(invocation.quiet);
  what.on_run = [&](const std::string& revision, const std::string& name) {
    progress.say(fmt::format("{}: running '{}'", revision, name));
  };
  PAR_ASSIGN(what.commits, commits_to_validate(project, options, base));
  auto validated = app::validate_commits(project, database, std::move(what));
  if (os::interrupt_count() > 0) return interrupted_code();
  PAR_ASSIGN(const auto spent, std::move(validated));
  const auto judged = judge_all(spent.commits, options);
  for (const auto& one : judged)
    if (one.verdict.colour == core::Colour::green) PAR_TRY(database.record_green(one.commit.tree));
  if (invocation.json)
    print_out(results_json(judged, spent));
  else if (!invocation.quiet)
    print_out(results_text(judged, spent));
  const bool green = std::all_of(judged.begin(), judged.end(),
                                 [](const auto& j) { return j.verdict.colour == core::Colour::green; });
  return green ? 0 : kExitNo;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("revision", options->revisions, "agents of the newest run, or commits");
  line.value("--target", options->target, "branch whose configuration and failures are the base")
      .value_name("<branch>");
  line.flag("--base", options->base, "show the target's own results too");
  return [options](const Invocation& invocation) { return validate(*options, invocation); };
}

}  // namespace

Command validate_command() {
  return {
      "validate",
      Group::land,
      "[<options>] [<agent>|<commit>...]",
      "run the validations on commits, or answer from the cache",
      "Runs every [[validate]] command of the target's '.gitpar.toml' on the given commits, in a "
      "worktree of its own, "
      "and compares with the target: failures that the target has too are known and do not count. A red "
      "counts only "
      "when it is red again.\n\n"
      "Results are kept by all that they depend on: the tree, or what 'inputs' leaves of it, the command, "
      "its limits, the environment that it sees and what 'par.toolchain' prints (see git-par(1)). What is "
      "known is not run again.\n\n"
      "Without arguments: the target itself. All of its failures count.\n\n"
      "--json prints {\"schema\", \"results\": [{\"rev\", \"tree\", \"name\", \"result\": pass, fail, error "
      "or "
      "skip, \"cached\", \"new_failures\", \"known_failures\", \"flaky\", \"seconds\", \"reason\", "
      "\"log\"}], "
      "\"validation_runs\", \"cache_hits\"}.",
      {{"git par validate", "is the target green?"},
       {"git par validate HEAD", "does my commit break anything the target does not?"}},
      "0: no new failure. 1: new failures, or a validation could not run.",
      configure};
}

}  // namespace par::cli
