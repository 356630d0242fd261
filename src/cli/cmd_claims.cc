// git par claims: what is claimed, by whom, for how long.
#include <fmt/format.h>

#include <memory>

#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/claim_support.h"
#include "cli/report.h"
#include "cli/table.h"

namespace par::cli {
namespace {

std::string shown_path(const std::string& path) { return path.empty() ? "." : path; }

// A name that would break its row stands as paths do.
std::string shown_name(const AgentName& name) {
  const bool breaks = name.str().find_first_of("\n\t") != std::string::npos;
  return breaks ? quote_path(name.str()) : display_text(name.str());
}

std::string claims_text(const std::vector<store::ClaimRow>& claims) {
  if (claims.empty()) return "nothing is claimed\n";
  std::vector<std::vector<std::string>> rows{{"agent", "run", "item", "attempt", "left", "paths"}};
  for (const auto& claim : claims) {
    std::vector<std::string> paths;
    for (const auto& path : claim.paths) paths.push_back(quote_path(shown_path(path)));
    const bool is_item = !claim.item.empty();
    rows.push_back({shown_name(claim.who.agent), claim.run.empty() ? "-" : claim.run.str(),
                    is_item ? claim.item.str() : "-", is_item ? std::to_string(claim.attempt) : "-",
                    human_duration(static_cast<double>(claim.left) / 1000), join(paths, " ")});
  }
  return table_text(rows);
}

std::string claims_json(const std::vector<store::ClaimRow>& claims) {
  JsonWriter json;
  json.begin_object().member("schema", 1).key("claims").begin_array();
  for (const auto& claim : claims) {
    json.begin_object().member("agent", claim.who.agent.str()).member("run", claim.run.str());
    json.member("item", claim.item.str()).member("attempt", claim.attempt);
    json.member("lease", claim.left / 1000);
    std::vector<std::string> paths;
    for (const auto& path : claim.paths) paths.push_back(text_or_quoted(shown_path(path)));
    json.list("paths", paths).end_object();
  }
  json.end_array().end_object();
  return std::move(json).take() + "\n";
}

Result<int> claims(const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  PAR_ASSIGN(const auto found, app::find_claims(project));
  std::vector<store::ClaimRow> rows;
  if (found) {
    PAR_ASSIGN(rows, found->queue.claims());
  }
  print_out(invocation.json ? claims_json(rows) : claims_text(rows));
  return 0;
}

Handler configure(OptionList&) {
  return [](const Invocation& invocation) { return claims(invocation); };
}

}  // namespace

Command claims_command() {
  return {
      "claims",
      Group::run,
      "",
      "show what is claimed, by whom and for how long",
      "Lists the items that agents have claimed with 'git par next' and the paths that were claimed with "
      "'git par claim', with what is left of each lease. A claim without a name stands under the root of the "
      "working tree it was made in. Takes no lock and changes nothing.\n\n"
      "With --json: {\"schema\": 1, \"claims\": [{\"agent\", \"run\", \"item\", \"attempt\", \"lease\", "
      "\"paths\"}]}; lease is in seconds; run and item are empty for claims of paths.",
      {{"git par claims", "all of them"}},
      "0: shown.",
      configure};
}

}  // namespace par::cli
