// git par clean: removes the worktrees and branches of runs that are over.
#include <fmt/format.h>

#include <memory>

#include "app/cleaning.h"
#include "base/json_writer.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/run_support.h"

namespace par::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
  bool dry_run = false;
};

// The runs named, or all that have landed or failed.
Result<std::vector<app::LoadedRun>> runs_to_clean(const store::Database& database, const Options& options) {
  std::vector<app::LoadedRun> loaded;
  for (const auto& name : options.runs) {
    PAR_ASSIGN(auto run, app::load_run(database, name));
    loaded.push_back(std::move(run));
  }
  if (!options.runs.empty()) return loaded;
  PAR_ASSIGN(const auto rows, database.runs());
  for (const auto& row : rows) {
    PAR_ASSIGN(auto run, app::load_run(database, row.id.str()));
    if (core::is_over(run.state)) loaded.push_back(std::move(run));
  }
  return loaded;
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
  std::string text =
      fmt::format("run {}: {} worktrees removed\n", cleaned.run.str(), cleaned.worktrees.size());
  for (const auto& saved : cleaned.salvaged) text += fmt::format("  saved {}\n", saved.ref.str());
  return text;
}

Result<int> clean(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(auto project, app::open_project(invocation.cwd));
  PAR_ASSIGN(auto database, app::open_state(project));
  PAR_ASSIGN(const auto runs, runs_to_clean(database, options));
  std::vector<app::Cleaned> all;
  for (const auto& run : runs) {
    app::Cleaned cleaned;
    cleaned.run = run.id;
    if (options.dry_run) {
      PAR_ASSIGN(const auto existing, app::worktree_paths(project));
      cleaned.worktrees = app::worktrees_of(project, run, existing);
      std::string text;
      for (const auto& path : cleaned.worktrees) text += fmt::format("would remove {}\n", path);
      if (!invocation.json && !invocation.quiet) print_out(text);
    } else {
      PAR_ASSIGN(cleaned, app::clean_run(project, database, run.id));
      if (!invocation.json && !invocation.quiet) print_out(cleaned_text(cleaned));
    }
    all.push_back(std::move(cleaned));
  }
  if (invocation.json) print_out(cleaned_json(all));
  return 0;
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
      "its "
      "worktree is moved to 'par/salvage/<run>/<agent>/' in the git directory. Logs and the record of the "
      "run "
      "stay.",
      {{"git par clean -n", "what would go"}, {"git par clean r3", "remove run r3, even if it did not land"}},
      "0: removed. 1: the run is still being worked on, or its landing was cut off.",
      configure};
}

}  // namespace par::cli
