#include "os/job_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/strings.h"
#include "os/file_lock.h"
#include "os/files.h"
#include "os/jobs.h"

namespace par::os {
namespace {

template <class Int>
bool parse_number(std::string_view text, Int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// The value on a line "key value"; "" when it is another key's line.
std::string_view value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') return {};
  return line.substr(key.size() + 1);
}

// Of the output a part is missing in the log.
const std::string kCut = "log cut";

std::optional<JobExit> parse_exit(std::string_view text, const std::string& id) {
  const auto lines = split_terminated(text, '\n');
  if (lines.size() < 3) return std::nullopt;
  const auto how = parse_enum<ExitKind>(value_of(lines[0], "how"));
  JobExit exit{id, how.value_or(ExitKind::lost), 0, 0};
  std::int64_t millis = 0;
  if (!how || !parse_number(value_of(lines[1], "code"), exit.code) ||
      !parse_number(value_of(lines[2], "milliseconds"), millis))
    return std::nullopt;
  exit.seconds = static_cast<double>(millis) / 1000;
  exit.whole_log = lines.size() < 4 || lines[3] != kCut;
  return exit;
}

// A record that cannot be read is none: nobody knows how that job ended.
JobState recorded_state(const JobPaths& paths, const std::string& id) {
  const auto text = read_file(paths.result);
  auto exit = text ? parse_exit(*text, id) : std::nullopt;
  if (!exit) return lost_state(id);
  return JobState{JobStage::ended, 0, *std::move(exit)};
}

}  // namespace

bool is_job_id(std::string_view id) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  return !id.empty() && id.front() != '.' && id.find_first_not_of(kLetters) == std::string_view::npos;
}

Result<void> check_job_id(std::string_view id) {
  if (is_job_id(id)) return {};
  return Error(fmt::format("'{}' cannot name a job", id));
}

JobState lost_state(const std::string& id) {
  return JobState{JobStage::lost, 0, JobExit{id, ExitKind::lost, 0, 0}};
}

Result<JobState> job_state(const JobPaths& paths, const std::string& id) {
  PAR_ASSIGN(auto keeper, FileLock::holder(paths.lock));
  if (keeper) return JobState{JobStage::running, *keeper, {}};
  const bool recorded = exists(paths.result);
  if (!recorded && !exists(paths.started)) return JobState{};
  // Its one keeper may have come up between the first question and this: it is asked for again before the
  // record is taken for final.
  PAR_ASSIGN(keeper, FileLock::holder(paths.lock));
  if (keeper) return JobState{JobStage::running, *keeper, {}};
  return recorded_state(paths, id);
}

Result<void> record_start(const JobPaths& paths, Millis at, std::size_t log_bytes) {
  return write_file_durably(paths.started, fmt::format("at {}\nlog {}\n", at, log_bytes));
}

std::optional<Millis> last_output(const std::string& root, const std::string& id, const std::string& log) {
  const auto record = read_file(JobPaths(root, id).started);
  if (!record) return std::nullopt;
  const auto lines = split_terminated(*record, '\n');
  std::size_t begin = 0;
  // (One line: of a keeper from before that was noted.)
  if (lines.size() == 2 && !parse_number(value_of(lines[1], "log"), begin)) return std::nullopt;
  return file_size(log) > begin ? modified_at(log) : std::nullopt;
}

Result<void> record_exit(const JobPaths& paths, const JobExit& exit) {
  return write_file_durably(
      paths.result, fmt::format("how {}\ncode {}\nmilliseconds {}\n{}", name_of(exit.how), exit.code,
                                std::llround(exit.seconds * 1000), exit.whole_log ? "" : kCut + "\n"));
}

}  // namespace par::os
