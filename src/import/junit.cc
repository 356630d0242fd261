// JUnit XML, in the dialects of ctest, Catch2, pytest, GoogleTest and Surefire: they agree on <testcase> with
// the children <failure>, <error> and <skipped>, at any depth of suites, and on little else.
#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <set>

#include "base/strings.h"
#include "import/test_report.h"

namespace par::import {
namespace {

std::string attribute(const pugi::xml_node& node, const char* name) {
  return std::string(trim(node.attribute(name).value()));
}

bool has_failed(const pugi::xml_node& node) { return node.child("failure") || node.child("error"); }

// ctest says "notrun" or "disabled" in `status`, GoogleTest "notrun" there or "skipped" in `result`.
bool was_skipped(const pugi::xml_node& test) {
  if (test.child("skipped") || test.child("disabled")) return true;
  const auto status = attribute(test, "status");
  return status == "notrun" || status == "disabled" || status == "skipped" ||
         attribute(test, "result") == "skipped";
}

std::string name_of_test(const pugi::xml_node& test) {
  const auto name = attribute(test, "name");
  const auto group = attribute(test, "classname");
  if (name.empty()) return group.empty() ? "unnamed test" : group;
  return group.empty() || group == name ? name : group + "." + name;
}

std::string name_of_suite(const pugi::xml_node& suite) {
  auto name = attribute(suite, "name");
  return name.empty() ? "unnamed suite" : name;
}

// Visits every node without recursion of ours: the depth is the file's choice.
class Collector : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    const std::string_view kind = node.name();
    if (kind == "testcase") {
      const bool failed = has_failed(node);
      if (failed) failures_.insert(name_of_test(node));
      if (failed || !was_skipped(node)) ++executed_;
    } else if (kind == "testsuite" && has_failed(node)) {
      failures_.insert(name_of_suite(node));  // its set-up broke: there is no test to blame
    }
    return true;
  }

  [[nodiscard]] TestReport report() const { return {executed_, {failures_.begin(), failures_.end()}}; }

 private:
  int executed_ = 0;
  std::set<std::string> failures_;
};

}  // namespace

Result<TestReport> parse_junit(std::string_view xml) {
  if (trim(xml).empty()) return Error("the JUnit report is empty");
  pugi::xml_document document;
  // Entities a document defines for itself are never expanded.
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  if (!parsed)
    return Error("the JUnit report cannot be read")
        .cause(fmt::format("at byte {}: {}", parsed.offset, parsed.description()));
  auto root = document.document_element();
  const std::string_view kind = root.name();
  if (kind != "testsuites" && kind != "testsuite")
    return Error(fmt::format("not a JUnit report: it begins with <{}>", display_text(kind)));
  Collector collector;
  document.traverse(collector);
  return collector.report();
}

}  // namespace par::import
