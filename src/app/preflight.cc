#include "app/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "app/adhoc_validation.h"
#include "app/cleaning.h"
#include "app/environment.h"
#include "app/session.h"
#include "base/strings.h"
#include "core/presets.h"
#include "git/history.h"
#include "git/refs.h"
#include "git/workspace.h"
#include "os/files.h"
#include "os/process.h"

namespace par::app {
namespace {

// Those of the words that a shell finds in the agents' PATH, or knows itself.
Result<std::set<std::string>> words_a_shell_finds(const Project& project,
                                                  const std::set<std::string>& words) {
  os::Command shell;
  shell.argv = {"/bin/sh", "-c",
                "for word; do if command -v -- \"$word\" >/dev/null; then echo yes; else echo no; fi; done",
                "sh"};
  shell.argv.insert(shell.argv.end(), words.begin(), words.end());
  shell.cwd = "/";
  shell.env = allowed_environment(os::current_environment(), project.user.agent_env);
  PAR_ASSIGN(const auto finished, os::run(shell));
  std::set<std::string> found;
  const auto answers = split_terminated(finished.out, '\n');
  auto answer = answers.begin();
  for (const auto& word : words)
    if (answer != answers.end() && *answer++ == "yes") found.insert(word);
  return found;
}

// Of a relative name; nullopt: it leads out of the worktree, where nothing is known before the run.
std::optional<bool> is_in_tree(const std::vector<RepoPath>& paths, const std::string& word) {
  const std::string root = "/worktree";
  const std::string place = os::absolute_path(word, root);
  if (!place.starts_with(root + "/")) return std::nullopt;
  return std::find(paths.begin(), paths.end(), RepoPath(place.substr(root.size() + 1))) != paths.end();
}

Result<std::vector<core::AgentWord>> find_missing_commands(const Project& project, const core::Plan& plan,
                                                           const std::vector<RepoPath>& paths) {
  std::vector<core::AgentWord> called;
  std::set<std::string> words;
  for (const auto& agent : plan.agents) {
    const auto word = core::first_command_word(core::command_of(agent.spec.run));
    if (!word && !agent.spec.run.empty()) continue;
    called.push_back({agent.spec.name, word.value_or("")});
    if (word) words.insert(*word);
  }
  std::set<std::string> plain;
  std::set<std::string> found;
  for (const auto& word : words) {
    if (word.find('/') == std::string::npos)
      plain.insert(word);
    else if (word.front() == '/' ? os::find_program(word) : is_in_tree(paths, word).value_or(true))
      found.insert(word);
  }
  if (!plain.empty()) {
    PAR_ASSIGN(auto known, words_a_shell_finds(project, plain));
    found.merge(known);
  }
  called.erase(std::remove_if(called.begin(), called.end(),
                              [&](const auto& agent) { return found.contains(agent.word); }),
               called.end());
  return called;
}

Result<std::vector<core::LeftRun>> find_left_runs(const Project& project, const store::Database& database) {
  std::vector<core::LeftRun> left;
  PAR_ASSIGN(const auto rows, database.runs());
  PAR_ASSIGN(const auto existing, worktree_paths(project));
  for (const auto& row : rows) {
    const auto run = load_run(database, row);
    if (!run) {
      left.push_back({row.id, false, 0, run.error().message});
      continue;
    }
    const auto worktrees = worktrees_of(project, *run, existing);
    const bool is_over = core::is_over(run->state);
    // A run whose refs were cleaned away will not go on, whatever its journal says.
    PAR_ASSIGN(const auto candidate, git::read_ref(project.repository, git::candidate_ref(row.id)));
    if (worktrees.empty() && (is_over || !candidate)) continue;
    left.push_back({row.id, is_over, std::ssize(worktrees), ""});
  }
  return left;
}

Result<core::DiskFacts> measure_disk(const Project& project, const core::Plan& plan, const RunId& next) {
  core::DiskFacts disk;
  disk.worktrees = static_cast<std::int64_t>(plan.agents.size()) + (plan.validations.empty() ? 0 : 1);
  PAR_ASSIGN(disk.worktree_bytes, project.objects->checkout_size(plan.base));
  const AgentName first = plan.agents.empty() ? AgentName("agent") : plan.agents.front().spec.name;
  PAR_ASSIGN(disk.free_bytes,
             os::free_bytes(git::worktree_path(project.repository, plan.worktrees, next, first)));
  return disk;
}

Result<std::optional<core::UpstreamFacts>> read_upstream(const Project& project, const RefName& target) {
  PAR_ASSIGN(const auto found, git::read_upstream(project.repository, target));
  if (!found) return std::optional<core::UpstreamFacts>();
  return std::optional(core::UpstreamFacts{found->name, found->exists, found->ahead, found->behind});
}

}  // namespace

Result<Preflight> check_preflight(const Project& project, const std::string& cwd,
                                  const PlanOptions& options) {
  core::PreflightFacts facts;
  PAR_ASSIGN(const RefName target, find_target(project, options.target));
  facts.target = short_name(target);
  PAR_ASSIGN(const auto tip, git::read_ref(project.repository, target));
  if (!tip) return Preflight{std::nullopt, facts.target, core::evaluate_preflight(facts)};

  PAR_ASSIGN(auto base, read_base(project, options.target));
  PAR_ASSIGN(auto made, make_plan_now(project, cwd, options));
  const core::Plan& plan = made.plan;
  PAR_ASSIGN(const auto paths, project.objects->paths(plan.base));
  PAR_ASSIGN(const auto database, store::Database::open_existing(project.repository.state_dir()));
  RunId next("r1");
  if (database) {
    PAR_ASSIGN(next, database->next_run_id());
    PAR_ASSIGN(facts.left_runs, find_left_runs(project, *database));
  }
  facts.base = plan.base;
  PAR_ASSIGN(facts.obstacle, git::target_obstacle(project.repository, target));
  PAR_ASSIGN(facts.upstream, read_upstream(project, target));
  PAR_ASSIGN(facts.unmatched, core::unmatched_patterns(base.config.agents, paths, plan.folding()));
  facts.unowned_items = plan.unowned_items;
  facts.item_count = static_cast<std::int64_t>(plan.unowned_items.size());
  for (const auto& agent : plan.agents) facts.item_count += static_cast<std::int64_t>(agent.items.size());
  PAR_ASSIGN(facts.disk, measure_disk(project, plan, next));
  PAR_ASSIGN(facts.missing_commands, find_missing_commands(project, plan, paths));
  PAR_ASSIGN(facts.validations, recorded_validations(project, database ? &*database : nullptr,
                                                     base.config.validations, base.commit));
  if (auto is_free = check_free(project, plan, next); !is_free) {
    facts.in_the_way = is_free.error().message;
    if (!is_free.error().hints.empty()) facts.in_the_way_hint = is_free.error().hints.front();
  }
  return Preflight{std::move(made), facts.target, core::evaluate_preflight(facts)};
}

}  // namespace par::app
