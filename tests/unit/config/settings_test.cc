#include <optional>

#include "config/config_file.h"
#include "support/catch.h"

using namespace par;
using config::parse_duration;
using config::parse_user_settings;

namespace {

std::string settings_problem(const std::string& key, const std::string& value) {
  const auto settings = parse_user_settings({{key, value}});
  return settings ? "no error" : settings.error().message;
}

}  // namespace

TEST_CASE("durations: seconds, minutes, hours and their sums") {
  const std::vector<std::pair<std::string, core::Seconds>> cases{
      {"90", 90},       {"90s", 90},    {"5m", 300}, {"2h", 7200},       {"1h30m", 5400},
      {"1h1m1s", 3661}, {"1h5s", 3605}, {"0", 0},    {"8784h", 31622400}};
  for (const auto& [text, seconds] : cases) {
    INFO(text);
    const auto parsed = parse_duration(text);
    REQUIRE(parsed);
    CHECK(*parsed == seconds);
  }
}

TEST_CASE("durations: anything else is refused with an example") {
  for (const auto* bad : {"", " ", "m", "5 m", "5M", "-5", "+5", "1.5h", "30m1h", "5m5m", "1h30", "2d", "5mm",
                          "9223372036854775807", "99999999999999999999", "8784h1s", "2562047788015216h"}) {
    INFO(bad);
    const auto parsed = parse_duration(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message == "'" + std::string(bad) + "' is not a duration");
    CHECK(parsed.error().hints.size() == 1);
  }
}

TEST_CASE("user settings: read from git config, the last value wins") {
  const auto settings = parse_user_settings({{"par.jobs", "8"},
                                             {"par.agentenv", "ANTHROPIC_API_KEY, AWS_*"},
                                             {"par.agentEnv", "HTTP_PROXY"},
                                             {"par.logLimit", "128m"},
                                             {"par.validations", "6"},
                                             {"par.toolchain", " cc --version "},
                                             {"par.prMerge", "squash"},
                                             {"par.jobs", "3"}});
  REQUIRE(settings);
  CHECK(settings->jobs == 3);
  CHECK(settings->validations == 6);
  CHECK(settings->toolchain == "cc --version");
  CHECK(settings->pr_merge == core::PullMerge::squash);
  CHECK(settings->agent_env == std::vector<std::string>{"ANTHROPIC_API_KEY", "AWS_*", "HTTP_PROXY"});
  CHECK(settings->log_limit == 128 << 20);
}

TEST_CASE("user settings: an empty value forgets the variables before it") {
  const auto settings =
      parse_user_settings({{"par.agentenv", "A"}, {"par.agentenv", ""}, {"par.agentenv", "B"}});
  REQUIRE(settings);
  CHECK(settings->agent_env == std::vector<std::string>{"B"});
}

TEST_CASE("user settings: nothing set is the defaults, other keys are left alone") {
  const auto settings = parse_user_settings({{"par.later", "x"}, {"core.jobs", "x"}});
  REQUIRE(settings);
  CHECK(settings->jobs == 0);
  CHECK(settings->agent_env.empty());
  CHECK(settings->pr_merge == core::PullMerge::none);
  CHECK(settings->log_limit == 64 << 20);
}

TEST_CASE("user settings: a bad value is named with its key") {
  CHECK(settings_problem("par.jobs", "many") == "bad value 'many' for 'par.jobs' in git config");
  for (const auto* bad : {"", "0", "-1", "1001", "4 5", "99999999999999999999"})
    CHECK(settings_problem("par.jobs", bad) != "no error");
  CHECK(settings_problem("par.validations", "65") != "no error");
  for (const auto* bad : {"", "k", "0", "12x", "1kb", "9999999999g", "-5m", "100"})
    CHECK(settings_problem("par.loglimit", bad) != "no error");
  CHECK(settings_problem("par.loglimit", "1G") == "no error");
  CHECK(settings_problem("par.worktreebackend", "checkout") == "no error");
  for (const auto* good : {"none", "merge", "squash", "rebase"})
    CHECK(settings_problem("par.prmerge", good) == "no error");
  CHECK(settings_problem("par.prmerge", "single") == "bad value 'single' for 'par.prMerge' in git config");
  for (const auto* bad : {"", "reflink", "overlay", "Checkout"})
    CHECK(settings_problem("par.worktreebackend", bad) ==
          "bad value '" + std::string(bad) + "' for 'par.worktreeBackend' in git config");
  for (const auto* bad : {"A=B", "1A", "A-B", "*A", "A B=", "*"})
    CHECK(settings_problem("par.agentenv", bad) != "no error");
}
