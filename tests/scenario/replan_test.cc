// Plans after runs: with the real program.
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("plan: after a run estimates come from what it took") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  CHECK(has(sandbox.par({"plan"}).out, "no estimates: parallel by default"));
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto plan = sandbox.par({"plan"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "decision: sequential"));
  CHECK(has(plan.out, "is below min_sequential 5m 00s"));
  CHECK(has(plan.out, "estimates from earlier runs: "));
  CHECK(has(plan.out, "for 'alpha' (done once)"));
  CHECK(sandbox.par({"plan"}).out == plan.out);
}
