// What follows on an attempt that failed.
#include "core/retry.h"

#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

AgentSpec fixer() {
  AgentSpec spec;
  spec.name = AgentName("fix-2");
  spec.pool = AgentName("fix");
  spec.permanent = {{41}, {"401 Unauthorized"}};
  return spec;
}

AgentState ended(int code) {
  AgentState agent;
  agent.code = code;
  return agent;
}

AgentRejected refusal(RejectKind kind, const std::string& reason) {
  AgentRejected why;
  why.agent = AgentName("fix-2");
  why.kind = kind;
  why.reason = reason;
  return why;
}

std::string reason_for(int code, const std::string& output, RejectKind kind = RejectKind::failed) {
  return permanent_error(fixer(), ended(code), refusal(kind, "exited with " + std::to_string(code)), output);
}

}  // namespace

TEST_CASE("retry: what no attempt can mend is permanent, and the reason says what to mend") {
  CHECK(reason_for(1, "503 Overloaded").empty());
  CHECK(reason_for(127, "") ==
        "exited with 127: a command was not found; mend 'run' in [agent.fix], or PATH");
  CHECK(reason_for(126, "") ==
        "exited with 126: a command could not be executed; mend 'run' in [agent.fix], or the file's rights");
  CHECK(reason_for(41, "") == "exited with 41, which no other attempt changes: see 'git par log fix-2'");
  CHECK(reason_for(1, "[12:00:00] API Error: 401 Unauthorized\n") ==
        "exited with 1, and said '401 Unauthorized': mend that, then 'git par retry fix-2'");
}

TEST_CASE(
    "retry: a text says so of an attempt that ended well and did nothing, but not of work that was refused") {
  CHECK_FALSE(reason_for(0, "401 Unauthorized", RejectKind::no_change).empty());
  CHECK(reason_for(0, "401 Unauthorized", RejectKind::red).empty());
  CHECK(reason_for(127, "", RejectKind::outside_ownership).empty());
}

TEST_CASE("retry: a signal's number is not an exit code") {
  auto agent = ended(127);
  agent.how = ExitKind::signalled;
  CHECK(permanent_error(fixer(), agent, refusal(RejectKind::failed, "ended by signal 127"), "").empty());
}
