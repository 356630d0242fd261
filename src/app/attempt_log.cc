#include "app/attempt_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <vector>

#include "os/files.h"

namespace par::app {
namespace {

constexpr std::size_t kLongestLine = 1 << 20;

// Holds "<attempt> <bytes>" of the newest attempt.
std::string note_path(const RunPaths& paths, const AgentName& agent) {
  return paths.agent_dir(agent) + "/log-start";
}

// nullopt: not noted.
Result<std::optional<std::int64_t>> start_of(const RunPaths& paths, const AgentName& agent, int attempt) {
  if (!os::exists(note_path(paths, agent))) return std::optional<std::int64_t>();
  PAR_ASSIGN(const std::string note, os::read_file(note_path(paths, agent)));
  const std::string head = fmt::format("{} ", attempt);
  std::int64_t start = 0;
  if (!note.starts_with(head)) return std::optional<std::int64_t>();
  std::from_chars(note.data() + head.size(), note.data() + note.size(), start);
  return std::optional(start);
}

// Of "[HH:MM:SS] text" the text.
std::string_view without_stamp(std::string_view line) {
  constexpr std::size_t kStamp = 11;
  const bool stamped = line.size() >= kStamp && line.front() == '[' && line.substr(kStamp - 2, 2) == "] ";
  return stamped ? line.substr(kStamp) : line;
}

}  // namespace

Result<void> note_attempt(const RunPaths& paths, const AgentName& agent, int attempt) {
  PAR_ASSIGN(const auto start, start_of(paths, agent, attempt));
  if (start) return {};
  return os::write_file_durably(note_path(paths, agent),
                                fmt::format("{} {}", attempt, os::file_size(paths.agent_log(agent))));
}

Result<std::string> attempt_output(const RunPaths& paths, const AgentName& agent, int attempt,
                                   std::int64_t most) {
  PAR_ASSIGN(const auto start, start_of(paths, agent, attempt));
  std::ifstream file(paths.agent_log(agent), std::ios::binary);
  if (!start || !file) return std::string();
  const auto size = static_cast<std::int64_t>(os::file_size(paths.agent_log(agent)));
  const auto from = std::max(*start, size - most);
  if (from >= size) return std::string();
  std::string output(static_cast<std::size_t>(size - from), '\0');
  file.seekg(from);
  file.read(output.data(), std::ssize(output));
  output.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return output;
}

Result<void> each_line(const RunPaths& paths, const AgentName& agent, int attempt,
                       const std::function<void(std::string_view)>& use) {
  PAR_ASSIGN(const auto start, start_of(paths, agent, attempt));
  std::ifstream file(paths.agent_log(agent), std::ios::binary);
  if (!start || !file) return {};
  file.seekg(*start);
  std::vector<char> buffer(kLongestLine);
  for (bool begins = true; file.good();) {
    file.getline(buffer.data(), std::ssize(buffer));
    const std::string_view line(buffer.data());
    const bool is_whole = !file.fail();
    if (begins && is_whole) use(without_stamp(line));
    begins = is_whole;
    if (!is_whole && !file.eof()) file.clear();
  }
  return {};
}

}  // namespace par::app
