#include "cli/agent_output.h"

#include <fmt/format.h>

#include <fstream>
#include <utility>

#include "base/json_writer.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "cli/report.h"
#include "os/signals.h"

namespace par::cli {
namespace {

constexpr Millis kPollMs = 200;
constexpr std::size_t kChunk = 64 << 10;

// Copies what the log holds beyond what was shown, but for a character that is not whole yet: it is `held`.
// Returns whether there was anything.
bool show_rest(std::ifstream& file, std::string& held) {
  std::string chunk(kChunk, '\0');
  bool any = false;
  for (;;) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    if (count > 0) {
      const std::string text = std::move(held) + chunk.substr(0, count);
      const auto whole = text.size() - utf8_cut_off(text);
      print_out(display_text(std::string_view(text).substr(0, whole)));
      held = text.substr(whole);
    }
    any = any || count > 0;
    if (!file) break;
  }
  file.clear();
  return any;
}

// Moves to where the last `lines` lines begin, reading backwards from the end.
void seek_last_lines(std::ifstream& file, int lines) {
  file.seekg(0, std::ios::end);
  auto at = static_cast<std::int64_t>(file.tellg());
  std::string chunk;
  int ends = 0;  // of lines; the one at the very end belongs to the last line
  while (at > 0) {
    const auto size = std::min<std::int64_t>(at, static_cast<std::int64_t>(kChunk));
    at -= size;
    chunk.resize(static_cast<std::size_t>(size));
    file.seekg(at);
    file.read(chunk.data(), size);
    for (auto i = size; i-- > 0;) {
      if (chunk[static_cast<std::size_t>(i)] != '\n' || ++ends <= lines) continue;
      file.seekg(at + i + 1);
      return;
    }
  }
  file.seekg(0);
}

struct AgentLog {
  RunView view;
  std::string path;
  std::ifstream file;  // at the first line to be shown; not open: there is none yet
};

// Error (refused): there is no log, and it is not followed.
Result<AgentLog> open_log(const app::Project& project, const store::Database& database,
                          const std::string& agent, const OutputOptions& options) {
  PAR_ASSIGN(auto view, view_run(project, database, options.run));
  PAR_TRY(find_agent(view, agent));
  const app::RunPaths paths{project.repository.state_dir(), view.run.id};
  AgentLog log{std::move(view), paths.agent_log(AgentName(agent)), {}};
  log.file.open(log.path, std::ios::binary);
  if (!log.file.is_open() && !options.follow) return refused(fmt::format("agent '{}' has no log yet", agent));
  if (log.file.is_open() && options.lines >= 0) seek_last_lines(log.file, options.lines);
  return log;
}

}  // namespace

Result<const core::AgentState*> find_agent(const RunView& view, const std::string& name) {
  if (const auto* agent = view.run.state.find(AgentName(name))) return agent;
  std::vector<std::string> names;
  for (const auto& agent : view.run.state.agents) names.push_back(agent.name.str());
  return Error(fmt::format("run '{}' has no agent '{}'", view.run.id.str(), name))
      .hint("its agents are: " + join(names, ", "));
}

Result<int> show_output(const app::Project& project, const store::Database& database,
                        const std::string& agent, const OutputOptions& options) {
  PAR_ASSIGN(auto log, open_log(project, database, agent, options));
  auto& [view, path, file] = log;
  std::string held;
  for (bool ended = false;;) {
    if (!file.is_open()) file.open(path, std::ios::binary);
    const bool any = file.is_open() && show_rest(file, held);
    if (!options.follow || ended || os::interrupt_count() > 0) break;
    if (any) continue;
    PAR_ASSIGN(view, view_run(project, database, view.run.id.str()));
    PAR_ASSIGN(const auto* state, find_agent(view, agent));
    // What it printed since the last look is shown before this ends.
    ended = !view.live.worker || core::is_settled(state->stage);
    if (!ended) os::wait_for_interrupt(kPollMs);
  }
  print_out(display_text(held));
  return os::interrupt_count() > 0 ? interrupted_code() : 0;
}

Result<std::string> output_json(const app::Project& project, const store::Database& database,
                                const std::string& agent, const OutputOptions& options) {
  PAR_ASSIGN(auto log, open_log(project, database, agent, options));
  JsonWriter json;
  json.begin_object().member("schema", 1).member("run", log.view.run.id.str()).member("agent", agent);
  json.member("path", quote_path(log.path)).key("lines").begin_array();
  for (std::string line; std::getline(log.file, line);) json.value(line);
  json.end_array().end_object();
  return std::move(json).take() + "\n";
}

}  // namespace par::cli
