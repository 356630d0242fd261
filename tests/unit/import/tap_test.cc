#include "import/test_report.h"
#include "support/catch.h"

using namespace par;
using Names = std::vector<std::string>;

namespace {

import::TestReport tap(std::string_view text){const auto report = import::parse_tap(text);
REQUIRE(report);
return *report;
}  // namespace

}  // namespace

TEST_CASE("tap: failures are named, skipped tests do not count, TODO tests may fail") {
  const auto report =
      tap("TAP version 13\n"
          "1..6\n"
          "ok 1 - opens the file\n"
          "not ok 2 - reads it\n"
          "  ---\n"
          "  message: 'not ok 9 - no'\n"
          "  ...\n"
          "# Failed test 'reads it'\n"
          "ok 3 # SKIP no network\n"
          "not ok 4 - later # TODO not written\n"
          "ok\n"
          "not ok 6 - a count \\# 3 of \\\\n\n");
  CHECK(report.executed == 5);
  CHECK(report.failures == Names{"a count # 3 of \\n", "reads it"});
}

TEST_CASE("tap: the plan may come last, directives in any case, lines with CR LF") {
  const auto report =
      tap("ok 1 a\r\nnot ok 2 b # todo\r\nnot ok 3 c # Skip: why\r\nnot ok 4 - d # 5 of 6\r\n1..4\r\n");
  CHECK(report.executed == 3);
  CHECK(report.failures == Names{"d # 5 of 6"});
}

TEST_CASE("tap: subtests count as their parent's line alone") {
  const auto report =
      tap("TAP version 14\n"
          "# Subtest: first\n"
          "    ok 1 - inner\n"
          "    not ok 2 - inner too\n"
          "    1..2\n"
          "not ok 1 - first\n"
          "ok 2 - second {\n"
          "    1..1\n"
          "    ok 1 - inner\n"
          "}\n"
          "not ok 3 - third {\n"
          "}\n"
          "1..3\n");
  CHECK(report.executed == 3);
  CHECK(report.failures == Names{"first", "third"});
}

TEST_CASE("tap: tests without a name are named by their number") {
  CHECK(tap("1..3\nok\nnot ok\nnot ok 7\n").failures == Names{"test 2", "test 7"});
  CHECK(tap("1..1\nnot ok - 3D works\n").failures == Names{"3D works"});
  CHECK(tap("1..1\nnot ok 3D works\n").failures == Names{"3D works"});
}

TEST_CASE("tap: the same name fails once") {
  const auto report = tap("1..2\nnot ok 1 - x\nnot ok 2 - x\n");
  CHECK(report.executed == 2);
  CHECK(report.failures == Names{"x"});
}

TEST_CASE("tap: tests that did not come are a failure") {
  CHECK(tap("1..10\nok 1\nok 2\nok 3\nok 4\nok 5\nok 6\nok 7\n").failures == Names{"tests missing: 3 of 10"});
  CHECK(tap("1..1\nok 1\nok 2\nok 3\n").failures == Names{"tests not planned: 2 more than 1"});
  CHECK(tap("ok 1\n").failures == Names{"plan missing"});
  CHECK(tap("").failures == Names{"plan missing"});
  CHECK(tap("Segmentation fault\n").failures == Names{"plan missing"});
}

TEST_CASE("tap: a whole file may be skipped") {
  const auto report = tap("1..0 # SKIP no database here\n");
  CHECK(report.executed == 0);
  CHECK(report.failures.empty());
}

TEST_CASE("tap: bailing out is a failure, and the only one about the plan") {
  CHECK(tap("1..9\nok 1\nBail out! no disk\n").failures == Names{"bail out"});
  CHECK(tap("bail out!\nnot ok 1 - x\n").failures == Names{"bail out", "x"});
}

TEST_CASE("tap: several programs one after the other add up") {
  CHECK(tap("1..2\nok 1\nok 2\nok 1\n1..1\n").failures.empty());
  CHECK(tap("1..2\nok 1\n1..1\nok 1\n").failures == Names{"tests missing: 1 of 3"});
}

TEST_CASE("tap: other output is not taken for results") {
  const auto report =
      tap("okay\nnot okay\nok: 3\nnotok 1\nnot  ok\n 1..5\n1..x\n1..3x\n1..99999999999\n1..1\nok\n#ok\n");
  CHECK(report.executed == 1);
  CHECK(report.failures.empty());
}

TEST_CASE("tap: truncated at any byte it never passes") {
  const std::string whole = "1..3\nok 1 - a\nok 2 - b\nok 3 - c\n";
  for (std::size_t length = 0; length <= whole.find("ok 3"); ++length) {
    INFO(length);
    CHECK_FALSE(tap(whole.substr(0, length)).failures.empty());
  }
}

TEST_CASE("tap: binary and huge input is read to its end") {
  std::string binary = "1..1\nnot ok 1 - \xff\xfe";
  binary += '\0';
  binary += "\x1b\n";
  CHECK(tap(binary).failures.size() == 1);
  CHECK(tap(std::string(1 << 20, '\\')).failures == Names{"plan missing"});
  CHECK(tap("1..1\nnot ok 1 - " + std::string(1 << 20, '#') + "\n").failures.size() == 1);
  CHECK(tap("1..2147483647\n").failures == Names{"tests missing: 2147483647 of 2147483647"});
  std::string many = "1..200000\n";
  for (int i = 0; i < 200'000; ++i) many += "ok\n";
  CHECK(tap(many).executed == 200'000);
}
