#include "import/agent_usage.h"

#include <string>

#include "support/catch.h"

using namespace par;

namespace {

import::Usage usage_of(const char* preset, const std::vector<std::string>& lines,
                       bool each = false){auto fields = core::find_preset(preset)->usage;
fields.each = fields.each || each;
import::UsageReader reader(fields);
for (const auto& line : lines) reader.add(line);
return reader.usage();
}  // namespace

const std::string kResult =
    R"({"type":"result","total_cost_usd":0.25,"usage":{"input_tokens":100,"output_tokens":200,)"
    R"("cache_read_input_tokens":900}})";

}  // namespace

TEST_CASE("usage: the last line of its kind says what was used, whatever stands around it") {
  CHECK(usage_of("claude", {"a result", R"({"type":"assistant","text":"\"result\""})", "{ result",
                            R"({"type":"result","total_cost_usd":9})", kResult}) ==
        import::Usage{0.25, 1200});
  CHECK(usage_of("claude", {kResult, kResult}, true) == import::Usage{0.5, 2400});
  CHECK(usage_of("codex", {R"({"type":"turn.completed","usage":{"input_tokens":3,"output_tokens":4}})"}) ==
        import::Usage{0, 7});
  CHECK(usage_of("claude", {}) == import::Usage{});
}

TEST_CASE("usage: the steps of a CLI that says it for each add up") {
  const std::string step = R"({"type":"step_finish","part":{"cost":0.5,"tokens":{"input":10,"output":1}}})";
  CHECK(usage_of("opencode", {step, step}) == import::Usage{1, 22});
}

TEST_CASE("usage: what is no amount counts as nothing") {
  for (const std::string cost : {"-1", "\"1\"", "null", "{}", "1e300", "[1]"})
    CHECK(usage_of("claude", {"{\"type\":\"result\",\"total_cost_usd\":" + cost + "}"}) == import::Usage{});
}
