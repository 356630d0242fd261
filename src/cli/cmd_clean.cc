// git par clean: removes the worktrees and branches of runs that are over.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/cleaning.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/run_support.h"

namespace par::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
  bool dry_run = false;
};

// The runs named, or all that are over.
Result<app::RunsToClean> find_runs(const app::Project& project, const store::Database& database,
                                   const Options& options) {
  if (options.runs.empty()) return app::runs_to_clean(project, database);
  app::RunsToClean named;
  for (const auto& name : options.runs) {
    PAR_ASSIGN(auto run, app::load_run(database, name));
    named.runs.push_back(std::move(run));
  }
  return named;
}

std::string cleaned_json(const std::vector<app::Cleaned>& all) {
  JsonWriter json;
  json.begin_object().member("schema", 1).key("cleaned").begin_array();
  for (const auto& cleaned : all) {
    json.begin_object().member("run", cleaned.run.str()).list("worktrees", cleaned.worktrees).key("salvaged");
    json.begin_array();
    for (const auto& saved : cleaned.salvaged)
      json.begin_object().member("ref", saved.ref.str()).member("commit", saved.commit.str()).end_object();
    json.end_array().end_object();
  }
  return std::move(json.end_array().end_object()).take() + "\n";
}

std::string cleaned_text(const app::Cleaned& cleaned) {
  std::string text = fmt::format("run {}: {} removed\n", cleaned.run.str(),
                                 counted(std::ssize(cleaned.worktrees), "worktree"));
  for (const auto& saved : cleaned.salvaged) text += fmt::format("  saved {}\n", saved.ref.str());
  return text;
}

std::string dry_run_text(const std::vector<std::string>& worktrees) {
  std::string text;
  for (const auto& path : worktrees) text += fmt::format("would remove {}\n", path);
  return text;
}

// What stands in the way in one place is said, and the others are cleaned all the same.
class Cleaner {
 public:
  Cleaner(app::Project& project, store::Database& database, bool prints)
      : project_(project), database_(database), prints_(prints) {}

  void clean(const RunId& run) {
    auto cleaned = app::clean_run(project_, database_, run);
    if (!cleaned) return fail(cleaned.error());
    if (prints_) print_out(cleaned_text(*cleaned));
    for (const auto& failure : cleaned->failures) fail(failure);
    all_.push_back(*std::move(cleaned));
  }
  [[nodiscard]] const std::vector<app::Cleaned>& all() const { return all_; }
  [[nodiscard]] int code() const { return code_; }

 private:
  void fail(const Error& error) {
    print_error(error);
    code_ = std::max(code_, exit_code_of(error));
  }

  app::Project& project_;
  store::Database& database_;
  bool prints_;
  std::vector<app::Cleaned> all_;
  int code_ = 0;
};

Result<int> clean(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto database, app::open_state(project));
  PAR_ASSIGN(const auto found, find_runs(project, database, options));
  const bool prints = !invocation.json && !invocation.quiet;
  for (const auto& id : found.damaged)
    print_warning(
        fmt::format("the record of run '{0}' is damaged, it is left alone: see 'git par log {0}'", id.str()));
  if (options.dry_run) {
    PAR_ASSIGN(const auto existing, app::worktree_paths(project));
    std::vector<app::Cleaned> all;
    for (const auto& run : found.runs) {
      all.push_back({run.id, app::worktrees_of(project, run, existing), {}, {}});
      if (prints) print_out(dry_run_text(all.back().worktrees));
    }
    if (invocation.json) print_out(cleaned_json(all));
    return 0;
  }
  Cleaner cleaner(project, database, prints);
  for (const auto& run : found.runs) cleaner.clean(run.id);
  if (invocation.json) print_out(cleaned_json(cleaner.all()));
  return cleaner.code();
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("run", options->runs, "only these runs, whatever their state");
  line.flag("-n,--dry-run", options->dry_run, "say what would be removed, and stop");
  return [options](const Invocation& invocation) { return clean(*options, invocation); };
}

}  // namespace

Command clean_command() {
  return {
      "clean",
      Group::care,
      "[<options>] [<run>...]",
      "remove the worktrees and branches of runs that are over",
      "Without arguments: of every run that has landed or failed. Uncommitted files, and commits that are "
      "not on the target, are saved under 'refs/par/salvage/<run>/<agent>/' before anything is removed; "
      "'git log' or 'git checkout' of such a ref brings them back. A repository that an agent made inside "
      "its worktree is moved to 'par/salvage/<run>/<agent>/' in the git directory. Logs and the record of "
      "the run stay. What cannot be removed, such as a worktree that 'git worktree lock' has locked, is "
      "said, "
      "and the others are removed.",
      {{"git par clean -n", "what would go"}, {"git par clean r3", "remove run r3, even if it did not land"}},
      "0: removed. 1: the run is still being worked on, or its landing was cut off.",
      configure};
}

}  // namespace par::cli
