// Whom the names of failing tests point at.
#include "core/suspects.h"

#include "support/catch.h"

using namespace par;
using namespace par::core;

namespace {

const std::vector<std::string> kErrors{"src/daemon/error_handling.py", "tests/test_errors.py"};
const std::vector<std::string> kTokens{"src/auth/token.py", "tests/test_token.py"};
const std::vector<std::string> kDocs{"docs/index.md"};

std::vector<AgentName> suspects(const std::vector<std::string>& tests) {
  return suspects_of(
      tests, {{AgentName("errors"), kErrors}, {AgentName("tokens"), kTokens}, {AgentName("docs"), kDocs}});
}

}  // namespace

TEST_CASE("suspects: the agent that shares a word with the test, however it is written") {
  const std::vector<AgentName> tokens{AgentName("tokens")};
  CHECK(suspects({"tests/test_token.py::test_expiry"}) == tokens);
  CHECK(suspects({"AuthTokens.RefusesOldOnes"}) == tokens);
  CHECK(suspects({"auth: a token expires", "the token is long"}) == tokens);
  CHECK(suspects({"error_handling", "auth"}) ==
        std::vector<AgentName>{AgentName("errors"), AgentName("tokens")});
}

TEST_CASE("suspects: nobody where no word is shared, or as much with two") {
  CHECK(suspects({"network timeouts", "", "42"}).empty());
  CHECK(suspects({"src/test_something.py"}).empty());
  CHECK(suspects_of({"token"}, {{AgentName("a"), kTokens}, {AgentName("b"), kTokens}}).empty());
  CHECK(suspects_of({"token"}, {{AgentName("a"), kTokens}}).empty());
  CHECK(suspects_of({"token"}, {}).empty());
}
