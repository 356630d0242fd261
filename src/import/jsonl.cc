// JSON Lines: one item of ours per line, as the agents' items files have them.
#include <fmt/format.h>

#include <vector>

#include "import/json_record.h"
#include "import/own_shape.h"
#include "import/readers.h"

namespace par::import {
namespace {

std::string wrong_type(std::string_view member) { return fmt::format("'{}' has the wrong type", member); }

std::string take_list(Finding& finding, std::string_view member, const dom::array& array) {
  std::vector<std::string> values;
  for (const auto element : array) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) return wrong_type(member);
    values.emplace_back(text);
  }
  return set_own_list(finding, member, values);
}

std::string take_member(Finding& finding, std::string_view member, const dom::element& value) {
  if (!is_own_member(member) || value.is_null()) return {};
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return set_own_text(finding, member, text);
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number >= 0 && !is_own_list(member))
    return set_own_text(finding, member, std::to_string(number));
  dom::array array;
  if (value.get(array) == simdjson::SUCCESS && is_own_list(member)) return take_list(finding, member, array);
  return wrong_type(member);
}

void read_record(RecordParser& parser, const Line& line, Intake& intake) {
  const auto object = parser.object({line.text, line.number, line.too_long});
  if (!object) return intake.bad(line.number, parser.problem());
  Finding finding;
  finding.at = line.number;
  for (const auto field : *object)
    if (auto problem = take_member(finding, field.key, field.value); !problem.empty())
      return intake.bad(line.number, std::move(problem));
  if (auto problem = check_own(finding); !problem.empty()) return intake.bad(line.number, std::move(problem));
  intake.add(std::move(finding));
}

}  // namespace

void read_jsonl(Input& input, Intake& intake) {
  LineReader lines(input);
  RecordParser parser;
  while (!intake.stopped()) {
    const auto line = lines.next();
    if (!line) return;
    const bool blank = line->text.find_first_not_of(" \t\r") == std::string_view::npos;
    if (!blank || line->too_long) read_record(parser, *line, intake);
  }
}

}  // namespace par::import
