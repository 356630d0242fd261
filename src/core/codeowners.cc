#include "core/codeowners.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace par::core {
namespace {

constexpr std::size_t kGithubLimit = 3 << 20;
constexpr std::string_view kBlanks = " \t\r";

bool same_in_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

// Takes the next word off `rest`, which begins with none of the blanks; '\' takes what follows it along.
std::string_view take_pattern(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && kBlanks.find(rest[end]) == std::string_view::npos)
    end += rest[end] == '\\' && end + 1 < rest.size() ? 2U : 1U;
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end);
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  return word;
}

bool is_name(std::string_view text, std::string_view further) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           further.find(c) != std::string_view::npos;
  });
}

// "@user", "@org/team", "@@role" or an address.
bool is_owner(std::string_view word, CodeownersDialect dialect) {
  if (!word.starts_with('@')) {
    const auto at = word.find('@');
    return at != std::string_view::npos && at > 0 && is_name(word.substr(at + 1), ".-");
  }
  word.remove_prefix(1);
  const bool is_gitlab = dialect == CodeownersDialect::gitlab;
  if (is_gitlab && word.starts_with('@')) return is_name(word.substr(1), "_");
  const auto parts = split(word, '/');
  return (is_gitlab || parts.size() <= 2) &&
         std::all_of(parts.begin(), parts.end(), [](const auto& part) { return is_name(part, "._-"); });
}

// "^[Name][2]" and what follows it.
struct Heading {
  CodeownersSection section;
  std::string_view rest;
  bool has_approvals = false;
};

// nullopt: the line is no heading, so it is a rule.
std::optional<Heading> read_heading(std::string_view line) {
  Heading heading;
  if (line.starts_with('^')) {
    heading.section.optional = true;
    line.remove_prefix(1);
  }
  const auto end = line.find(']');
  if (!line.starts_with('[') || end == std::string_view::npos) return std::nullopt;
  heading.section.name = trim(line.substr(1, end - 1));
  line.remove_prefix(end + 1);
  if (line.starts_with('[')) {
    const auto close = line.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const auto [stop, error] =
        std::from_chars(line.data() + 1, line.data() + close, heading.section.approvals);
    heading.has_approvals =
        error == std::errc() && stop == line.data() + close && heading.section.approvals > 0;
    if (!heading.has_approvals) heading.section.approvals = 0;
    line.remove_prefix(close + 1);
  }
  if (!line.empty() && kBlanks.find(line.front()) == std::string_view::npos) return std::nullopt;
  heading.rest = trim(line);
  return heading;
}

class CodeownersParser {
 public:
  explicit CodeownersParser(CodeownersDialect dialect) {
    file_.dialect = dialect;
    file_.sections.emplace_back();
  }

  void read_line(std::string_view line) {
    ++line_;
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty() || line.front() == '#') return;
    if (is_gitlab() && (line.front() == '[' || line.starts_with("^["))) {
      if (const auto heading = read_heading(line)) {
        open_section(*heading);
        return;
      }
    }
    read_rule(line);
  }

  Codeowners take() && { return std::move(file_); }

 private:
  [[nodiscard]] bool is_gitlab() const { return file_.dialect == CodeownersDialect::gitlab; }
  void problem(std::string message) { file_.problems.push_back({line_, std::move(message)}); }

  void open_section(const Heading& heading) {
    if (heading.section.name.empty()) {
      problem("a section needs a name");
      return;
    }
    CodeownersSection section = heading.section;
    if (section.approvals == 0) {
      problem(fmt::format("the approvals of section '{}' are not a number from 1", section.name));
      section.approvals = 1;
    }
    const auto known = std::find_if(file_.sections.begin() + 1, file_.sections.end(), [&](const auto& other) {
      return same_in_any_case(other.name, section.name);
    });
    section_ = static_cast<std::size_t>(known - file_.sections.begin());
    if (known == file_.sections.end()) file_.sections.push_back(std::move(section));
    defaults_ = read_owners(heading.rest).value_or({});
  }

  void read_rule(std::string_view line) {
    CodeownersRule rule;
    rule.line = line_;
    rule.section = section_;
    rule.exclusion = is_gitlab() && line.starts_with('!');
    if (rule.exclusion) line.remove_prefix(1);
    rule.written = take_pattern(line);
    auto globs = translate_codeowners(rule.written, file_.dialect);
    if (!globs) {
      problem(globs.error().message);
      return;
    }
    rule.globs = *std::move(globs);
    const bool has_words = !line.empty();
    auto owners = read_owners(line);
    if (!owners) {
      problem(owners.error().message);
      return;
    }
    rule.owners = has_words ? *std::move(owners) : defaults_;
    if (rule.exclusion) rule.owners.clear();
    file_.rules.push_back(std::move(rule));
  }

  // GitLab passes over words that are no owners, which is a problem to tell of; GitHub leaves the line out.
  Result<std::vector<std::string>> read_owners(std::string_view words) {
    std::vector<std::string> owners;
    bool in_comment = false;
    while (!words.empty()) {
      const auto word = take_pattern(words);
      if (word.starts_with('#') && !is_gitlab()) break;
      if (word.starts_with('#') && !in_comment) {
        problem("a comment behind owners: GitLab takes names in it for owners");
        in_comment = true;
      } else if (is_owner(word, file_.dialect)) {
        if (std::find(owners.begin(), owners.end(), word) == owners.end()) owners.emplace_back(word);
      } else if (!is_gitlab()) {
        return Error(fmt::format("'{}' is not an owner", word));
      } else if (!in_comment) {
        problem(fmt::format("'{}' is not an owner", word));
      }
    }
    return owners;
  }

  Codeowners file_;
  int line_ = 0;
  std::size_t section_ = 0;
  std::vector<std::string> defaults_;  // owners of the last heading
};

}  // namespace

Codeowners parse_codeowners(std::string_view text, CodeownersDialect dialect) {
  if (dialect == CodeownersDialect::github && text.size() > kGithubLimit) {
    Codeowners file;
    file.sections.emplace_back();
    file.problems.push_back({0, "it is larger than 3 MB, so GitHub does not read it"});
    return file;
  }
  CodeownersParser parser(dialect);
  for (const auto& line : split_terminated(text, '\n')) parser.read_line(line);
  return std::move(parser).take();
}

CodeownersDialect guess_dialect(std::string_view path, std::string_view text) {
  if (path.starts_with(".gitlab/")) return CodeownersDialect::gitlab;
  if (path.starts_with(".github/")) return CodeownersDialect::github;
  for (const auto& line : split_terminated(text, '\n'))
    if (read_heading(trim(line))) return CodeownersDialect::gitlab;
  return CodeownersDialect::github;
}

}  // namespace par::core
