#include "config/section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/strings.h"
#include "config/config_file.h"

namespace par::config {
namespace {

struct UserKey {
  std::string_view key;
  std::string_view instead;
};

// What a repository cannot decide for its users, wherever it is written.
constexpr std::array<UserKey, 16> kUserKeys{{{"trust", "git par trust"},
                                             {"sandbox", "git config par.sandbox"},
                                             {"agentEnv", "git config par.agentEnv"},
                                             {"agent_env", "git config par.agentEnv"},
                                             {"agent-env", "git config par.agentEnv"},
                                             {"agentenv", "git config par.agentEnv"},
                                             {"logLimit", "git config par.logLimit"},
                                             {"log_limit", "git config par.logLimit"},
                                             {"log-limit", "git config par.logLimit"},
                                             {"loglimit", "git config par.logLimit"},
                                             {"validations", "git config par.validations"},
                                             {"toolchain", "git config par.toolchain"},
                                             {"worktreeBackend", "git config par.worktreeBackend"},
                                             {"worktree_backend", "git config par.worktreeBackend"},
                                             {"worktree-backend", "git config par.worktreeBackend"},
                                             {"worktreebackend", "git config par.worktreeBackend"}}};

const UserKey* find_user_key(std::string_view key) {
  const auto* found =
      std::find_if(kUserKeys.begin(), kUserKeys.end(), [&](const auto& entry) { return entry.key == key; });
  return found == kUserKeys.end() ? nullptr : found;
}

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return node.is_array_of_tables() ? "a list of tables" : "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  const auto near = did_you_mean(word, candidates);
  return near.empty() ? std::string() : fmt::format("did you mean '{}'?", near);
}

}  // namespace

std::string Findings::at(std::uint32_t line, const std::string& message) const {
  return line == 0 ? fmt::format("{}: {}", name_, message) : fmt::format("{}:{}: {}", name_, line, message);
}

void Findings::fail(std::uint32_t line, const std::string& message, std::string hint) {
  if (error_ && line >= error_line_) return;
  error_line_ = line;
  error_ = Error(at(line, message));
  error_->hints.push_back(hint.empty() ? "gitpar.toml(5) describes every key" : std::move(hint));
}

void Findings::warn(std::uint32_t line, const std::string& message) {
  warnings_.push_back(at(line, message));
}

Section::Section(const toml::table& table, std::string where, const std::vector<std::string>& known,
                 Findings& findings)
    : table_(table), where_(std::move(where)), findings_(findings) {
  for (const auto& [key, node] : table_) {
    const std::string word(key.str());
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    const auto key_line = key.source().begin.line;
    if (const auto* user_key = find_user_key(word)) {
      findings_.warn(key_line, fmt::format("{} is ignored: only the user may set it, with '{}'", named(word),
                                           user_key->instead));
      continue;
    }
    auto hint = suggestion(word, known);
    if (hint.empty()) hint = "known keys: " + join(known, ", ");
    findings_.fail(key_line, "unknown key " + named(word), std::move(hint));
  }
}

std::uint32_t Section::line(std::string_view key) const {
  const auto* node = table_.get(key);
  return node == nullptr ? line() : line_of(*node);
}

void Section::fail(std::string_view key, const std::string& message, std::string hint) const {
  findings_.fail(line(key), message, std::move(hint));
}

std::string Section::named(std::string_view key) const {
  const auto shown = display_text(key);
  return where_.empty() ? fmt::format("'{}'", shown) : fmt::format("'{}' in {}", shown, where_);
}

void Section::fail_type(std::string_view key, const toml::node& node, std::string_view wanted) const {
  findings_.fail(line_of(node), fmt::format("{} must be {}, not {}", named(key), wanted, type_name(node)));
}

void Section::fail_choice(std::string_view key, const std::string& word,
                          const std::vector<std::string>& allowed) const {
  auto hint = suggestion(word, allowed);
  if (!hint.empty()) hint += ' ';
  fail(key, fmt::format("{} cannot be '{}'", named(key), display_text(word)),
       hint + "allowed: " + join(allowed, ", "));
}

std::optional<std::string> Section::string_at(std::string_view key) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  if (value == nullptr) {
    fail_type(key, *node, "a text");
    return std::nullopt;
  }
  if (value->get().find('\0') != std::string::npos) {
    fail(key, named(key) + " holds a NUL character");
    return std::nullopt;
  }
  return value->get();
}

void Section::text(std::string_view key, std::string& out) const {
  if (auto value = string_at(key)) out = *std::move(value);
}

void Section::required_text(std::string_view key, std::string& out) const {
  if (!has(key)) return fail(key, fmt::format("{} has no '{}'", where_, key));
  text(key, out);
  if (trim(out).empty() && table_.get(key)->is_string()) fail(key, named(key) + " is empty");
}

void Section::integer(std::string_view key, int least, int most, int& out) const {
  std::int64_t value = out;
  integer(key, std::int64_t{least}, std::int64_t{most}, value);
  out = static_cast<int>(value);
}

void Section::integer(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t& out) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return;
  const auto* value = node->as_integer();
  if (value == nullptr) return fail_type(key, *node, "a whole number");
  if (value->get() < least || value->get() > most)
    return fail(key, fmt::format("{} must be from {} to {}", named(key), least, most));
  out = value->get();
}

void Section::number(std::string_view key, double least, double most, double& out) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return;
  if (!node->is_number()) return fail_type(key, *node, "a number");
  const double value =
      node->is_integer() ? static_cast<double>(node->as_integer()->get()) : node->as_floating_point()->get();
  if (!std::isfinite(value) || value < least || value > most)
    return fail(key, fmt::format("{} must be from {} to {}", named(key), least, most));
  out = value;
}

void Section::flag(std::string_view key, bool& out) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return;
  const auto* value = node->as_boolean();
  if (value == nullptr) return fail_type(key, *node, "true or false");
  out = value->get();
}

void Section::seconds(std::string_view key, core::Seconds& out) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return;
  if (!node->is_string() && !node->is_integer()) return fail_type(key, *node, "a duration");
  const auto value = parse_duration(node->is_string() ? node->as_string()->get()
                                                      : fmt::format("{}", node->as_integer()->get()));
  if (!value)
    return fail(key, fmt::format("{}: {}", named(key), value.error().message), value.error().hints.front());
  out = *value;
}

void Section::texts(std::string_view key, std::vector<std::string>& out) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return;
  const auto* list = node->as_array();
  if (list == nullptr) return fail_type(key, *node, "a list of texts");
  std::vector<std::string> values;
  for (const auto& element : *list) {
    const auto* value = element.as_string();
    if (value == nullptr) return fail_type(key, element, "a list of texts");
    if (trim(value->get()).empty())
      return findings_.fail(line_of(element), named(key) + " holds an empty text");
    if (value->get().find('\0') != std::string::npos)
      return findings_.fail(line_of(element), named(key) + " holds a NUL character");
    values.push_back(value->get());
  }
  out = std::move(values);
}

void Section::required_texts(std::string_view key, std::vector<std::string>& out,
                             const std::string& hint) const {
  if (!has(key)) return fail(key, fmt::format("{} has no '{}'", where_, key), hint);
  const auto* list = table_.get(key)->as_array();
  if (list != nullptr && list->empty()) return fail(key, named(key) + " is empty", hint);
  texts(key, out);
}

const toml::table* Section::table(std::string_view key) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return nullptr;
  const auto* found = node->as_table();
  if (found == nullptr) fail_type(key, *node, "a table");
  return found;
}

std::vector<const toml::table*> Section::tables(std::string_view key) const {
  const auto* node = table_.get(key);
  if (node == nullptr) return {};
  std::vector<const toml::table*> found;
  const auto* list = node->as_array();
  if (list != nullptr)
    for (const auto& element : *list)
      if (const auto* table = element.as_table()) found.push_back(table);
  if (list == nullptr || found.size() != list->size()) {
    fail(key, fmt::format("'{}' must be a list of tables, not {}", key, type_name(*node)),
         fmt::format("begin each one with [[{}]]", key));
    return {};
  }
  return found;
}

}  // namespace par::config
