// pairs_that_may_meet of core/common_path.h.
#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>

#include "core/common_path.h"
#include "core/glob_relations.h"

namespace par::core {
namespace {

struct Entry {
  std::size_t owner = 0;
  const Glob* glob = nullptr;
};

// One literal prefix: the patterns that have it, and the longer ones.
struct Node {
  std::vector<Entry> entries;
  std::map<std::string_view, std::size_t> longer;
};

class PrefixTrie {
 public:
  void add(const Entry& entry) {
    std::size_t node = 0;
    for (std::size_t i = 0; i < literal_prefix(*entry.glob); ++i) {
      const auto [next, is_new] =
          nodes_[node].longer.try_emplace(entry.glob->segments()[i].plain, nodes_.size());
      node = next->second;
      if (is_new) nodes_.emplace_back();
    }
    nodes_[node].entries.push_back(entry);
  }

  // Calls `function` with each two entries of which one's prefix begins the other's.
  template <class Function>
  void for_pairs(Function function) const {
    std::vector<const Entry*> above;
    visit(nodes_[0], above, function);
  }

 private:
  template <class Function>
  void visit(const Node& node, std::vector<const Entry*>& above, Function function) const {
    const auto size = above.size();
    for (const auto& entry : node.entries) {
      for (const auto* other : above) function(*other, entry);
      above.push_back(&entry);
    }
    for (const auto& [segment, next] : node.longer) visit(nodes_[next], above, function);
    above.resize(size);
  }

  std::vector<Node> nodes_{1};
};

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> pairs_that_may_meet(
    const std::vector<Ownership>& ownerships) {
  PrefixTrie trie;
  for (std::size_t owner = 0; owner < ownerships.size(); ++owner)
    for (const auto& list : ownerships[owner].lists())
      for (const auto& rule : list)
        if (rule.grants) trie.add({owner, &rule.glob});

  std::vector<bool> known(ownerships.size() * ownerships.size());
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  trie.for_pairs([&](const Entry& x, const Entry& y) {
    const auto [first, second] = std::minmax(x.owner, y.owner);
    const auto bit = first * ownerships.size() + second;
    if (first == second || known[bit] || !may_meet(*x.glob, *y.glob)) return;
    known[bit] = true;
    pairs.emplace_back(first, second);
  });
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace par::core
