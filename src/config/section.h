// One table of the file, read key by key with checks. The only header of the program that knows toml++.
// Problems do not stop the reading: the Findings keep the one that stands first in the file.
#pragma once

#include <toml++/toml.h>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.h"
#include "base/result.h"
#include "core/config.h"

namespace par::config {

// What is wrong with a file, and what is only odd.
class Findings {
 public:
  explicit Findings(std::string name) : name_(std::move(name)) {}

  // `line` 0: not known.
  void fail(std::uint32_t line, const std::string& message, std::string hint = {});
  void warn(std::uint32_t line, const std::string& message);

  [[nodiscard]] const std::optional<Error>& first_error() const { return error_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  // "main:.gitpar.toml:12: <message>"
  [[nodiscard]] std::string at(std::uint32_t line, const std::string& message) const;

 private:
  std::string name_;
  std::optional<Error> error_;
  std::uint32_t error_line_ = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::string> warnings_;
};

[[nodiscard]] inline std::uint32_t line_of(const toml::node& node) { return node.source().begin.line; }

class Section {
 public:
  // `where`: "[agent.errors]", or "" for the top of the file. Keys that are not `known` are failures, but
  // those only the user may set are warnings.
  Section(const toml::table& table, std::string where, const std::vector<std::string>& known,
          Findings& findings);

  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  [[nodiscard]] std::uint32_t line() const { return line_of(table_); }
  [[nodiscard]] std::uint32_t line(std::string_view key) const;
  // A failure at the key's line, or the table's when the key is not there.
  void fail(std::string_view key, const std::string& message, std::string hint = {}) const;
  // "'jobs' in [policy]"
  [[nodiscard]] std::string named(std::string_view key) const;

  // Each reads the key into `out` and leaves it alone when the key is not there or wrong.
  void text(std::string_view key, std::string& out) const;
  void required_text(std::string_view key, std::string& out) const;  // neither missing nor blank
  void integer(std::string_view key, int least, int most, int& out) const;
  void integer(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t& out) const;
  void number(std::string_view key, double least, double most, double& out) const;
  void flag(std::string_view key, bool& out) const;
  void seconds(std::string_view key, core::Seconds& out) const;  // "5m", or a whole number of seconds
  void texts(std::string_view key, std::vector<std::string>& out) const;
  void required_texts(std::string_view key, std::vector<std::string>& out, const std::string& hint) const;
  template <class E>
  void choice(std::string_view key, E& out) const {
    const auto word = string_at(key);
    if (!word) return;
    if (const auto value = parse_enum<E>(*word))
      out = *value;
    else
      fail_choice(key, *word, {enum_names<E>.begin(), enum_names<E>.end()});
  }

  // The table, or the tables of the list, below `key`; a failure when it is something else.
  [[nodiscard]] const toml::table* table(std::string_view key) const;
  [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key) const;

 private:
  // nullopt, and a failure when it is there, for anything but a text without NUL.
  [[nodiscard]] std::optional<std::string> string_at(std::string_view key) const;
  void fail_type(std::string_view key, const toml::node& node, std::string_view wanted) const;
  void fail_choice(std::string_view key, const std::string& word,
                   const std::vector<std::string>& allowed) const;

  const toml::table& table_;
  std::string where_;
  Findings& findings_;
};

}  // namespace par::config
