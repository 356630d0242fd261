// ESLint's "json" formatter: a list of files, each with its messages.
#include "import/json_document.h"
#include "import/values.h"

namespace par::import {
namespace {

core::Severity severity_of(const dom::object& message) {
  bool fatal = false;
  if (message.at_key("fatal").get(fatal) == simdjson::SUCCESS && fatal) return core::Severity::blocker;
  switch (integer_of(message, "severity").value_or(1)) {
    case 2:
      return core::Severity::critical;
    case 0:
      return core::Severity::info;
    default:
      return core::Severity::major;
  }
}

void read_message(const dom::object& message, std::string_view file, std::uint64_t at, Intake& intake) {
  Finding finding;
  finding.at = at;
  finding.item.title = one_line(text_of(message, "message"));
  if (finding.item.title.empty()) return intake.bad(at, "a message without a text");
  finding.item.category = text_of(message, "ruleId");
  finding.item.severity = severity_of(message);
  finding.item.files.emplace_back(file);
  finding.line = count_of(message, "line");
  finding.column = count_of(message, "column");
  intake.add(std::move(finding));
}

void read_file(const dom::object& file, std::uint64_t at, Intake& intake) {
  const auto path = find_text(file, "filePath");
  const auto messages = array_of(file, "messages");
  if (!path || !messages) return intake.bad(at, "no 'filePath' or no 'messages'");
  if (const auto suppressed = array_of(file, "suppressedMessages")) intake.skip(suppressed->size());
  for (const auto element : *messages) {
    dom::object message;
    if (intake.stopped()) return;
    if (element.get(message) == simdjson::SUCCESS)
      read_message(message, *path, at, intake);
    else
      intake.bad(at, "a message that is not an object");
  }
}

}  // namespace

void read_eslint(Input& input, Intake& intake) {
  JsonDocument document(input, intake);
  document.cutter().each_element([&] {
    return document.record([&](const dom::object& file, std::uint64_t at) { read_file(file, at, intake); });
  });
  document.finish();
}

}  // namespace par::import
