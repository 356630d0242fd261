// git par next: the next items of an agent that pulls its work.
#include <memory>

#include "app/agent_job.h"
#include "base/json_writer.h"
#include "cli/claim_support.h"
#include "cli/report.h"

namespace par::cli {
namespace {

struct Options {
  CallerOptions caller;
  std::size_t count = 1;
  std::string category;
};

Error nothing_to_claim(const store::NextItems& answer) {
  if (answer.others_hold)
    return refused("what is left touches files that others hold")
        .hint("'git par claims' shows them; try again later");
  if (answer.waiting)
    return refused("what is left waits for items that are not done").hint("try again later");
  return refused("nothing is left to claim");
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
  json.end_array().end_object();
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

Result<int> next(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto caller, read_caller(options.caller));
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(auto claims, app::open_item_claims(project, caller));
  const auto category =
      options.category.empty() ? std::nullopt : std::optional<std::string>(options.category);
  PAR_ASSIGN(const auto answer, app::next_items(claims, options.count, category));
  if (invocation.json) print_out(items_json(answer));
  if (answer.items.empty()) {
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
      "after is not done, and while somebody else has claimed one of its files.\n\n"
      "A claim is exclusive. It ends with 'git par done', 'fail' or 'release', when the lease runs out, "
      "and when the agent's process is gone. Every one of these commands, and 'git par heartbeat', "
      "extends the lease of all that the agent has claimed. The clock of leases is not the wall clock: "
      "setting that takes nothing away. The attempt of an item grows with each claim; who comes with an "
      "older one is refused.",
      {{"git par next", "from within an agent: one item"},
       {"git par next -n 16 --category style", "up to sixteen of one category"},
       {"git par next --agent errors --ttl 20m", "by hand, for an agent of the newest run"}},
      "0: claimed. 1: nothing is left to claim, or not now; the message says which.",
      configure};
}

}  // namespace par::cli
