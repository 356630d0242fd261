#include "core/preflight.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "core/glob.h"
#include "core/pattern_index.h"
#include "core/presets.h"

namespace par::core {
namespace {

constexpr std::size_t kSubjectsNamed = 3;

// Words that may hold anything, each for one line of a terminal.
std::vector<std::string> quoted(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  out.reserve(words.size());
  for (const auto& word : words) out.push_back(quote_path(word));
  return out;
}

std::string human_size(std::int64_t bytes) {
  constexpr double kStep = 1024;
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto size = static_cast<double>(bytes) / kStep;
  for (const auto* unit : {"KiB", "MiB", "GiB"}) {
    if (size < kStep) return fmt::format("{:.1f} {}", size, unit);
    size /= kStep;
  }
  return fmt::format("{:.1f} TiB", size);
}

PreflightCheck check_target(const PreflightFacts& facts) {
  PreflightCheck check{"target", CheckResult::error, "", "", {facts.target}};
  if (facts.base.empty()) {
    check.detail = fmt::format("the target branch '{}' does not exist", facts.target);
    check.hint = "make it with 'git branch', or name another with --target";
  } else if (!facts.obstacle.empty()) {
    check.detail = fmt::format("nothing could land: {}", facts.obstacle);
    check.hint = "commit or stash what is there, and finish what is under way";
  } else {
    check.result = CheckResult::ok;
    check.detail = fmt::format("'{}' at {} can be moved", facts.target, short_oid(facts.base));
  }
  return check;
}

PreflightCheck check_upstream(const PreflightFacts& facts) {
  PreflightCheck check{"upstream", CheckResult::ok, "", "", {}};
  if (!facts.upstream) {
    check.detail = fmt::format("'{}' follows no other branch", facts.target);
    return check;
  }
  const UpstreamFacts& upstream = *facts.upstream;
  check.subjects = {upstream.name};
  if (!upstream.exists) {
    check.result = CheckResult::warning;
    check.detail = fmt::format("'{}', which '{}' follows, is not here", upstream.name, facts.target);
    check.hint = "'git fetch' brings it";
  } else if (upstream.behind > 0) {
    check.result = CheckResult::warning;
    check.detail =
        fmt::format("'{}' lacks {} of '{}'", facts.target, counted(upstream.behind, "commit"), upstream.name);
    check.hint = "'git pull' brings them; agents start from what is here";
  } else {
    check.detail = fmt::format("'{}' has all of '{}' that was fetched", facts.target, upstream.name);
    if (upstream.ahead > 0) check.detail += fmt::format(", and {} more", counted(upstream.ahead, "commit"));
  }
  return check;
}

PreflightCheck check_patterns(const PreflightFacts& facts) {
  PreflightCheck check{"patterns", CheckResult::ok, "every owned pattern matches something", "", {}};
  if (facts.unmatched.empty()) return check;
  for (const auto& [agent, pattern] : facts.unmatched)
    check.subjects.push_back(fmt::format("{}: {}", agent.str(), quote_path(pattern)));
  check.result = CheckResult::warning;
  check.detail = fmt::format(
      "{} match{} nothing: {}", counted(static_cast<std::int64_t>(facts.unmatched.size()), "owned pattern"),
      facts.unmatched.size() == 1 ? "es" : "", some_of(check.subjects, kSubjectsNamed));
  check.hint = "mend them, unless they are for files to come";
  return check;
}

PreflightCheck check_items(const PreflightFacts& facts) {
  PreflightCheck check{"items", CheckResult::ok, "", "", {}};
  if (facts.unowned_items.empty()) {
    check.detail = facts.item_count == 0
                       ? "there are none"
                       : fmt::format("{}, each with an agent", counted(facts.item_count, "item"));
    return check;
  }
  for (const auto& item : facts.unowned_items) check.subjects.push_back(item.str());
  check.result = CheckResult::warning;
  check.detail = fmt::format("{} of {} items belong to no agent: {}", facts.unowned_items.size(),
                             facts.item_count, some_of(check.subjects, kSubjectsNamed));
  check.hint = "let an agent own all their files and take their category";
  return check;
}

PreflightCheck check_disk(const DiskFacts& disk) {
  PreflightCheck check{"disk", CheckResult::ok, "", "", {}};
  const std::int64_t need = disk.worktrees * disk.worktree_bytes;
  check.detail = fmt::format("{} of {} each, {} free", counted(disk.worktrees, "worktree"),
                             human_size(disk.worktree_bytes), human_size(disk.free_bytes));
  if (need > disk.free_bytes) {
    check.result = CheckResult::error;
    check.hint = "make room, or set 'worktrees' to a place on another disk";
  } else if (need > disk.free_bytes / 2) {
    check.result = CheckResult::warning;
    check.hint = "what agents build there may not fit: make room, or set 'worktrees' to another disk";
  }
  return check;
}

// Words that are nearly the name of a preset.
std::string near_presets(const std::vector<AgentWord>& commands) {
  std::vector<std::string> names;
  for (const auto& preset : presets()) names.emplace_back(preset.name);
  std::vector<std::string> near;
  for (const auto& [agent, word] : commands)
    if (const auto name = did_you_mean(word, names); !name.empty() && name != word)
      near.push_back(fmt::format("'{}'", name));
  near.erase(std::unique(near.begin(), near.end()), near.end());
  return join(near, " and ");
}

PreflightCheck check_commands(const PreflightFacts& facts) {
  PreflightCheck check{"commands", CheckResult::ok, "every agent's command is found", "", {}};
  if (facts.missing_commands.empty()) return check;
  std::vector<std::string> problems;
  for (const auto& [agent, word] : facts.missing_commands) {
    check.subjects.push_back(agent.str());
    problems.push_back(word.empty()
                           ? fmt::format("agent '{}' has no command", agent.str())
                           : fmt::format("'{}' of agent '{}' is not found", quote_path(word), agent.str()));
  }
  check.result = CheckResult::error;
  check.detail = some_of(problems, kSubjectsNamed);
  const auto near = near_presets(facts.missing_commands);
  check.hint = near.empty() ? "install it, put it on PATH, or set 'run' in '.gitpar.toml'"
                            : fmt::format("did you mean {}? gitpar-agents(7) lists the presets", near);
  return check;
}

PreflightCheck check_validation(const PreflightFacts& facts) {
  PreflightCheck check{"validation", CheckResult::ok, "green on the base", "", {}};
  if (facts.validations.empty()) {
    check.result = CheckResult::warning;
    check.detail = "none is configured: all that merges is accepted";
    check.hint = "add a [[validate]] section to '.gitpar.toml'";
    return check;
  }
  std::vector<std::string> failures;
  std::vector<std::string> unknown;
  for (const auto& [name, result] : facts.validations) {
    if (!result) unknown.push_back(name);
    if (result && result->result == Outcome::fail)
      failures.insert(failures.end(), result->failures.begin(), result->failures.end());
  }
  if (!failures.empty()) {
    check.result = CheckResult::warning;
    check.subjects = std::move(failures);
    check.detail = fmt::format("red on the base: {}", some_of(quoted(check.subjects), kSubjectsNamed));
    check.hint = "these count against no agent; mend them if they should";
  } else if (!unknown.empty()) {
    check.result = CheckResult::warning;
    check.subjects = std::move(unknown);
    check.detail = fmt::format("not validated yet: {}", some_of(check.subjects, kSubjectsNamed));
    check.hint = fmt::format("'git par validate {}' does it", facts.target);
  }
  return check;
}

std::string left_text(const LeftRun& left) {
  if (!left.damage.empty()) return fmt::format("run '{}' cannot be read: {}", left.run.str(), left.damage);
  if (left.is_over)
    return fmt::format("run '{}' left {}", left.run.str(), counted(left.worktrees, "worktree"));
  return fmt::format("run '{}' is not over", left.run.str());
}

std::string left_hint(const std::vector<LeftRun>& runs) {
  const auto any = [&](auto is_so) { return std::any_of(runs.begin(), runs.end(), is_so); };
  if (any([](const LeftRun& left) { return left.damage.empty() && !left.is_over; }))
    return "'git par resume' and 'git par merge' finish it, 'git par clean <run>' drops it";
  if (any([](const LeftRun& left) { return left.damage.empty(); })) return "'git par clean' removes them";
  return "the work of a damaged run is still under 'refs/par/<run>' and 'refs/heads/par/<run>'";
}

PreflightCheck check_leftovers(const PreflightFacts& facts) {
  PreflightCheck check{"leftovers", CheckResult::ok, "nothing is left of earlier runs", "", {}};
  if (!facts.in_the_way.empty()) {
    check.result = CheckResult::error;
    check.detail = facts.in_the_way;
    check.hint = facts.in_the_way_hint;
    return check;
  }
  if (facts.left_runs.empty()) return check;
  std::vector<std::string> problems;
  for (const auto& left : facts.left_runs) {
    check.subjects.push_back(left.run.str());
    problems.push_back(left_text(left));
  }
  check.result = CheckResult::warning;
  check.detail = some_of(problems, kSubjectsNamed);
  check.hint = left_hint(facts.left_runs);
  return check;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// NAME=...
bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0 || (word[0] >= '0' && word[0] <= '9')) return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

struct ShellWord {
  std::string text;            // without its quotes
  bool needs_a_shell = false;  // to be known
};

// Takes the next word from the front of `rest`; an empty one: it ends there, or at an operator.
ShellWord take_shell_word(std::string_view& rest) {
  constexpr std::string_view kOperators = "|&;<>()";
  constexpr std::string_view kExpanding = "$`*?[{}~#";
  while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
  ShellWord word;
  char quote = 0;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest.front();
    if (quote == 0 && (is_blank(c) || kOperators.find(c) != std::string_view::npos)) break;
    const bool escapes = c == '\\' && quote != '\'' && rest.size() > 1;
    if (escapes) {
      rest.remove_prefix(1);
      word.text += rest.front();
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else {
      word.needs_a_shell |= quote == 0 && kExpanding.find(c) != std::string_view::npos;
      word.needs_a_shell |= quote == '"' && (c == '$' || c == '`');
      word.text += c;
    }
  }
  return word;
}

}  // namespace

std::vector<PreflightCheck> evaluate_preflight(const PreflightFacts& facts) {
  std::vector<PreflightCheck> checks{check_target(facts)};
  if (facts.base.empty()) return checks;
  checks.push_back(check_upstream(facts));
  checks.push_back(check_patterns(facts));
  checks.push_back(check_items(facts));
  checks.push_back(check_disk(facts.disk));
  checks.push_back(check_commands(facts));
  checks.push_back(check_validation(facts));
  checks.push_back(check_leftovers(facts));
  return checks;
}

Result<std::vector<AgentWord>> unmatched_patterns(const std::vector<AgentSpec>& agents,
                                                  const std::vector<RepoPath>& paths, Folding folding) {
  std::vector<AgentWord> patterns;
  PatternIndex index(folding);
  for (const auto& agent : agents)
    for (const auto& pattern : agent.owns) {
      PAR_ASSIGN(const Glob glob, Glob::parse(pattern, folding));
      index.add(glob, true);
      patterns.push_back({agent.name, pattern});
    }
  std::vector<bool> has_matched(patterns.size());
  std::vector<bool> is_seen;  // by set of patterns
  for (const auto& path : paths) {
    const auto match = index.match(path.str());
    if (match >= is_seen.size()) is_seen.resize(index.match_count());
    if (is_seen[match]) continue;
    is_seen[match] = true;
    for (const auto pattern : index.patterns(match)) has_matched[pattern] = true;
  }
  std::vector<AgentWord> unmatched;
  for (std::size_t i = 0; i < patterns.size(); ++i)
    if (!has_matched[i]) unmatched.push_back(std::move(patterns[i]));
  return unmatched;
}

std::optional<std::string> first_command_word(std::string_view command) {
  for (;;) {
    const auto word = take_shell_word(command);
    if (word.text.empty() || (word.needs_a_shell && !is_assignment(word.text))) return std::nullopt;
    if (!is_assignment(word.text)) return word.text;
  }
}

}  // namespace par::core
