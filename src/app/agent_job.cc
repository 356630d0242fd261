#include "app/agent_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/attempt_log.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "core/presets.h"
#include "os/files.h"

namespace par::app {
namespace {

// A prompt holds so many lines of one kind, and so many bytes of them; the rest stands in a file that it
// names.
constexpr std::size_t kPromptLines = 50;
constexpr std::size_t kPromptBytes = 16 << 10;
// Linux takes no argument or variable that is longer than 128 KiB.
constexpr std::size_t kLongestVariable = 100 << 10;

// What comes from outside, such as titles and paths, stays within its line.
std::string bullet_list(const std::vector<std::string>& lines, const std::string& file = "") {
  std::string text;
  std::size_t shown = 0;
  for (; shown < lines.size(); ++shown) {
    const auto line = display_line(lines[shown]);
    const bool fits = shown < kPromptLines && text.size() + line.size() <= kPromptBytes;
    if (!file.empty() && !fits) break;
    text += "- " + line + "\n";
  }
  if (shown < lines.size())
    text +=
        fmt::format("- {}{} more, all of them in {}\n", shown > 0 ? "and " : "", lines.size() - shown, file);
  return text;
}

// What it may change, one pattern each; a pattern that is taken away again has a '!' in front.
std::vector<std::string> owned_patterns(const core::AgentSpec& spec) {
  std::vector<std::string> patterns = spec.owns;
  for (const auto& rule : spec.rules) patterns.push_back((rule.grants ? "" : "!") + rule.pattern);
  return patterns;
}

std::string item_line(const core::Item& item) {
  std::string line = fmt::format("{} ({}): {}", item.id.str(), name_of(item.severity), item.title);
  std::vector<std::string> files;
  for (const auto& file : item.files) files.push_back(quote_path(file.str()));
  if (!files.empty()) line += " [" + join(files, ", ") + "]";
  return line;
}

std::string item_lines(const core::PlannedAgent& agent, const std::string& items_file) {
  std::vector<std::string> lines;
  for (const auto& item : agent.items) lines.push_back(item_line(item));
  return bullet_list(lines, items_file);
}

// Agents whose work is there, with some of what they own.
std::string done_lines(const core::Plan& plan, const std::vector<AgentName>& done) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  for (const auto& name : done) {
    const auto* agent = plan.find(name);
    if (agent == nullptr) continue;
    auto owned = owned_patterns(agent->spec);
    const bool all = owned.size() <= kShown;
    owned.resize(std::min(owned.size(), kShown));
    auto line = fmt::format("{}: {}{}", name.str(), join(owned, ", "), all ? "" : ", ...");
    bytes += line.size();
    if (lines.size() == kPromptLines || bytes > kPromptBytes) break;
    lines.push_back(std::move(line));
  }
  std::string text = bullet_list(lines);
  if (done.size() > lines.size())
    text += fmt::format("- {}{} more\n", lines.empty() ? "" : "and ", done.size() - lines.size());
  return text;
}

// A command may have several lines: it is the configuration's own.
std::string validation_lines(const core::Plan& plan, const core::PlannedAgent& agent) {
  std::string text;
  for (const auto& name : agent.validations)
    for (const auto& spec : plan.validations)
      if (spec.name == name)
        text += fmt::format("- {}: {}\n", spec.name, replace_all(std::string(trim(spec.run)), "\n", "\n  "));
  return text;
}

constexpr core::Seconds kLongerThanItMay = 3600;

struct AgentFiles {
  std::string prompt;
  std::string items;
  std::string owns;
  std::string forbids;
  std::string tmp;
};

std::string agent_command(std::string_view run_line, const AgentFiles& files, const core::AgentState& agent,
                          const RunId& run) {
  const Placeholder values[] = {
      {"{prompt_file}", shell_quote(files.prompt)}, {"{items_file}", shell_quote(files.items)},
      {"{agent}", shell_quote(agent.name.str())},   {"{run}", shell_quote(run.str())},
      {"{worktree}", shell_quote(agent.worktree)},  {"{tmp}", shell_quote(files.tmp)}};
  return fill_placeholders(run_line, values);
}

os::Environment agent_variables(const AgentJobContext& context, const core::PlannedAgent& planned,
                                const core::AgentState& agent, const AgentFiles& files) {
  os::Environment env = context.environment;
  const auto add = [&](std::string_view name, std::string_view value) {
    env.push_back(fmt::format("{}={}", name, value));
  };
  add("PAR_RUN", context.paths.run.str());
  add("PAR_AGENT", agent.name.str());
  add("PAR_PHASE", std::to_string(agent.phase));
  add("PAR_ATTEMPT", std::to_string(agent.attempt));
  add("PAR_BASE", agent.start.str());
  add("PAR_PROMPT_FILE", files.prompt);
  add("PAR_ITEMS_FILE", files.items);
  add("PAR_OWNS_FILE", files.owns);
  add("PAR_FORBIDS_FILE", files.forbids);
  const auto add_if_short = [&](std::string_view name, const std::string& value) {
    if (value.size() <= kLongestVariable) add(name, value);
  };
  add_if_short("PAR_OWNS", join(owned_patterns(planned.spec), "\n"));
  add_if_short("PAR_FORBIDS", join(planned.spec.forbids, "\n"));
  add("PAR_TMP", files.tmp);
  // Background maintenance of many worktrees at once only gets in the way.
  add("GIT_CONFIG_COUNT", "2");
  add("GIT_CONFIG_KEY_0", "gc.auto");
  add("GIT_CONFIG_VALUE_0", "0");
  add("GIT_CONFIG_KEY_1", "maintenance.auto");
  add("GIT_CONFIG_VALUE_1", "false");
  return env;
}

// Through a name beside it, so that what is there is whole. What git does not ignore would be taken for work
// of the agent's, and land (a file of secrets, say): it is not left there.
std::string copy_command(const std::string& from, const std::string& path) {
  const auto source = shell_quote(os::absolute_path(path, from));
  const auto place = shell_quote("./" + path);
  const auto draft = shell_quote("./" + path + ".par-copy");
  // Not every cp can share blocks.
  return fmt::format(
      "if test -e {0} && ! test -e {1}; then\n"
      "  mkdir -p \"$(dirname {1})\" && rm -rf {2} || exit {3}\n"
      "  cp -a --reflink=auto {0} {2} 2>/dev/null || {{ rm -rf {2}; cp -pPR {0} {2}; }} || exit {3}\n"
      "  mv {2} {1} || exit {3}\n"
      "  if test -n \"$(git --literal-pathspecs ls-files --others --exclude-standard -- {1} | head -n 1)\"; "
      "then\n"
      "    rm -rf {1}\n"
      "    echo {4}\n"
      "    exit {3}\n"
      "  fi\n"
      "fi\n",
      source, place, draft, kSetupFailed,
      shell_quote(
          fmt::format("'{}' is in 'copy' of [worktree], but git does not ignore it", display_line(path))));
}

std::string worktree_command(const core::WorktreeSpec& spec, const std::string& main_root,
                             const std::string& fill) {
  std::string script = fmt::format("{{ {}; }} || exit 128\n", fill);
  for (const auto& path : spec.copy) script += copy_command(main_root, path);
  if (!spec.setup.empty())
    script += fmt::format(
        "(\n{}\n) || {{ echo \"git-par: 'setup' of [worktree] ended with exit code $?\"; exit {}; }}\n",
        spec.setup, kSetupFailed);
  return script;
}

// What the commands of one agent have in common.
os::JobSpec job_of(const AgentJobContext& context, const core::AgentState& agent,
                   const core::PlannedAgent& planned, const AgentFiles& files) {
  os::JobSpec job;
  job.cwd = agent.worktree;
  job.env = agent_variables(context, planned, agent, files);
  job.log = context.paths.agent_log(agent.name);
  job.log_limit = context.log_limit;
  job.timeout_ms = planned.spec.timeout * 1000;
  return job;
}

// What changes with every commit, every 'git add' and every checkout there.
std::vector<std::string> git_files(const std::string& worktree) {
  constexpr std::string_view kKey = "gitdir: ";
  const auto link = os::read_file(worktree + "/.git");
  if (!link || !link->starts_with(kKey)) return {};
  const std::string git_dir(trim(std::string_view(*link).substr(kKey.size())));
  return {git_dir + "/HEAD", git_dir + "/index", git_dir + "/logs/HEAD"};
}

// The agent's items, as its prompt names them.
std::string items_section(const core::PlannedAgent& agent, const std::string& items_file) {
  if (agent.spec.batch == 0) return item_lines(agent, items_file);
  return fmt::format("- all in {}, one JSON object on each line\n", items_file);
}

// Claims the next items and runs `command` with them, until none are left. Claims hold, and who waits for
// other items waits, as long as the agent may work.
std::string batch_command(const core::AgentSpec& spec, const AgentFiles& files, const std::string& command) {
  const auto program = shell_quote(os::own_program());
  return fmt::format(
      "while :; do\n"
      "  {0} next -n {1} --ttl {2} --wait {2} >{3}.next\n"
      "  case $? in 0) ;; 1) exit 0 ;; *) exit 1 ;; esac\n"
      "  mv {3}.next {3} || exit\n"
      "  (\n{4}\n) || exit\n"
      "  {0} done --batch || exit\n"
      "done\n",
      program, spec.batch, spec.timeout + kLongerThanItMay, shell_quote(files.items), command);
}

}  // namespace

std::string worktree_job_id(const AgentName& agent, int attempt) {
  return fmt::format("w.{}.{}", agent.str(), attempt);
}

std::string agent_job_id(const AgentName& agent, int attempt) {
  return fmt::format("a.{}.{}", agent.str(), attempt);
}

std::string current_job_id(const core::AgentState& agent) {
  if (agent.stage == core::Stage::filling) return worktree_job_id(agent.name, agent.attempt);
  return agent.stage == core::Stage::running ? agent_job_id(agent.name, agent.attempt) : "";
}

std::vector<AgentName> done_before(const core::RunState& state, const core::AgentState& agent) {
  std::vector<AgentName> done;
  for (const auto& step : state.integration.steps) {
    done.push_back(step.agent);
    if (step.commit == agent.start) return done;
  }
  return {};
}

std::string prompt_text(const core::Plan& plan, const core::PlannedAgent& agent, const PromptFiles& files,
                        const std::vector<AgentName>& done) {
  const Placeholder items[] = {{"{items}", std::string(trim(items_section(agent, files.items)))}};
  std::string text = fill_placeholders(agent.spec.prompt, items);
  if (!text.empty()) text += "\n\n";
  text += "You own these paths; change nothing else:\n" + bullet_list(owned_patterns(agent.spec), files.owns);
  if (!agent.spec.forbids.empty())
    text += "\nNever change:\n" + bullet_list(agent.spec.forbids, files.forbids);
  if (!agent.items.empty() && agent.spec.prompt.find("{items}") == std::string::npos)
    text += "\nYour items:\n" + items_section(agent, files.items);
  if (!done.empty()) text += "\nDone already by others, and here:\n" + done_lines(plan, done);
  if (!agent.validations.empty()) text += "\nYour branch is validated by:\n" + validation_lines(plan, agent);
  text +=
      "\nRules:\n"
      "- Commit on the branch that is checked out here; do not switch, rebase or reset it.\n"
      "- Do not stash: the stash is shared with other worktrees.\n"
      "- Do not push, and do not touch other worktrees.\n";
  return text;
}

std::string earlier_text(const core::AgentState& agent, const RunId& run) {
  const auto& earlier = agent.earlier;
  if (earlier.reason.empty()) return "";
  std::string text = fmt::format("\nThis is attempt {}. The one before was refused: {}\n", agent.attempt,
                                 display_line(earlier.reason));
  if (!earlier.tests.empty())
    text += "With its work, together with all that was accepted by then, these tests fail:\n" +
            bullet_list(earlier.tests, earlier.log);
  if (!earlier.log.empty()) text += fmt::format("Their output is in {}\n", earlier.log);
  text += fmt::format(
      "What it did is saved under refs/par/salvage/{}/{}/. You start anew, from all accepted work.\n",
      run.str(), agent.name.str());
  return text;
}

void write_item(JsonWriter& json, const core::Item& item) {
  json.member("id", item.id.str()).member("title", item.title);
  json.member("severity", name_of(item.severity)).member("category", item.category);
  std::vector<std::string> files;
  for (const auto& file : item.files) files.push_back(text_or_quoted(file.str()));
  json.list("files", files);
}

std::string items_text(const core::PlannedAgent& agent) {
  std::string text;
  for (const auto& item : agent.items) {
    JsonWriter json;
    json.begin_object();
    write_item(json, item);
    json.end_object();
    text += json.text() + "\n";
  }
  return text;
}

namespace {

// A batch has a file of its own: it is written while the agent is at work, and this may be done again then.
AgentFiles files_of(const AgentJobContext& context, const core::AgentSpec& spec) {
  const std::string dir = context.paths.agent_dir(spec.name);
  return {dir + "/prompt.md", dir + (spec.batch > 0 ? "/batch.items.jsonl" : "/items.jsonl"),
          dir + "/owns.txt", dir + "/forbids.txt", dir + "/tmp"};
}

std::string lines_of(const std::vector<std::string>& patterns) {
  return patterns.empty() ? "" : join(patterns, "\n") + "\n";
}

// PAR_PROMPT_FILE, PAR_ITEMS_FILE, PAR_OWNS_FILE, PAR_FORBIDS_FILE and PAR_TMP.
Result<void> write_agent_files(const AgentJobContext& context, const core::AgentState& agent,
                               const core::PlannedAgent& planned, const AgentFiles& files) {
  PAR_TRY(os::make_directories(files.tmp, 0700));
  PAR_TRY(note_attempt(context.paths, agent.name, agent.attempt));
  const PromptFiles named{files.items, files.owns, files.forbids};
  PAR_TRY(os::write_file_durably(files.prompt, prompt_text(context.plan, planned, named, context.done) +
                                                   earlier_text(agent, context.paths.run)));
  PAR_TRY(os::write_file_durably(files.owns, lines_of(owned_patterns(planned.spec))));
  PAR_TRY(os::write_file_durably(files.forbids, lines_of(planned.spec.forbids)));
  if (planned.spec.batch > 0) return {};
  return os::write_file_durably(files.items, items_text(planned));
}

}  // namespace

Result<os::JobSpec> prepare_worktree_job(const AgentJobContext& context, const core::AgentState& agent,
                                         const std::string& fill) {
  const core::PlannedAgent& planned = *context.plan.find(agent.name);
  const auto files = files_of(context, planned.spec);
  PAR_TRY(os::make_directories(context.paths.logs(), 0700));
  // Only a setup reads them; most have none, and the agent's own job writes them.
  if (!context.plan.worktree.setup.empty()) PAR_TRY(write_agent_files(context, agent, planned, files));
  auto job = job_of(context, agent, planned, files);
  job.id = worktree_job_id(agent.name, agent.attempt);
  job.command = worktree_command(context.plan.worktree, context.main_root, fill);
  return job;
}

Result<os::JobSpec> prepare_agent_job(const AgentJobContext& context, const core::AgentState& agent) {
  const core::PlannedAgent& planned = *context.plan.find(agent.name);
  const auto files = files_of(context, planned.spec);
  PAR_TRY(os::make_directories(context.paths.logs(), 0700));
  PAR_TRY(write_agent_files(context, agent, planned, files));
  auto job = job_of(context, agent, planned, files);
  job.id = agent_job_id(agent.name, agent.attempt);
  job.command = agent_command(core::command_of(planned.spec.run), files, agent, context.paths.run);
  if (planned.spec.batch > 0) job.command = batch_command(planned.spec, files, job.command);
  job.idle_ms = planned.spec.idle_timeout * 1000;
  job.life_signs = git_files(agent.worktree);
  job.life_signs.push_back(context.paths.heartbeat(agent.name));
  return job;
}

}  // namespace par::app
