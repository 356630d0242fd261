#include "app/planning.h"

#include <fmt/format.h>

#include <iterator>
#include <memory>
#include <set>
#include <utility>

#include "app/codeowners_file.h"
#include "app/earlier_work.h"
#include "app/importing.h"
#include "base/strings.h"
#include "git/history.h"

namespace par::app {
namespace {

// Items of files or of imports, behind those of the configuration.
Result<void> add_items(const Project& project, const store::Database* database, const std::string& cwd,
                       const PlanOptions& options, Base& base) {
  auto& items = base.config.items;
  const auto add = [&](std::vector<core::Item> more) {
    items.insert(items.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  for (const auto& file : options.items) {
    PAR_ASSIGN(auto read, read_findings_file(project, cwd, file, {}));
    if (read.found.bad > 0)
      base.warnings.push_back(fmt::format("{}: {} of {} records are bad, the first at {}: {}",
                                          display_text(file), read.found.bad, read.found.records,
                                          import::place_of(read.found.format, read.found.first_bad.front()),
                                          display_text(read.found.first_bad.front().reason)));
    add(std::move(read.found.items));
  }
  if (!options.items.empty() || database == nullptr) return {};
  PAR_ASSIGN(auto imported, database->open_items());
  add(std::move(imported));
  return {};
}

// An imported item that was closed since is done: nobody waits for it.
Result<void> drop_closed(const store::Database& database, std::vector<core::Item>& items) {
  std::set<ItemId> absent;
  for (const auto& item : items) absent.insert(item.after.begin(), item.after.end());
  if (absent.empty()) return {};
  for (const auto& item : items) absent.erase(item.id);
  PAR_ASSIGN(const auto closed, database.closed_among(absent));
  if (closed.empty()) return {};
  for (auto& item : items) std::erase_if(item.after, [&](const ItemId& id) { return closed.contains(id); });
  return {};
}

// What CODEOWNERS says, where the configuration or the way of dividing asks for it.
Result<void> add_owners(const Project& project, Base& base, core::PlanRequest& request) {
  const bool are_agents = base.config.owners_from_codeowners;
  if (!are_agents && request.by != core::By::owner) return {};
  PAR_ASSIGN(const auto file, read_codeowners(project, base.commit));
  base.warnings.insert(base.warnings.end(), file.warnings.begin(), file.warnings.end());
  if (are_agents) request.owners = core::agents_from_codeowners(file.content, request.folding());
  const auto index = std::make_shared<core::CodeownersIndex>(file.content);
  request.owner_of = [index](std::string_view path) {
    const auto owners = index->owners_of(path);
    return owners.empty() ? std::string() : index->owners()[owners.front()];
  };
  return {};
}

// What earlier runs did and took.
Result<void> add_earlier_work(const Project& project, const store::Database& database,
                              const PlanOptions& options, Base& base, core::PlanRequest& request) {
  PAR_ASSIGN(auto work, read_earlier_work(project, database, base));
  base.warnings.insert(base.warnings.end(), work.warnings.begin(), work.warnings.end());
  request.earlier = core::learn_times(work.timed);
  request.had_items = std::move(work.had_items);
  if (options.again) return {};
  for (const auto& run : work.unlanded)
    base.warnings.push_back(fmt::format(
        "run '{}' holds finished items that have not landed, and what is planned now starts without "
        "them; 'git par merge --run {}' lands them",
        run.str(), run.str()));
  request.finished = std::move(work.finished);
  return {};
}

// History further back says little of what changes together today.
constexpr int kCommitsLookedAt = 2000;

Result<std::vector<core::Prediction>> predict(const Project& project, const core::PlanRequest& request) {
  if (request.config.items.empty()) return std::vector<core::Prediction>();
  PAR_ASSIGN(const auto history, git::recent_changes(project.repository, request.base, kCommitsLookedAt));
  return core::predict_companions(request.config.items, history, request.paths, request.folding());
}

}  // namespace

Result<MadePlan> make_plan_now(const Project& project, const std::string& cwd, const PlanOptions& options) {
  PAR_ASSIGN(auto base, read_base(project, options.target));
  PAR_ASSIGN(const auto state, store::Database::open_existing(project.repository.state_dir()));
  const store::Database* database = state ? &*state : nullptr;
  PAR_TRY(add_items(project, database, cwd, options, base));
  if (database != nullptr) PAR_TRY(drop_closed(*database, base.config.items));
  core::PlanRequest request;
  if (database != nullptr) PAR_TRY(add_earlier_work(project, *database, options, base, request));
  request.base = base.commit;
  request.target = base.target;
  PAR_ASSIGN(request.paths, project.objects->paths(base.commit));
  request.ignore_case = project.repository.ignore_case;
  request.precompose = project.repository.precompose;
  request.by = options.by;
  PAR_TRY(add_owners(project, base, request));
  request.config = std::move(base.config);
  if (options.predict) {
    PAR_ASSIGN(request.predictions, predict(project, request));
  }
  if (options.jobs > 0) request.config.policy.jobs = options.jobs;
  request.jobs_cap = project.user.jobs;
  request.force_parallel = options.force_parallel;
  request.members = options.agents;
  PAR_ASSIGN(core::Plan plan, core::make_plan(std::move(request)));
  plan.id = store::Database::name_of(plan);
  return MadePlan{std::move(plan), std::move(base.warnings)};
}

}  // namespace par::app
