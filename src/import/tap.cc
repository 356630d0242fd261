// The Test Anything Protocol, versions 12 to 14. Only lines at the margin count: what is indented belongs to
// a subtest or a diagnostic, and the line of the subtest itself sums it up. Other lines are the tests' own
// output.
#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>

#include "base/strings.h"
#include "import/test_report.h"

namespace par::import {
namespace {

// Whether `text` begins with `word` (lower case), whatever the case of the text.
bool begins_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (ascii_lower(text[i]) != word[i]) return false;
  return true;
}

std::optional<std::int64_t> take_count(std::string_view& rest) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
  return number;
}

// "1..10", perhaps with a directive behind it.
std::optional<std::int64_t> parse_plan(std::string_view line) {
  if (!line.starts_with("1..")) return std::nullopt;
  line.remove_prefix(3);
  const auto count = take_count(line);
  if (!count || *count > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return line.empty() || line.front() == ' ' || line.front() == '\t' || line.front() == '#' ? count
                                                                                            : std::nullopt;
}

// Where the directive begins: the first '#' that no '\' takes its meaning from; npos when there is none.
std::size_t find_directive(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '#')
      return i;
  }
  return std::string_view::npos;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '#' || text[i + 1] == '\\')) ++i;
    out += text[i];
  }
  return out;
}

struct TestLine {
  bool ok = false;
  bool todo = false;
  bool skip = false;
  std::optional<std::int64_t> number;
  std::string name;
};

// "[not ]ok [number] [- name] [# directive]"
std::optional<TestLine> parse_test(std::string_view line) {
  TestLine test;
  test.ok = !line.starts_with("not ");
  if (!test.ok) line.remove_prefix(4);
  if (!line.starts_with("ok") || (line.size() > 2 && line[2] != ' ' && line[2] != '\t')) return std::nullopt;
  line = trim(line.substr(2));
  auto rest = line;
  test.number = take_count(rest);
  if (test.number && (rest.empty() || rest.front() == ' ' || rest.front() == '\t'))
    line = trim(rest);
  else
    test.number.reset();  // "ok 3D works": a name that begins with a digit
  const auto hash = find_directive(line);
  if (hash != std::string_view::npos) {
    const auto directive = trim(line.substr(hash + 1));
    test.todo = begins_with_word(directive, "todo");
    test.skip = begins_with_word(directive, "skip");
    if (test.todo || test.skip) line = trim(line.substr(0, hash));
  }
  if (line.starts_with('-')) line = trim(line.substr(1));
  if (line.ends_with(" {")) line = trim(line.substr(0, line.size() - 2));  // a subtest follows in braces
  test.name = unescape(line);
  return test;
}

class TapReader {
 public:
  void read(std::string_view line) {
    if (const auto count = parse_plan(line))
      planned_ = planned_.value_or(0) + *count;  // several programs one after the other: their plans add up
    else if (begins_with_word(line, "bail out!"))
      bailed_out_ = true;
    else if (const auto test = parse_test(line))
      note(*test);
  }

  [[nodiscard]] TestReport report() && {
    if (bailed_out_)
      failures_.insert("bail out");
    else if (!planned_)
      failures_.insert("plan missing");
    else if (seen_ < *planned_)
      failures_.insert(fmt::format("tests missing: {} of {}", *planned_ - seen_, *planned_));
    else if (seen_ > *planned_)
      failures_.insert(fmt::format("tests not planned: {} more than {}", seen_ - *planned_, *planned_));
    return {executed_, {failures_.begin(), failures_.end()}};
  }

 private:
  void note(const TestLine& test) {
    ++seen_;
    if (test.skip) return;
    ++executed_;
    if (test.ok || test.todo) return;
    failures_.insert(test.name.empty() ? fmt::format("test {}", test.number.value_or(seen_)) : test.name);
  }

  std::optional<std::int64_t> planned_;
  std::int64_t seen_ = 0;
  int executed_ = 0;
  bool bailed_out_ = false;
  std::set<std::string> failures_;
};

}  // namespace

Result<TestReport> parse_tap(std::string_view text) {
  TapReader reader;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
      line.remove_suffix(1);
    reader.read(line);
  }
  return std::move(reader).report();
}

}  // namespace par::import
