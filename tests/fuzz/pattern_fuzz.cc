// Patterns: whatever the bytes, what is said of two patterns holds for a given path. The first byte chooses
// the folding; behind it stand, each on a line, a pattern, another one, a path, and a pattern that the first
// one is subtracted.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "core/common_path.h"
#include "core/glob_relations.h"
#include "core/owner_index.h"

namespace par::core {
namespace {

constexpr std::size_t kLongest = 300;  // what is beyond only takes longer

void require(bool holds) {
  if (!holds) std::abort();
}

// What git can hold.
bool is_path(const std::string& path) {
  if (path.find('\0') != std::string::npos) return false;
  const auto segments = split(path, '/');
  return std::none_of(segments.begin(), segments.end(), [](const std::string& segment) {
    return segment.empty() || segment == "." || segment == ".." || fold_name(segment, {true, true}) == ".git";
  });
}

Ownership make(const std::string& owns, const std::string& forbids, Folding folding) {
  AgentSpec agent;
  agent.owns = {owns};
  if (!forbids.empty()) agent.forbids = {forbids};
  return *Ownership::parse(agent, folding);
}

void check_globs(const Glob& a, const Glob& b, const std::string& path) {
  const bool meet = may_meet(a, b);
  require(meet == may_meet(b, a));
  require(meet || !(a.matches(path) && b.matches(path)));
  require(!covers(a, b) || !b.matches(path) || a.matches(path));
}

// A witness that is found without rules that take away, and without folding, is never a guess.
void check_overlap(const Ownership& a, const Ownership& b, const std::string& path, bool exact) {
  const auto witness = common_path(a, b);
  require(witness == common_path(b, a));
  require(witness || !(a.owns(path) && b.owns(path)));
  require(!witness || !exact || (a.owns(witness->str()) && b.owns(witness->str())));
}

void check_containment(const Ownership& outer, const Ownership& inner, const std::string& path, bool exact) {
  const auto answer = contains(outer, inner);
  require(!answer.contained() || !inner.owns(path) || outer.owns(path));
  if (!answer.decided || !answer.outside || !exact) return;
  require(inner.owns(answer.outside->str()) && !outer.owns(answer.outside->str()));
}

void check_index(const Ownership& a, const Ownership& b, const std::string& path) {
  OwnerIndex index({a, b});
  const auto owners = index.owners_of(path);
  std::vector<std::size_t> expected;
  if (a.owns(path)) expected.push_back(0);
  if (b.owns(path)) expected.push_back(1);
  require(std::equal(owners.begin(), owners.end(), expected.begin(), expected.end()));
}

void check_literal(const std::string& path, Folding folding) {
  const auto literal = Glob::parse(literal_pattern(RepoPath(path)), folding);
  require(!literal || literal->matches(path));
}

void check(const std::vector<std::string>& lines, Folding folding) {
  const auto glob_a = Glob::parse(lines[0], folding);
  const auto glob_b = Glob::parse(lines[1], folding);
  const auto& path = lines[2];
  if (is_path(path)) check_literal(path, folding);
  if (!glob_a || !glob_b || !is_path(path)) return;
  const bool forbids = lines.size() > 3 && Glob::parse(lines[3], folding);
  const bool exact = !folding.any() && !forbids;
  const auto a = make(lines[0], forbids ? lines[3] : "", folding);
  const auto b = make(lines[1], "", folding);
  check_globs(*glob_a, *glob_b, path);
  check_overlap(a, b, path, exact);
  check_containment(a, b, path, exact);
  check_containment(b, a, path, exact);
  check_index(a, b, path);
}

}  // namespace
}  // namespace par::core

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > par::core::kLongest) return 0;
  const auto lines = par::split({reinterpret_cast<const char*>(data) + 1, size - 1}, '\n');
  if (lines.size() >= 3) par::core::check(lines, {(data[0] & 1U) != 0, (data[0] & 2U) != 0});
  return 0;
}
