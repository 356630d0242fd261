#include "cli/complete.h"

#include <filesystem>
#include <map>

#include "app/project.h"
#include "base/strings.h"
#include "cli/candidates.h"
#include "cli/report.h"
#include "cli/status_view.h"
#include "git/refs.h"

namespace par::cli {
namespace {

using Candidates = std::vector<Candidate>;

Result<store::Database> open_state(const git::Repository& repository) {
  PAR_ASSIGN(auto database, store::Database::open_existing(repository.state_dir()));
  if (!database) return Error("there is no run yet");
  return std::move(*database);
}

Result<Candidates> branches(const git::Repository& repository) {
  PAR_ASSIGN(const auto refs, git::list_refs(repository, "refs/heads/"));
  Candidates values;
  for (const auto& [ref, commit] : refs)
    if (!ref.str().starts_with("refs/heads/par/")) values.push_back({short_name(ref), "branch"});
  return values;
}

Result<Candidates> runs(const git::Repository& repository) {
  PAR_ASSIGN(const auto database, open_state(repository));
  PAR_ASSIGN(const auto rows, database.runs());
  Candidates values;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row)
    values.push_back({row->id.str(), "run of plan " + row->plan.str()});
  return values;
}

Result<app::LoadedRun> load(const git::Repository& repository, const std::string& run) {
  PAR_ASSIGN(const auto database, open_state(repository));
  return app::load_run(database, run);
}

Candidates agents_of(const app::LoadedRun& run) {
  Candidates values;
  for (const auto& agent : run.state.agents)
    values.push_back({agent.name.str(), "agent, phase " + std::to_string(agent.phase) + ", " +
                                            std::string(agent_state_name(agent))});
  return values;
}

Result<Candidates> agents(const git::Repository& repository, const std::string& run) {
  PAR_ASSIGN(const auto loaded, load(repository, run));
  return agents_of(loaded);
}

// What can be rolled back: agents, phases, the run.
Result<Candidates> parts(const git::Repository& repository, const std::string& run) {
  PAR_ASSIGN(const auto loaded, load(repository, run));
  Candidates values = agents_of(loaded);
  std::map<int, std::vector<std::string>> phases;
  for (const auto& agent : loaded.state.agents) phases[agent.phase].push_back(agent.name.str());
  for (const auto& [phase, names] : phases)
    values.push_back({std::to_string(phase), "phase of " + join(names, ", ")});
  values.push_back({loaded.id.str(), "the whole run"});
  return values;
}

Result<Candidates> revisions(const git::Repository& repository, const std::string& run) {
  Candidates values = agents(repository, run).value_or({});
  PAR_ASSIGN(auto names, branches(repository));
  for (auto& name : names) values.push_back(std::move(name));
  return values;
}

Result<Candidates> repository_values(const std::string& cwd, std::string_view kind, const std::string& run) {
  using Find = Result<Candidates> (*)(const git::Repository&, const std::string&);
  static const std::map<std::string_view, Find> finders{
      {"agent", agents},
      {"branch", [](const git::Repository& repository, const std::string&) { return branches(repository); }},
      {"revision", revisions},
      {"run", [](const git::Repository& repository, const std::string&) { return runs(repository); }},
      {"what", parts}};
  const auto finder = finders.find(kind);
  if (finder == finders.end()) return Candidates{};
  PAR_ASSIGN(const auto repository, git::discover(cwd));
  return finder->second(repository, run);
}

// Leaves a -C <directory>, which git's own -C is handed over as, out of the words.
std::string take_directory(std::vector<std::string>& words, std::string cwd) {
  while (words.size() > 2 && words[0] == "-C") {
    cwd = (std::filesystem::path(cwd) / words[1]).string();
    words.erase(words.begin(), words.begin() + 2);
  }
  return cwd;
}

}  // namespace

int complete(const std::vector<std::string>& arguments, const Invocation& invocation) {
  const bool separated = !arguments.empty() && arguments.front() == "--";
  std::vector<std::string> words(arguments.begin() + (separated ? 1 : 0), arguments.end());
  const std::string cwd = take_directory(words, invocation.cwd);
  const auto source = [&](std::string_view kind, const std::string& run) {
    return repository_values(cwd, kind, run).value_or({});
  };
  std::string text;
  for (const auto& [value, description] : candidates(words, source)) {
    text += value;
    if (!description.empty()) text += "\t" + display_text(description);
    text += "\n";
  }
  print_out(text);
  return 0;
}

}  // namespace par::cli
