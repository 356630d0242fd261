// git par validate: runs the validations on commits, or answers from the cache.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/adhoc_validation.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/command.h"
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
core::Verdict judge_one(const core::ValidationResult& result,
                        const std::vector<core::ValidationResult>& baseline) {
  return core::judge(std::span(&result, 1), baseline);
}

std::string results_text(const std::vector<Judged>& judged,
                         const std::vector<core::ValidationResult>& baseline) {
  std::vector<std::vector<std::string>> rows{{"revision", "validation", "result", "", ""}};
  for (const auto& [commit, verdict] : judged)
    for (const auto& result : commit.results) {
      const auto own = judge_one(result, baseline);
      std::string note = result.detail;
      if (!own.new_failures.empty()) note = join(own.new_failures, ", ");
      if (own.new_failures.empty() && !own.known_failures.empty())
        note = fmt::format("{} known", own.known_failures.size());
      rows.push_back({display_text(commit.revision), result.name, std::string(name_of(result.result)),
                      result.cached ? "cached" : human_duration(result.seconds), display_text(note)});
    }
  return table_text(rows);
}

std::string results_json(const std::vector<Judged>& judged,
                         const std::vector<core::ValidationResult>& baseline) {
  JsonWriter json;
  json.begin_object().member("schema", 1).key("results").begin_array();
  for (const auto& [commit, verdict] : judged)
    for (const auto& result : commit.results) {
      const auto own = judge_one(result, baseline);
      json.begin_object()
          .member("rev", commit.revision)
          .member("tree", commit.tree.str())
          .member("name", result.name);
      json.member("result", name_of(result.result)).member("cached", result.cached);
      json.list("new_failures", own.new_failures).list("known_failures", own.known_failures);
      json.list("flaky", result.flaky).member("seconds", result.seconds).end_object();
    }
  return std::move(json.end_array().end_object()).take() + "\n";
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
  PAR_ASSIGN(what.commits, commits_to_validate(project, options, base));
  auto validated = app::validate_commits(project, database, std::move(what));
  if (os::interrupt_count() > 0) return interrupted_code();
  PAR_ASSIGN(auto commits, std::move(validated));
  const auto baseline = commits.front().results;
  if (!options.revisions.empty() && !options.base) commits.erase(commits.begin());
  // The base itself is judged against nothing: all its failures count.
  const auto known = options.revisions.empty() ? std::vector<core::ValidationResult>() : baseline;
  std::vector<Judged> judged;
  for (auto& commit : commits) judged.push_back({commit, core::judge(commit.results, known)});
  for (const auto& [commit, verdict] : judged)
    if (verdict.colour == core::Colour::green) PAR_TRY(database.record_green(commit.tree));
  if (invocation.json)
    print_out(results_json(judged, known));
  else if (!invocation.quiet)
    print_out(results_text(judged, known));
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
  return {"validate",
          Group::land,
          "[<options>] [<agent>|<commit>...]",
          "run the validations on commits, or answer from the cache",
          "Runs every [[validate]] command of the target's '.gitpar.toml' on the given commits, in a "
          "worktree of its own, "
          "and compares with the target: failures that the target has too are known and do not count. A red "
          "counts only "
          "when it is red again. Results are kept by content, so nothing is run twice for the same tree.\n\n"
          "Without arguments: the target itself.",
          {{"git par validate", "is the target green?"},
           {"git par validate HEAD", "does my commit break anything the target does not?"}},
          "0: no new failure. 1: new failures, or a validation could not run.",
          configure};
}

}  // namespace par::cli
