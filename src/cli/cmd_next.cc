// git par next: the next items of an agent that pulls its work.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "app/agent_job.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/claim_support.h"
#include "cli/report.h"
#include "os/signals.h"
#include "os/system_clock.h"

namespace par::cli {
namespace {

struct Options {
  CallerOptions caller;
  std::size_t count = 1;
  std::string category;
  std::string wait;
};

std::string_view why_nothing(const store::NextItems& answer) {
  if (answer.others_hold) return "what is left touches files that others hold";
  if (answer.waiting) return "what is left waits for items that are not done";
  if (answer.after_failed) return "what is left comes after items that failed";
  return "nothing is left to claim";
}

Error nothing_to_claim(const store::NextItems& answer) {
  const auto again = fmt::format("try again in {}, or let '--wait' do so",
                                 human_duration(std::ceil(static_cast<double>(answer.retry_in) / 1000)));
  Error error = refused(std::string(why_nothing(answer)));
  if (answer.others_hold) return std::move(error).hint("'git par claims' shows them; " + again);
  if (answer.waiting) return std::move(error).hint(again);
  if (answer.after_failed)
    return std::move(error).hint("'git par status' shows them; they come again with the next plan");
  return error;
}

void write_claimed(JsonWriter& json, const store::ClaimedItem& claimed, Millis lease) {
  json.begin_object();
  app::write_item(json, claimed.item);
  json.member("attempt", claimed.attempt).member("lease", lease / 1000).end_object();
}

std::string items_json(const store::NextItems& answer) {
  JsonWriter json;
  json.begin_object().member("schema", 1).key("items").begin_array();
  for (const auto& claimed : answer.items) write_claimed(json, claimed, answer.lease);
  json.end_array().member("retry_s", static_cast<double>(answer.retry_in) / 1000);
  json.member("reason", answer.items.empty() ? why_nothing(answer) : "").end_object();
  return std::move(json).take() + "\n";
}

std::string item_lines(const store::NextItems& answer) {
  std::string text;
  for (const auto& claimed : answer.items) {
    JsonWriter json;
    write_claimed(json, claimed, answer.lease);
    text += json.text() + "\n";
  }
  return text;
}

// Asks again, each time later, until something is claimed, nothing is left, or `wait` seconds are over.
Result<store::NextItems> claim_next(app::Claims& claims, const Options& options, core::Seconds wait) {
  const auto category =
      options.category.empty() ? std::nullopt : std::optional<std::string>(options.category);
  const os::SystemClock clock;
  const Millis end = clock.monotonic() + wait * 1000;
  for (;;) {
    PAR_ASSIGN(auto answer, app::next_items(claims, options.count, category));
    const Millis left = end - clock.monotonic();
    if (answer.retry_in == 0 || left <= 0 || os::interrupt_count() > 0) return answer;
    os::wait_for_interrupt(std::min(answer.retry_in, left));
  }
}

Result<int> next(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto caller, read_caller(options.caller));
  PAR_ASSIGN(const auto wait, read_duration("--wait", options.wait));
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(auto claims, app::open_item_claims(project, caller));
  PAR_ASSIGN(const auto answer, claim_next(claims, options, wait));
  if (invocation.json) print_out(items_json(answer));
  if (answer.items.empty()) {
    if (os::interrupt_count() > 0) return interrupted_code();
    if (invocation.quiet || invocation.json) return kExitNo;
    return nothing_to_claim(answer);
  }
  if (!invocation.json) print_out(item_lines(answer));
  return 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("-n,--count", options->count, "at most so many items").value_name("<n>").range(1, 1000);
  line.value("--category", options->category, "only items of this category").value_name("<category>");
  line.value("--wait", options->wait, "when others hold what is left, ask again for so long")
      .value_name("<duration>");
  add_caller(line, options->caller);
  add_ttl(line, options->caller);
  return [options](const Invocation& invocation) { return next(*options, invocation); };
}

}  // namespace

Command next_command() {
  return {
      "next",
      Group::run,
      "[<options>]",
      "claim the next items, for an agent that pulls its work",
      "Claims items that the plan gave to the agent, and prints each as one "
      "line of JSON: id, title, severity, category, files, attempt, and lease, in seconds. The best "
      "severity goes first, and within it chance decides. An item is left out while an item that it comes "
      "after is not done, and while somebody else has claimed one of its files. Who finds nothing for that "
      "reason is told when to ask again: later each time, and not at the same moment as others; with "
      "--wait the command asks again itself. After five times in a row 'git par status' names it, and the "
      "run records that it happened.\n\n"
      "A claim is exclusive. It ends with 'git par done', 'fail' or 'release', when the lease runs out, "
      "and when the agent's process is gone. Every one of these commands, and 'git par heartbeat', "
      "extends the lease of all that the agent has claimed; none makes it shorter. Who calls them by hand "
      "for "
      "the same agent shares what it has claimed, its lease and its batches. The clock of leases is not the "
      "wall clock: "
      "setting that takes nothing away. The attempt of an item grows with each claim; who comes with an "
      "older one is refused.\n\n"
      "Nothing is given to an agent whose work is in already, nor recorded for it. When the run is over, all "
      "that was claimed in it is free.\n\n"
      "What an agent that calls this has not said to be done is no finished work, even when it was given "
      "nothing and its branch lands: the next plan has it again.",
      {{"git par next", "from within an agent: one item"},
       {"git par next -n 16 --category style", "up to sixteen of one category"},
       {"git par next --agent errors --ttl 20m", "by hand, for an agent of the newest run"}},
      "0: claimed. 1: nothing is left to claim, or not now; the message says which.",
      configure};
}

}  // namespace par::cli
