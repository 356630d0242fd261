#include "config/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "config/section.h"
#include "core/glob.h"
#include "core/presets.h"

namespace par::config {
namespace {

constexpr int kMostReruns = 100;
constexpr int kMostRetries = 100;
constexpr double kMostDollars = 1e9;
constexpr std::int64_t kMostTokens = 1'000'000'000'000'000;
constexpr const char* kNameRule =
    "a name is 1 to 64 of a-z, 0-9, '.', '_' and '-'; it does not begin with '.' or '-', nor end with '.' or "
    "'.lock'";
constexpr const char* kItemRule = "an id is 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'";

// Whether `text` may name an item: [A-Za-z0-9._-]{1,64}.
bool is_item_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

// Relative to the root, in the form git lists it.
bool is_repo_path(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  const auto segments = split(path, '/');
  return std::none_of(segments.begin(), segments.end(), [](const auto& segment) {
    return segment.empty() || segment == "." || segment == "..";
  });
}

// A failure where the key names, perhaps among others, something that is no path in the repository.
void check_path(const Section& section, std::string_view key, const std::string& path) {
  if (is_repo_path(path)) return;
  section.fail(
      key, fmt::format("{}: '{}' is not a path in the repository", section.named(key), display_text(path)),
      "paths begin at the root of the repository, without '/', '.' or '..'");
}

// The text between the next '{' and '}' at or behind `from`; nullopt when there is none.
std::optional<std::string_view> next_placeholder(std::string_view text, std::size_t& from) {
  const auto open = text.find('{', from);
  if (open == std::string_view::npos) return std::nullopt;
  const auto close = text.find('}', open);
  if (close == std::string_view::npos) return std::nullopt;
  from = close + 1;
  return text.substr(open + 1, close - open - 1);
}

class Reader {
 public:
  explicit Reader(const std::string& name) : findings_(name) {}

  void read(const toml::table& root);
  [[nodiscard]] Result<Parsed> take() &&;

 private:
  // Where a name was used first.
  using Seen = std::map<std::string, std::uint32_t>;

  void read_top(const Section& top);
  void read_worktrees(const Section& top);
  void read_worktree(const toml::table& table);
  void read_policy(const toml::table& table);
  void read_validation(const toml::table& table);
  void check_report(const Section& section, const core::ValidationSpec& spec);
  void check_inputs(const Section& section, const core::ValidationSpec& spec);
  void read_agents(const toml::table& table);
  void read_agent(const std::string& name, const toml::table& table);
  void read_prompt_file(const Section& section);  // of the agent that is read
  void read_item(const toml::table& table);
  void read_files(const Section& section, core::Item& item);
  void note_name(const Section& section, std::string_view key, const std::string& name, Seen& seen);
  void check_references();
  [[nodiscard]] std::vector<std::string> agent_names() const;

  // A mention of an agent, checked when all are known.
  struct Mention {
    std::uint32_t line;
    std::string where;
    std::string by;  // the agent that comes after it; empty: an item mentions it
    std::string agent;
  };

  Findings findings_;
  core::Config config_;
  std::vector<PromptFile> prompt_files_;
  Seen validation_names_;
  Seen item_ids_;
  std::vector<Mention> mentions_;
};

void Reader::read(const toml::table& root) {
  const Section top(
      root, "",
      {"target", "strategy", "worktrees", "owners", "worktree", "policy", "validate", "agent", "item"},
      findings_);
  read_top(top);
  if (const auto* worktree = top.table("worktree")) read_worktree(*worktree);
  if (const auto* policy = top.table("policy")) read_policy(*policy);
  for (const auto* validation : top.tables("validate")) read_validation(*validation);
  if (const auto* agents = top.table("agent")) read_agents(*agents);
  for (const auto* item : top.tables("item")) read_item(*item);
  check_references();
}

Result<Parsed> Reader::take() && {
  if (findings_.first_error()) return *findings_.first_error();
  return Parsed{std::move(config_), findings_.warnings(), std::move(prompt_files_)};
}

void Reader::read_top(const Section& top) {
  top.text("target", config_.target);
  if (config_.target.starts_with('-')) top.fail("target", "'target' cannot begin with '-'");
  top.choice("strategy", config_.strategy);
  std::string owners;
  top.text("owners", owners);
  config_.owners_from_codeowners = owners == "CODEOWNERS";
  if (!owners.empty() && !config_.owners_from_codeowners)
    top.fail("owners", fmt::format("'owners' cannot be '{}'", display_text(owners)),
             "\"CODEOWNERS\" is the only place that owners can be taken from");
  read_worktrees(top);
}

// Each agent of each run needs a directory of its own.
void Reader::read_worktrees(const Section& top) {
  static const std::vector<std::string> kKnown{"repo", "run", "agent"};
  top.text("worktrees", config_.worktrees);
  std::size_t from = 0;
  while (const auto word = next_placeholder(config_.worktrees, from))
    if (std::find(kKnown.begin(), kKnown.end(), *word) == kKnown.end())
      return top.fail("worktrees",
                      fmt::format("unknown placeholder '{{{}}}' in 'worktrees'", display_text(*word)),
                      "known placeholders: {repo}, {run}, {agent}");
  for (const auto* needed : {"{run}", "{agent}"})
    if (config_.worktrees.find(needed) == std::string::npos)
      top.fail("worktrees", fmt::format("'worktrees' has no {}: agents would share a directory", needed),
               "for example \"../{repo}.par/{run}/{agent}\"");
}

void Reader::read_worktree(const toml::table& table) {
  const Section section(table, "[worktree]", {"copy", "setup"}, findings_);
  section.texts("copy", config_.worktree.copy);
  section.text("setup", config_.worktree.setup);
  for (auto& path : config_.worktree.copy) {
    check_path(section, "copy", path);
    if (path.ends_with('/')) path.pop_back();
  }
}

void Reader::read_policy(const toml::table& table) {
  const Section section(table, "[policy]",
                        {"jobs", "min_speedup", "min_sequential", "max_failure_rate", "canary", "on_overlap",
                         "shared", "retries", "budget", "budget_tokens"},
                        findings_);
  auto& policy = config_.policy;
  section.integer("jobs", 1, core::kMostAtOnce, policy.jobs);
  section.number("min_speedup", 0, 1000, policy.min_speedup);
  section.seconds("min_sequential", policy.min_sequential);
  section.number("max_failure_rate", 0, 1, policy.max_failure_rate);
  section.flag("canary", policy.canary);
  section.choice("on_overlap", policy.on_overlap);
  section.texts("shared", policy.shared);
  section.integer("retries", 0, kMostRetries, policy.retries);
  section.number("budget", 0, kMostDollars, policy.budget);
  section.integer("budget_tokens", std::int64_t{0}, kMostTokens, policy.budget_tokens);
}

// Checks a name and that it was not used before.
void Reader::note_name(const Section& section, std::string_view key, const std::string& name, Seen& seen) {
  const auto [first, fresh] = seen.emplace(name, section.line(key));
  if (!fresh)
    section.fail(key, fmt::format("{}: '{}' is used twice", section.named(key), name),
                 fmt::format("first used on line {}", first->second));
}

void Reader::read_validation(const toml::table& table) {
  const Section section(table, "[[validate]]",
                        {"name", "run", "report", "inputs", "timeout", "reruns", "when", "clean"}, findings_);
  core::ValidationSpec spec;
  section.required_text("name", spec.name);
  section.required_text("run", spec.run);
  section.choice("report", spec.report);
  section.texts("inputs", spec.inputs);
  section.seconds("timeout", spec.timeout);
  section.integer("reruns", 0, kMostReruns, spec.reruns);
  section.choice("when", spec.when);
  section.flag("clean", spec.clean);
  check_report(section, spec);
  check_inputs(section, spec);
  if (!spec.name.empty()) {
    if (!is_valid_name(spec.name))
      section.fail("name", fmt::format("'{}' cannot name a validation", display_text(spec.name)), kNameRule);
    else
      note_name(section, "name", spec.name, validation_names_);
  }
  config_.validations.push_back(std::move(spec));
}

// TAP can be read from the output; a JUnit report is a file that the command must know of.
void Reader::check_report(const Section& section, const core::ValidationSpec& spec) {
  if (spec.report != core::ReportKind::junit || spec.run.empty()) return;
  if (spec.run.find("{report}") == std::string::npos)
    section.fail("run", "'run' in [[validate]] has no {report}, but 'report' is junit",
                 "put {report} where the command takes the file for its report: --output-junit {report}");
}

// An empty list would read as "nothing", and mean everything.
void Reader::check_inputs(const Section& section, const core::ValidationSpec& spec) {
  if (section.has("inputs") && spec.inputs.empty())
    section.fail("inputs", fmt::format("{} is empty", section.named("inputs")),
                 "leave it out where the result depends on the whole tree");
  for (const auto& pattern : spec.inputs)
    if (auto glob = core::Glob::parse(pattern); !glob)
      section.fail("inputs", fmt::format("{}: {}", section.named("inputs"), glob.error().message),
                   "gitpar-patterns(7) says what patterns are");
}

void Reader::read_agents(const toml::table& table) {
  // The table is sorted by name; the file's order is the user's.
  struct Entry {
    toml::source_position at;
    std::string name;
    const toml::node* node;
  };
  std::vector<Entry> entries;
  for (const auto& [key, node] : table)
    entries.push_back({key.source().begin, std::string(key.str()), &node});
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.at < b.at; });

  for (const auto& entry : entries) {
    const auto shown = display_text(entry.name);
    const auto* agent = entry.node->as_table();
    if (agent == nullptr)
      findings_.fail(entry.at.line, fmt::format("'{}' in [agent] is not a table", shown),
                     "an agent begins with [agent.<name>]");
    else if (!is_valid_name(entry.name))
      findings_.fail(entry.at.line, fmt::format("'{}' cannot name an agent", shown), kNameRule);
    else
      read_agent(entry.name, *agent);
  }
}

void Reader::read_agent(const std::string& name, const toml::table& table) {
  const Section section(table, fmt::format("[agent.{}]", name),
                        {"owns", "forbids", "after", "run", "prompt", "prompt_file", "validate", "categories",
                         "count", "timeout", "idle_timeout", "estimate", "batch", "retries"},
                        findings_);
  core::AgentSpec spec;
  spec.name = AgentName(name);
  section.required_text("run", spec.run);
  if (const auto* preset = core::find_preset(spec.run))
    spec.permanent = {{preset->permanent_codes.begin(), preset->permanent_codes.end()},
                      {preset->permanent_texts.begin(), preset->permanent_texts.end()}};
  section.text("prompt", spec.prompt);
  read_prompt_file(section);
  if (config_.owners_from_codeowners && !section.has("owns")) {
    if (section.has("count"))
      section.fail("count", fmt::format("{} divides nothing without 'owns'", section.named("count")));
  } else {
    section.required_texts("owns", spec.owns, "list the files it may change: owns = [\"src/**\"]");
  }
  section.texts("forbids", spec.forbids);
  section.texts("validate", spec.validate);
  section.texts("categories", spec.categories);
  section.seconds("timeout", spec.timeout);
  section.seconds("idle_timeout", spec.idle_timeout);
  section.seconds("estimate", spec.estimate);
  section.integer("count", 1, core::kMostAtOnce, spec.count);
  section.integer("batch", 1, core::kMostAtOnce, spec.batch);
  spec.retries = config_.policy.retries;
  section.integer("retries", 0, kMostRetries, spec.retries);
  std::vector<std::string> after;
  section.texts("after", after);
  for (const auto& other : after) {
    spec.after.emplace_back(other);
    mentions_.push_back({section.line("after"), section.named("after"), name, other});
  }
  config_.agents.push_back(std::move(spec));
}

void Reader::read_prompt_file(const Section& section) {
  std::string path;
  section.text("prompt_file", path);
  if (!section.has("prompt_file")) return;
  if (section.has("prompt"))
    section.fail("prompt_file", fmt::format("{} beside 'prompt'", section.named("prompt_file")),
                 "an agent has one prompt: take one of them out");
  check_path(section, "prompt_file", path);
  prompt_files_.push_back({config_.agents.size(), RepoPath(path),
                           findings_.at(section.line("prompt_file"), section.named("prompt_file"))});
}

void Reader::read_item(const toml::table& table) {
  const Section section(table, "[[item]]",
                        {"id", "title", "files", "severity", "category", "estimate", "after", "agent"},
                        findings_);
  core::Item item;
  std::string id;
  std::string agent;
  std::vector<std::string> after;
  section.required_text("id", id);
  section.text("title", item.title);
  section.choice("severity", item.severity);
  section.text("category", item.category);
  section.seconds("estimate", item.estimate);
  section.text("agent", agent);
  section.texts("after", after);
  read_files(section, item);
  if (!id.empty()) {
    if (!is_item_id(id))
      section.fail("id", fmt::format("'{}' cannot name an item", display_text(id)), kItemRule);
    else
      note_name(section, "id", id, item_ids_);
  }
  for (const auto& other : after) {
    if (!is_item_id(other))
      section.fail("after",
                   fmt::format("{}: '{}' cannot name an item", section.named("after"), display_text(other)),
                   kItemRule);
    item.after.emplace_back(other);
  }
  if (!agent.empty()) mentions_.push_back({section.line("agent"), section.named("agent"), "", agent});
  item.id = ItemId(id);
  item.agent = AgentName(agent);
  config_.items.push_back(std::move(item));
}

void Reader::read_files(const Section& section, core::Item& item) {
  std::vector<std::string> files;
  section.texts("files", files);
  for (const auto& file : files) {
    check_path(section, "files", file);
    item.files.emplace_back(file);
  }
}

std::vector<std::string> Reader::agent_names() const {
  std::vector<std::string> names;
  for (const auto& agent : config_.agents) names.push_back(agent.name.str());
  return names;
}

void Reader::check_references() {
  const auto names = agent_names();
  for (const auto& mention : mentions_) {
    if (mention.agent == mention.by) {
      findings_.fail(mention.line,
                     fmt::format("{}: '{}' cannot come after itself", mention.where, mention.by));
    } else if (std::find(names.begin(), names.end(), mention.agent) == names.end()) {
      const auto near = did_you_mean(mention.agent, names);
      findings_.fail(
          mention.line, fmt::format("{}: no agent '{}'", mention.where, display_text(mention.agent)),
          near.empty() ? fmt::format("add an [agent.<name>] with that name, or take it out of the list")
                       : fmt::format("did you mean '{}'?", near));
    }
  }
}

}  // namespace

Result<Parsed> parse_config(std::string_view text, const std::string& name) {
  Reader reader(name);
  try {
    reader.read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    Findings findings(name);
    findings.fail(error.source().begin.line, "not valid TOML",
                  "the format is described in gitpar.toml(5) and at https://toml.io");
    auto result = *findings.first_error();
    return std::move(result).cause(display_text(error.description()));
  }
  return std::move(reader).take();
}

}  // namespace par::config
