#include "import/test_report.h"
#include "support/catch.h"

using namespace par;
using import::parse_junit;
using Names = std::vector<std::string>;

namespace {

import::TestReport good(std::string_view xml){const auto report = parse_junit(xml);
if (!report) FAIL(report.error().message);
return *report;
}  // namespace

std::string problem(std::string_view xml) {
  const auto report = parse_junit(xml);
  return report ? "no error" : report.error().message;
}

}  // namespace

TEST_CASE("junit: what ctest writes") {
  const auto report = good(R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-c++" tests="5" failures="1" disabled="1" skipped="1" hostname="" time="0" timestamp="2024-01-01T00:00:00">
  <testcase name="passes" classname="passes" time="0.00256" status="run"><system-out>fine</system-out></testcase>
  <testcase name="fails" classname="fails" time="0.00244" status="fail"><failure message=""/><system-out></system-out></testcase>
  <testcase name="missing" classname="missing" time="0" status="notrun"><skipped message="Unable to find executable"/></testcase>
  <testcase name="off" classname="off" time="0" status="disabled"><system-out>Disabled</system-out></testcase>
  <testcase name="skips" classname="skips" time="0" status="notrun"><skipped message="SKIP_RETURN_CODE=125"/></testcase>
</testsuite>)");
  CHECK(report.executed == 2);
  CHECK(report.failures == Names{"fails"});
}

TEST_CASE("junit: what Catch2 writes, with sections") {
  const auto report = good(R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="unit" errors="1" failures="1" tests="3" hostname="tbd" time="0.0" timestamp="2024-01-01T00:00:00Z">
    <properties><property name="random-seed" value="3"/></properties>
    <testcase classname="unit.global" name="store: a plan &quot;p&quot;/second part" time="0.1" status="run">
      <failure message="a == b" type="CHECK">
FAILED:
  CHECK( a == b )
at x.cc:3
      </failure>
      <failure message="b == c" type="CHECK">again</failure>
    </testcase>
    <testcase classname="unit.global" name="throws" time="0.1"><error message="boom" type="TEST_CASE"/></testcase>
    <testcase classname="unit.global" name="passes" time="0.1" status="run"/>
    <system-out/>
    <system-err/>
  </testsuite>
</testsuites>)");
  CHECK(report.executed == 3);
  CHECK(report.failures == Names{"unit.global.store: a plan \"p\"/second part", "unit.global.throws"});
}

TEST_CASE("junit: what pytest writes, with expected failures and broken collection") {
  const auto report = good(
      R"(<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="2" failures="1" skipped="2" tests="6">
<testcase classname="tests.test_a.TestX" name="test_ok[1-&#228;]" time="0.001" />
<testcase classname="tests.test_a" name="test_bad" time="0.001"><failure message="assert 1 == 2">def test_bad(): ...</failure></testcase>
<testcase classname="tests.test_a" name="test_bad" time="0.001"><error message="failed on teardown">x</error></testcase>
<testcase classname="tests.test_a" name="test_skip" time="0"><skipped type="pytest.skip" message="no">x</skipped></testcase>
<testcase classname="tests.test_a" name="test_xfail" time="0"><skipped type="pytest.xfail" message="known"/></testcase>
<testcase classname="" name="tests.test_broken" time="0.000"><error message="collection failure">ImportError</error></testcase>
</testsuite></testsuites>)");
  CHECK(report.executed == 4);
  CHECK(report.failures == Names{"tests.test_a.test_bad", "tests.test_broken"});
}

TEST_CASE("junit: suites within suites, GoogleTest's skips and a suite that broke in its set-up") {
  const auto report = good(R"(<testsuites><testsuite name="a"><testsuite name="b">
    <testcase name="x" classname="B"><failure/></testcase>
    <testcase name="off" classname="B" status="notrun" result="suppressed"/>
    <testcase name="skip" classname="B" status="run" result="skipped"/>
    </testsuite></testsuite>
    <testsuite name="setup"><error message="no database"/></testsuite></testsuites>)");
  CHECK(report.executed == 1);
  CHECK(report.failures == Names{"B.x", "setup"});
}

TEST_CASE("junit: a failed test counts even when it also says it was skipped") {
  const auto report = good("<testsuite><testcase name='x'><skipped/><failure/></testcase></testsuite>");
  CHECK(report.executed == 1);
  CHECK(report.failures == Names{"x"});
}

TEST_CASE("junit: a test that passed when run again is no failure") {
  CHECK(good("<testsuite><testcase name='x'><flakyFailure/></testcase></testsuite>").failures.empty());
}

TEST_CASE("junit: names are made of what is there") {
  CHECK(
      good("<testsuite><testcase classname='C'><error/></testcase><testcase><error/></testcase></testsuite>")
          .failures == Names{"C", "unnamed test"});
  CHECK(good("<testsuite><error/></testsuite>").failures == Names{"unnamed suite"});
}

TEST_CASE("junit: a report without tests is a report") {
  CHECK(good("<testsuites/>").executed == 0);
  CHECK(good("\xef\xbb\xbf<testsuites></testsuites>").failures.empty());
}

TEST_CASE("junit: empty, truncated, binary or foreign files are errors") {
  CHECK(problem("") == "the JUnit report is empty");
  CHECK(problem(" \n") == "the JUnit report is empty");
  CHECK(problem("Segmentation fault\n") == "the JUnit report cannot be read");
  CHECK(problem("<html><testcase/></html>") == "not a JUnit report: it begins with <html>");
  CHECK(problem("<te\x1bst/>").find('\x1b') == std::string::npos);
  std::string binary;
  for (int i = 0; i < 4096; ++i) binary += static_cast<char>(i * 37);
  CHECK(problem(binary) != "no error");

  const std::string whole =
      "<testsuites><testsuite name='a'><testcase name='x'><failure/></testcase></testsuite></testsuites>";
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(problem(whole.substr(0, length)) != "no error");
  CHECK(problem(whole) == "no error");
}

TEST_CASE("junit: entities of the document's own are not expanded") {
  const auto report = good(R"(<?xml version="1.0"?>
<!DOCTYPE t [ <!ENTITY a "aaaaaaaaaa"> <!ENTITY b "&a;&a;&a;&a;"> <!ENTITY c SYSTEM "file:///etc/passwd"> ]>
<testsuite><testcase name="&b;&c;"><failure/></testcase></testsuite>)");
  CHECK(report.failures == Names{"&b;&c;"});
}

TEST_CASE("junit: depth and size are the file's choice, not our stack's") {
  std::string deep;
  constexpr int kDepth = 200'000;
  for (int i = 0; i < kDepth; ++i) deep += "<testsuite>";
  deep += "<testcase name='x'><failure/></testcase>";
  for (int i = 0; i < kDepth; ++i) deep += "</testsuite>";
  CHECK(good(deep).failures == Names{"x"});

  std::string wide = "<testsuite>";
  for (int i = 0; i < 50'000; ++i) wide += "<testcase name='t'/>";
  CHECK(good(wide + "</testsuite>").executed == 50'000);
}
