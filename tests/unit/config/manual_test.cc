// gitpar.toml(5) is written by hand: what it says must be what the reader accepts.
#include <map>
#include <set>

#include "base/strings.h"
#include "config/config_file.h"
#include "os/files.h"
#include "support/catch.h"

using namespace par;

namespace {

std::vector<std::string> page() {
  const auto text = os::read_file(PAR_SOURCE_DIR "/man/gitpar.toml.5");
  REQUIRE(text);
  return split_terminated(*text, '\n');
}

// The example, as the reader of the page sees it.
std::string example() {
  std::string text;
  bool inside = false;
  for (const auto& line : page()) {
    if (line == ".EE") break;
    if (inside) text += line + "\n";
    if (line == ".EX") inside = true;
  }
  return text;
}

// The keys that the page explains: heading -> keys.
std::vector<std::pair<std::string, std::string>> documented_keys() {
  static const std::set<std::string> kHeadings{"TOP OF THE FILE", "[policy]", "[[validate]]",
                                               "[agent.<name>]", "[[item]]"};
  std::vector<std::pair<std::string, std::string>> keys;
  std::string heading;
  bool tag = false;
  for (const auto& line : page()) {
    if (line.starts_with(".SH ")) heading = line.substr(4);
    if (tag && kHeadings.count(heading) > 0)
      for (const auto& word : split(line, ' '))
        if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos)
          keys.emplace_back(heading, word);
    tag = line == ".TP";
  }
  return keys;
}

// A table of this heading that lacks nothing but perhaps `key`.
std::string section(const std::string& heading, const std::string& key) {
  static const std::map<std::string, std::vector<std::string>> kRequired{
      {"[[validate]]", {"name", "run"}}, {"[agent.<name>]", {"owns", "run"}}, {"[[item]]", {"id"}}};
  if (!heading.starts_with('[')) return "";
  std::string text = replace_all(heading, "<name>", "x") + "\n";
  const auto required = kRequired.find(heading);
  if (required == kRequired.end()) return text;
  for (const auto& name : required->second)
    if (name != key) text += name + (name == "owns" ? " = ['x']\n" : " = 'x'\n");
  return text;
}

}  // namespace

TEST_CASE("gitpar.toml(5): the example is a configuration without warnings") {
  const auto text = example();
  const auto parsed = config::parse_config(text, "example");
  if (!parsed) FAIL(parsed.error().message);
  CHECK(parsed->warnings.empty());
  CHECK(parsed->config.agents.size() == 2);
  CHECK(parsed->config.items.size() == 1);
}

TEST_CASE("gitpar.toml(5): every key that it explains is known there") {
  const auto keys = documented_keys();
  CHECK(keys.size() == 43);
  for (const auto& [heading, key] : keys) {
    // A date is what no key takes.
    const auto parsed = config::parse_config(section(heading, key) + key + " = 2030-01-01\n", "example");
    CAPTURE(heading, key);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find("unknown") == std::string::npos);
    CHECK(parsed.error().message.find(key) != std::string::npos);
  }
}
