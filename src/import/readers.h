// One function per format: reads the whole input, brings every record to the intake and stops when that
// says so.
#pragma once

#include <optional>
#include <string_view>

#include "import/input.h"
#include "import/intake.h"

namespace par::import {

void read_sarif(Input& input, Intake& intake);
void read_jsonl(Input& input, Intake& intake);
void read_csv(Input& input, Intake& intake);
void read_compiler(Input& input, Intake& intake);
void read_eslint(Input& input, Intake& intake);
void read_sonarqube(Input& input, Intake& intake);

// Which format the beginning of an input is in; where that leaves it open, the ending of the name decides.
[[nodiscard]] std::optional<Format> detect_format(std::string_view beginning, std::string_view name);

// "path:line:[column:] warning|error|fatal error: ..."
[[nodiscard]] bool is_compiler_finding(std::string_view line);
// A line of column names, one of which tells what a record is about.
[[nodiscard]] bool is_csv_header(std::string_view line);

}  // namespace par::import
