// SARIF 2.1.0. The log is walked down to results, rules and artifacts, which are read one at a time.
#include "import/json_document.h"
#include "import/sarif_run.h"

namespace par::import {
namespace {

class SarifReader {
 public:
  SarifReader(Input& input, Intake& intake) : document_(input, intake), intake_(intake) {}

  void read() {
    bool found = false;
    const bool whole = cutter().each_member([&](std::string_view name) {
      if (name != "runs") return cutter().skip();
      found = true;
      return cutter().each_element([&] { return read_run(); });
    });
    if (whole && !found) intake_.bad(0, "no 'runs' in the document");
    document_.finish();
  }

 private:
  JsonCutter& cutter() { return document_.cutter(); }

  bool read_run() {
    SarifRun run(intake_);
    const bool whole = cutter().each_member([&](std::string_view name) { return read_part(run, name); });
    run.finish(whole);
    return whole && !intake_.stopped();
  }

  bool read_part(SarifRun& run, std::string_view name) {
    if (name == "results") return read_results(run);
    if (name == "tool") return read_tool(run);
    if (name == "artifacts") return read_artifacts(run);
    if (name == "originalUriBaseIds") return read_bases(run);
    return cutter().skip();
  }

  bool read_results(SarifRun& run) {
    return cutter().each_element([&] {
      return document_.record([&](const dom::object& result, std::uint64_t at) {
        if (is_open_result(result))
          run.add(read_sarif_result(result, at));
        else
          intake_.skip();
      });
    });
  }

  bool read_tool(SarifRun& run) {
    run.tool_is_known();
    std::size_t component = 0;
    return cutter().each_member([&](std::string_view name) {
      if (name == "driver") return read_component(run, 0);
      if (name != "extensions") return cutter().skip();
      return cutter().each_element([&] { return read_component(run, ++component); });
    });
  }

  bool read_component(SarifRun& run, std::size_t component) {
    return cutter().each_member([&](std::string_view name) {
      if (name != "rules") return cutter().skip();
      return cutter().each_element(
          [&] { return read_entry([&](const auto& rule) { run.add_rule(component, rule); }); });
    });
  }

  bool read_artifacts(SarifRun& run) {
    run.artifacts_are_known();
    return cutter().each_element(
        [&] { return read_entry([&](const auto& artifact) { run.add_artifact(artifact); }); });
  }

  bool read_bases(SarifRun& run) {
    run.bases_are_known();
    return cutter().each_member([&](std::string_view name) {
      return document_.record(
          [&](const dom::object& location, std::uint64_t) { run.add_base(name, location); });
    });
  }

  // An entry of a table keeps its index even when it cannot be read.
  template <class Add>
  bool read_entry(const Add& add) {
    bool read = false;
    const bool more = document_.record([&](const dom::object& entry, std::uint64_t) {
      read = true;
      add(std::optional(entry));
    });
    if (more && !read) add(std::nullopt);
    return more;
  }

  JsonDocument document_;
  Intake& intake_;
};

}  // namespace

void read_sarif(Input& input, Intake& intake) { SarifReader(input, intake).read(); }

}  // namespace par::import
