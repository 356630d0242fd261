// Whose work did away with failures that the base had.
#include "core/mended.h"

#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

ValidationResult result_of(Outcome outcome, std::vector<std::string> failures = {}) {
  ValidationResult result;
  result.name = "unit";
  result.result = outcome;
  result.failures = std::move(failures);
  return result;
}

// a, b and c are in, on a base that fails "old" and "kept".
Integration accepted() {
  Integration integration;
  integration.base_tree = ObjectId("base");
  for (const std::string name : {"a", "b", "c"}) {
    Step& step = integration.steps.emplace_back();
    step.agent = AgentName(name);
    step.tree = ObjectId(name);
  }
  integration.results[ObjectId("base")]["unit"] = result_of(Outcome::fail, {"kept", "old"});
  integration.results[ObjectId("c")]["unit"] = result_of(Outcome::fail, {"kept"});
  return integration;
}

}  // namespace

TEST_CASE("mended: a failure of the base that the candidate does not have, by whom as far as trees tell") {
  auto integration = accepted();
  CHECK(mended_failures(integration) == std::vector<Mended>{{"old", AgentName()}});
  integration.results[ObjectId("a")]["unit"] = result_of(Outcome::fail, {"kept", "old"});
  CHECK(mended_failures(integration) == std::vector<Mended>{{"old", AgentName()}});
  integration.results[ObjectId("b")]["unit"] = result_of(Outcome::pass);
  CHECK(mended_failures(integration) == std::vector<Mended>{{"old", AgentName("b")}});
}

TEST_CASE("mended: one alone is whose work it is, and it counts only where it lasts") {
  auto integration = accepted();
  integration.results[ObjectId("a")]["unit"] = result_of(Outcome::pass);
  CHECK(mended_failures(integration) == std::vector<Mended>{{"old", AgentName("a")}});
  integration.results[ObjectId("b")]["unit"] = result_of(Outcome::fail, {"old"});
  CHECK(mended_failures(integration) == std::vector<Mended>{{"old", AgentName("c")}});
  integration.results[ObjectId("c")]["unit"] = result_of(Outcome::fail, {"kept", "old"});
  CHECK(mended_failures(integration).empty());
}

TEST_CASE("mended: what could not run, was skipped or is not known mends nothing") {
  auto integration = accepted();
  for (const auto outcome : {Outcome::error, Outcome::skip}) {
    integration.results[ObjectId("c")]["unit"] = result_of(outcome);
    CHECK(mended_failures(integration).empty());
  }
  integration.results.erase(ObjectId("c"));
  CHECK(mended_failures(integration).empty());
  integration = accepted();
  integration.results[ObjectId("base")]["unit"] = result_of(Outcome::error);
  CHECK(mended_failures(integration).empty());
  integration.steps.clear();
  CHECK(mended_failures(integration).empty());
}
