#include "core/common_path.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include "core/glob_relations.h"
#include "core/path_search.h"
#include "core/shortest_common.h"

namespace par::core {
namespace {

// The rules of an ownership, with the numbers of its lists from `first_list` on.
std::vector<RuleAt> rules_of(const Ownership& ownership, std::uint32_t first_list) {
  std::vector<RuleAt> rules;
  for (const auto& list : ownership.lists()) {
    std::uint32_t rank = 0;
    for (const auto& rule : list) rules.push_back({&rule.glob, first_list, rank++, rule.grants});
    ++first_list;
  }
  return rules;
}

std::uint32_t list_count(const Ownership& ownership) {
  return static_cast<std::uint32_t>(ownership.lists().size());
}

// The denials among `rules` that come behind `grant`, and so take paths away from it.
template <class Function>
void for_denials(const std::vector<RuleAt>& rules, const RuleAt& grant, Function function) {
  for (const auto& rule : rules)
    if (!rule.grants && rule.list == grant.list && rule.rank > grant.rank) function(rule);
}

bool is_taken_away(const std::vector<RuleAt>& rules, const RuleAt& grant, const Glob& by_glob) {
  bool taken = false;
  for_denials(rules, grant, [&](const RuleAt& denial) { taken = taken || covers(*denial.glob, by_glob); });
  return taken;
}

// A query under construction. A rule is tracked once, and only where it can make a difference.
class QueryBuilder {
 public:
  QueryBuilder(Folding folding, std::uint32_t lists, std::size_t set_limit) {
    query_.folding = folding;
    query_.lists = lists;
    query_.set_limit = set_limit;
  }

  void add_pair(const RuleAt& a, const RuleAt& b) { query_.pairs.emplace_back(a, b); }
  void track(const RuleAt& rule) {
    if (tracked_.insert(rule.glob).second) query_.tracked.push_back(rule);
  }

  void forget_tracked() { query_.tracked.clear(); }

  [[nodiscard]] const PathQuery& query() const { return query_; }

 private:
  PathQuery query_;
  std::set<const Glob*> tracked_;
};

// The pairs of rules that may grant a common path, without the rules to track.
QueryBuilder pairs_of(const std::vector<RuleAt>& rules_a, const std::vector<RuleAt>& rules_b,
                      QueryBuilder builder) {
  for (const auto& x : rules_a) {
    if (!x.grants) continue;
    for (const auto& y : rules_b)
      if (y.grants && may_meet(*x.glob, *y.glob) && !is_taken_away(rules_a, x, *y.glob) &&
          !is_taken_away(rules_b, y, *x.glob))
        builder.add_pair(x, y);
  }
  return builder;
}

// Adds the rules that take a common path of a pair away.
void track_denials(const std::vector<RuleAt>& rules_a, const std::vector<RuleAt>& rules_b,
                   QueryBuilder& builder) {
  const auto pairs = builder.query().pairs;
  for (const auto& [x, y] : pairs) {
    const Glob& a = *x.glob;
    const Glob& b = *y.glob;
    const auto track = [&](const RuleAt& denial) {
      if (may_meet(*denial.glob, a) && may_meet(*denial.glob, b)) builder.track(denial);
    };
    for_denials(rules_a, x, track);
    for_denials(rules_b, y, track);
  }
}

// The first of the shortest paths that a pair grants, whatever is tracked; nullopt: that takes the search.
std::optional<std::optional<RepoPath>> common_path_of_pairs(const PathQuery& query) {
  std::optional<std::string> best;
  for (const auto& [a, b] : query.pairs) {
    auto common = shortest_common(*a.glob, *b.glob, best ? best->size() : std::string::npos);
    if (!common.certain) return std::nullopt;
    if (common.path && (!best || comes_before(*common.path, *best))) best = std::move(common.path);
  }
  return best ? std::optional<RepoPath>(RepoPath(*std::move(best))) : std::optional<RepoPath>();
}

bool is_path_of(const RepoPath& path, const Ownership& a, const Ownership& b) {
  return fold_name(path.str(), a.folding()) == path.str() && a.owns(path.str()) && b.owns(path.str());
}

}  // namespace

// No path at all that a pair grants is a proof, and the first one that a pair grants is the first that both
// own if they do own it. Else the search tells what the rules that take away leave.
std::optional<RepoPath> common_path(const Ownership& a, const Ownership& b) {
  const auto rules_a = rules_of(a, 0);
  const auto rules_b = rules_of(b, list_count(a));
  auto builder = pairs_of(rules_a, rules_b, {a.folding(), list_count(a) + list_count(b), kCommonLimit});
  if (builder.query().pairs.empty()) return std::nullopt;
  if (auto known = common_path_of_pairs(builder.query()); known && (!*known || is_path_of(**known, a, b)))
    return *known;
  track_denials(rules_a, rules_b, builder);
  auto answer = find_path(builder.query());
  if (answer.decided || answer.path) return std::move(answer.path);
  builder.forget_tracked();
  return find_path(builder.query()).path;
}

Containment contains(const Ownership& outer, const Ownership& inner) {
  const auto rules_inner = rules_of(inner, 0);
  const auto rules_outer = rules_of(outer, list_count(inner));
  const RuleAt everything{nullptr, list_count(inner) + list_count(outer), 0, true};
  QueryBuilder builder(inner.folding(), everything.list + 1, kContainmentLimit);
  for (const auto& x : rules_inner) {
    if (!x.grants) continue;
    builder.add_pair(x, everything);
    const auto track = [&](const RuleAt& rule) {
      if (may_meet(*rule.glob, *x.glob)) builder.track(rule);
    };
    for_denials(rules_inner, x, track);
    std::for_each(rules_outer.begin(), rules_outer.end(), track);
  }
  auto answer = find_path(builder.query());
  return {std::move(answer.path), answer.decided};
}

}  // namespace par::core
