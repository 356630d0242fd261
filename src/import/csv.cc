// CSV with a header that names the columns as JSON Lines names its members. A cell with several files or ids
// has ';' between them.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "import/csv_record.h"
#include "import/own_shape.h"
#include "import/readers.h"

namespace par::import {
namespace {

struct Row {
  CsvRecord record;
  std::uint64_t line = 0;
  std::string problem;
};

// A record that does not end within the limit is given up, and reading goes on behind that.
std::optional<Row> next_row(LineReader& lines) {
  Row row;
  while (const auto line = lines.next()) {
    if (row.line == 0 && trim(line->text).empty() && !line->too_long) continue;
    if (row.line == 0) row.line = line->number;
    if (line->too_long || row.record.size() + line->text.size() > kRecordLimit) {
      row.problem = "longer than 16 MiB";
      return row;
    }
    row.record.add_line(line->text);
    if (row.record.open()) continue;
    if (row.record.malformed()) row.problem = "text behind a closing quote";
    return row;
  }
  if (row.line == 0) return std::nullopt;
  row.problem = "a quote is not closed";
  return row;
}

std::vector<std::string> column_names(const CsvRecord& header) {
  std::vector<std::string> names;
  for (const auto& field : header.fields()) names.push_back(ascii_lowered(std::string(trim(field))));
  return names;
}

bool names_a_record(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return name == "id" || name == "title" || name == "message";
  });
}

std::string take_cell(Finding& finding, const std::string& column, const std::string& cell) {
  if (trim(cell).empty()) return {};
  if (!is_own_list(column)) return set_own_text(finding, column, cell);
  std::vector<std::string> values;
  for (const auto& part : split(cell, ';'))
    if (const auto value = trim(part); !value.empty()) values.emplace_back(value);
  return set_own_list(finding, column, values);
}

std::string take_row(Finding& finding, const std::vector<std::string>& columns, const Row& row) {
  const auto& cells = row.record.fields();
  if (!row.problem.empty()) return row.problem;
  if (cells.size() != columns.size())
    return fmt::format("{} fields where the header has {}", cells.size(), columns.size());
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (auto problem = take_cell(finding, columns[i], cells[i]); !problem.empty()) return problem;
  return check_own(finding);
}

}  // namespace

bool is_csv_header(std::string_view line) {
  CsvRecord record;
  record.add_line(line);
  return record.fields().size() > 1 && names_a_record(column_names(record));
}

void read_csv(Input& input, Intake& intake) {
  LineReader lines(input);
  const auto header = next_row(lines);
  if (!header) return;
  const auto columns = column_names(header->record);
  if (!header->problem.empty()) return intake.bad(header->line, header->problem);
  if (!names_a_record(columns)) return intake.bad(header->line, "no column is named 'id' or 'title'");
  while (!intake.stopped()) {
    const auto row = next_row(lines);
    if (!row) return;
    Finding finding;
    finding.at = row->line;
    if (auto problem = take_row(finding, columns, *row); !problem.empty())
      intake.bad(row->line, std::move(problem));
    else
      intake.add(std::move(finding));
  }
}

}  // namespace par::import
