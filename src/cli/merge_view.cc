#include "cli/merge_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/run_support.h"
#include "core/agent_names.h"
#include "core/machine.h"
#include "core/mended.h"

namespace par::cli {
namespace {

// What people call it: an agent's name, or the branch that it stands for.
std::string label(const core::RunState& state, const core::AgentState& agent) {
  return agent.branch.empty() ? agent.name.str() : display_text(branch_name(state.id, agent));
}

std::vector<std::string> labels(const core::RunState& state, const std::vector<AgentName>& names) {
  std::vector<std::string> texts;
  for (const auto& name : names) {
    const auto& agent = *state.find(name);
    texts.push_back(agent.branch.empty() ? name.str() : branch_name(state.id, agent));
  }
  return texts;
}

// It may have moved since the landing began, which was then built anew.
const ObjectId& before_of(const LandingReport& report) {
  const auto& landing = report.state.landing;
  return landing.landed.empty() || !landing.built ? report.before : landing.built->from;
}

const ObjectId& after_of(const LandingReport& report) {
  const auto& landed = report.state.landing.landed;
  return landed.empty() ? report.before : landed;
}

// Why it has not landed.
std::string why_not(const core::RunState& state, const core::AgentState& agent) {
  if (!agent.reason.empty()) return agent.reason;
  const auto& refused = state.landing.refused;
  return refused.empty() ? std::string(name_of(agent.stage)) : refused;
}

// At most so many names are listed; JSON has all of them.
constexpr std::size_t kMostNames = 20;

std::vector<std::string> first_of(std::vector<std::string> names) {
  for (auto& name : names) name = display_line(name);
  if (names.size() <= kMostNames) return names;
  const auto more = names.size() - kMostNames;
  names.resize(kMostNames);
  names.push_back(fmt::format("and {} more", more));
  return names;
}

// What it breaks, with whom, and where to read of it.
std::string refusal_text(const core::RunState& state, const core::AgentState& agent) {
  if (agent.stage != core::Stage::rejected) return "";
  const std::string name = label(state, agent);
  const std::string with = join(first_of(labels(state, agent.with)), ", ");
  if (agent.tests.empty())
    return with.empty() ? "" : fmt::format("\n{} does not go together with {}\n", name, with);
  std::string text = fmt::format("\n{}{}{} breaks:\n", name, with.empty() ? "" : ", together with ", with);
  for (const auto& test : first_of(agent.tests)) text += fmt::format("  {}\n", test);
  return agent.log.empty() ? text : text + fmt::format("  see {}\n", agent.log);
}

// A branch that did not get in, for JSON.
struct Rejected {
  std::string branch;
  std::vector<std::string> with;
  std::vector<std::string> tests;
  std::string reason;
  std::string log;
  core::Stage stage;
};

void write_rejected(JsonWriter& json, const Rejected& rejected) {
  json.begin_object().member("branch", rejected.branch).list("with", rejected.with);
  json.list("tests", rejected.tests).member("reason", rejected.reason).member("log", rejected.log);
  json.member("state", name_of(rejected.stage)).end_object();
}

std::string in_it_text(const std::vector<std::string>& branches, const std::string& target) {
  std::string text;
  const auto shown = std::min(branches.size(), kMostNames);
  for (std::size_t i = 0; i < shown; ++i)
    text += fmt::format("  in it     {}: '{}' has its work\n", display_text(branches[i]), target);
  if (shown < branches.size())
    text += fmt::format("  in it     {} more: '{}' has their work\n", branches.size() - shown, target);
  return text;
}

// What the target failed before and does not any more.
std::vector<core::Mended> mended_by(const LandingReport& report) {
  if (report.state.landing.landed.empty()) return {};
  return core::mended_failures(report.state.integration);
}

std::string mended_text(const LandingReport& report) {
  std::vector<std::string> lines;
  for (const auto& mended : mended_by(report)) {
    const auto* agent = report.state.find(mended.by);
    lines.push_back(mended.test + (agent == nullptr ? "" : ": " + label(report.state, *agent)));
  }
  if (lines.empty()) return "";
  std::string text = fmt::format("\n'{}' fails no more:\n", short_name(report.state.landing.target));
  for (const auto& line : first_of(std::move(lines))) text += fmt::format("  {}\n", line);
  return text;
}

void write_mended(JsonWriter& json, const LandingReport& report) {
  json.key("mended").begin_array();
  for (const auto& mended : mended_by(report)) {
    const auto* agent = report.state.find(mended.by);
    json.begin_object().member("test", mended.test);
    json.member("branch", agent == nullptr ? "" : branch_name(report.state.id, *agent)).end_object();
  }
  json.end_array();
}

// What testing together, and the cache, left to be run.
int saved_runs(const LandingReport& report) {
  return std::max(0, report.one_by_one - report.validation_runs - report.cache_hits);
}

std::string spent_text(const LandingReport& report) {
  const auto& state = report.state;
  if (state.agents.empty()) return "";
  if (state.integration.results.empty()) return "nothing was validated\n";
  if (report.validation_runs + report.cache_hits == 0) return "0 validation runs: it has passed already\n";
  return validations_line(report.validation_runs, report.cache_hits, saved_runs(report));
}

std::string_view state_name(git::PullState state) {
  switch (state) {
    case git::PullState::merged:
      return "merged";
    case git::PullState::closed:
      return "closed";
    case git::PullState::open:
      break;
  }
  return "open";
}

bool is_asked_for(const LandingReport& report, const core::AgentState& agent) {
  return report.pulls != nullptr &&
         std::any_of(report.pulls->begin(), report.pulls->end(),
                     [&](const app::Pull& pull) { return core::is_among(pull.agents, agent.name); });
}

std::string pull_line(const core::RunState& state, const app::Pull& pull) {
  const bool merged = pull.request.state == git::PullState::merged;
  return fmt::format("  {:<9} {} ({})\n", merged ? "merged" : name_of(pull.change),
                     display_text(pull.request.url), display_text(join(labels(state, pull.agents), ", ")));
}

void write_pulls(JsonWriter& json, const core::RunState& state, const std::vector<app::Pull>& pulls) {
  json.key("pull_requests").begin_array();
  for (const auto& pull : pulls) {
    json.begin_object().member("number", pull.request.number).member("url", pull.request.url);
    json.member("state", state_name(pull.request.state)).member("change", name_of(pull.change));
    json.member("head", short_name(pull.head)).member("commit", pull.commit.str());
    json.list("agents", labels(state, pull.agents)).member("checks", name_of(pull.checks));
    json.list("failed_checks", pull.failed).member("merges_later", pull.merges_later).end_object();
  }
  json.end_array();
}

}  // namespace

std::string validations_line(int runs, int cache_hits, int saved) {
  std::string text = counted(runs, "validation run");
  if (cache_hits > 0) text += fmt::format(", {} answered from the cache", cache_hits);
  if (saved > 0) text += fmt::format(", {} saved by testing together", saved);
  return text + "\n";
}

std::string landing_text(const LandingReport& report) {
  const auto& state = report.state;
  const std::string target = short_name(state.landing.target);
  std::string text =
      report.pulls != nullptr
          ? fmt::format("'{}' stays at {}: the forge lands it there\n", target, short_oid(before_of(report)))
      : after_of(report) == before_of(report)
          ? fmt::format("'{}' stays at {}\n", target, short_oid(before_of(report)))
          : fmt::format("'{}' {} -> {}\n", target, short_oid(before_of(report)), short_oid(after_of(report)));
  if (report.pulls != nullptr)
    for (const auto& pull : *report.pulls) text += pull_line(state, pull);
  for (const auto& agent : state.agents) {
    if (is_asked_for(report, agent)) continue;
    if (core::is_accepted(agent.stage))
      text += fmt::format("  {:<9} {} ({})\n", name_of(agent.stage), label(state, agent),
                          counted(agent.files, "file"));
    else
      text += fmt::format("  left out  {}: {}{}{}\n", label(state, agent), name_of(agent.stage),
                          agent.reason.empty() ? "" : ": ", display_text(agent.reason));
  }
  text += in_it_text(report.nothing_new, target);
  for (const auto& branch : report.left_out)
    text += fmt::format("  left out  {}: {}\n", display_text(branch.branch), branch.reason);
  text += spent_text(report) + mended_text(report);
  for (const auto& agent : state.agents) text += refusal_text(state, agent);
  return text;
}

std::string landing_json(const LandingReport& report) {
  const auto& landing = report.state.landing;
  JsonWriter json;
  json.begin_object().member("schema", 1).member("target", short_name(landing.target));
  json.member("before", before_of(report).str())
      .member("after", after_of(report).str())
      .key("landed")
      .begin_array();
  for (const auto& step : report.state.integration.steps) {
    if (landing.landed.empty()) break;
    json.begin_object()
        .member("branch", branch_name(report.state.id, *report.state.find(step.agent)))
        .member("commit", step.tip.str())
        .end_object();
  }
  json.end_array().key("rejected").begin_array();
  for (const auto& agent : report.state.agents) {
    if (agent.stage == core::Stage::landed || is_asked_for(report, agent)) continue;
    write_rejected(json, {branch_name(report.state.id, agent), labels(report.state, agent.with), agent.tests,
                          why_not(report.state, agent), agent.log, agent.stage});
  }
  for (const auto& left : report.left_out)
    write_rejected(json, {left.branch, {}, {}, left.reason, "", core::Stage::rejected});
  json.end_array();
  json.member("validation_runs", report.validation_runs).member("cache_hits", report.cache_hits);
  json.member("saved_runs", saved_runs(report)).list("nothing_new", report.nothing_new);
  write_mended(json, report);
  if (report.pulls != nullptr) write_pulls(json, report.state, *report.pulls);
  return std::move(json.end_object()).take() + "\n";
}

std::string revert_text(const RevertReport& report) {
  const auto& landing = report.state.landing;
  std::string text = fmt::format("'{}' {} -> {}\n", short_name(landing.target),
                                 short_oid(landing.built->from), short_oid(landing.built->to));
  for (const auto& name : report.revert.agents)
    text += fmt::format("  rolled back  {} ({})\n", label(report.state, *report.state.find(name)),
                        counted(report.state.find(name)->files, "file"));
  return text + validations_line(report.validation_runs, report.cache_hits);
}

std::string revert_json(const RevertReport& report) {
  const auto& landing = report.state.landing;
  JsonWriter json;
  json.begin_object().member("schema", 1).member("target", short_name(landing.target));
  json.member("before", landing.built->from.str()).member("after", landing.built->to.str());
  json.list("rolled_back", report.revert.agents);
  json.member("validation_runs", report.validation_runs).member("cache_hits", report.cache_hits);
  return std::move(json.end_object()).take() + "\n";
}

}  // namespace par::cli
