#include "cli/claim_support.h"

#include <fmt/format.h>

#include <utility>

#include "base/json_writer.h"
#include "cli/report.h"
#include "config/config_file.h"

namespace par::cli {
namespace {

constexpr const char* kDurationHint = "as in '90s', '20m', '1h 30m'";

}  // namespace

void add_caller(OptionList& line, CallerOptions& options) {
  line.value("--agent", options.agent, "who it is for; PAR_AGENT by default").value_name("<agent>");
  line.value("--run", options.run, "the run; PAR_RUN by default, then the newest").value_name("<run>");
}

void add_ttl(OptionList& line, CallerOptions& options) {
  line.value("--ttl", options.ttl, "how long the lease lasts; 1h, or as long as the agent works, by default")
      .value_name("<duration>");
}

Result<core::Seconds> read_duration(const char* option, const std::string& text) {
  if (text.empty()) return core::Seconds{0};
  auto seconds = config::parse_duration(text);
  if (!seconds)
    return usage_error(fmt::format("{}: {}", option, seconds.error().message)).hint(kDurationHint);
  return *seconds;
}

Result<app::Caller> read_caller(const CallerOptions& options) {
  PAR_ASSIGN(const auto seconds, read_duration("--ttl", options.ttl));
  if (seconds == 0 && !options.ttl.empty())
    return usage_error("--ttl: a lease needs some time").hint(kDurationHint);
  return app::Caller{options.run, options.agent, seconds * 1000};
}

void add_end(OptionList& line, EndOptions& options) {
  line.value("--attempt", options.attempt, "the attempt that 'next' printed").value_name("<n>");
  add_caller(line, options.caller);
}

Result<int> end_items(const EndOptions& options, store::EndRequest request, const Invocation& invocation) {
  PAR_ASSIGN(const auto caller, read_caller(options.caller));
  PAR_ASSIGN(const auto project, app::find_project(invocation.cwd));
  for (const auto& item : options.items) request.items.emplace_back(item);
  request.attempt = options.attempt;
  const bool gives_back = request.to == core::ItemState::ready;
  PAR_ASSIGN(auto claims, app::open_item_claims(project, caller,
                                                gives_back ? app::Purpose::give_back : app::Purpose::work));
  PAR_ASSIGN(const auto ended, claims.queue.end(claims.session, request));
  if (!invocation.json) return 0;
  JsonWriter json;
  json.begin_object().member("schema", 1).member("run", claims.session.run.str());
  json.member("agent", claims.session.who.agent.str());
  json.member("state", name_of(request.to)).list("items", ended).end_object();
  print_out(std::move(json).take() + "\n");
  return 0;
}

void show_paths(const app::Claims& claims, std::string_view state, const std::vector<RepoPath>& paths,
                const Invocation& invocation) {
  if (!invocation.json) return;
  JsonWriter json;
  json.begin_object().member("schema", 1).member("agent", claims.session.who.agent.str());
  json.member("state", state).list("paths", paths).end_object();
  print_out(std::move(json).take() + "\n");
}

}  // namespace par::cli
