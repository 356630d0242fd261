// Which of many patterns match a path, without asking each pattern. The patterns are one automaton over
// segments, made a trie: a literal segment is found by its hash, a segment with a wildcard by what it must
// end or begin with, and only segments that begin and end with a wildcard are tried one by one. The state
// after a directory is kept, so a path costs its last segment. Patterns in a trie: Aho and Corasick (1975),
// in spirit.
//
// A lookup remembers what it met, so an index serves one thread. What it remembers grows with the directories
// and with the different sets of matching patterns that it meets, not with the paths.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/glob.h"

namespace par::core {

class PatternIndex {
 public:
  using PatternId = std::uint32_t;  // 0, 1, ... in the order of adding
  using MatchId = std::uint32_t;    // a set of patterns; 0 is the empty one
  using StateId = std::uint32_t;    // what the patterns have left to match below a directory

  explicit PatternIndex(Folding folding) : folding_(folding) {}

  // `owns`: the pattern matches as Glob::owns does, otherwise as Glob::matches. The pattern has the index's
  // folding. Precondition: no lookup so far.
  PatternId add(const Glob& glob, bool owns);

  // The patterns that match: equal sets have equal ids, and ids are dense. No allocation for a path in a
  // known directory that matches a known set.
  [[nodiscard]] MatchId match(std::string_view path);
  // Ascending. Valid as long as the index.
  [[nodiscard]] std::span<const PatternId> patterns(MatchId match) const { return matches_[match]; }
  [[nodiscard]] std::size_t match_count() const { return matches_.size(); }

  // For whoever walks a tree: below two directories in the same state the same paths match. "" is the root.
  // Precondition: there is a pattern.
  [[nodiscard]] StateId below(std::string_view directory);
  // False: nothing below matches.
  [[nodiscard]] bool may_match(StateId state) const;
  // True: everything below matches.
  [[nodiscard]] bool matches_all(StateId state) const;

 private:
  using NodeIndex = std::uint32_t;
  using State = std::vector<NodeIndex>;  // sorted

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class Value>
  using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  struct StateHash {
    std::size_t operator()(const State& state) const;
  };

  struct Wildcard {
    GlobSegment segment;
    NodeIndex next = 0;
  };
  // Segments by the text they end (or begin) with, of which all have the same length.
  struct Bucket {
    std::size_t length = 0;
    TextMap<std::vector<Wildcard>> wildcards;
  };
  struct Node {
    bool owns = false;   // metadata is matched by literal segments only
    bool loops = false;  // a '**' stands here
    NodeIndex any_depth = 0;
    TextMap<NodeIndex> literals;
    std::vector<Bucket> by_end;
    std::vector<Bucket> by_beginning;
    std::vector<Wildcard> others;
    std::vector<PatternId> ends;
  };

  NodeIndex add_node(bool owns);
  NodeIndex child(NodeIndex node, const GlobSegment& segment);
  std::vector<Wildcard>& wildcards_like(NodeIndex node, const GlobSegment& segment);
  void enter(NodeIndex node);
  void follow_wildcards(const Node& node, std::string_view text);
  void step(const State& state, std::string_view text, bool is_last);
  StateId state_of(std::string_view directory);
  [[nodiscard]] bool matches_all(const Node& node) const;
  StateId intern_state();
  MatchId intern_match();

  Folding folding_;
  std::vector<Node> nodes_;
  PatternId patterns_ = 0;
  NodeIndex owning_root_ = 0;
  NodeIndex matching_root_ = 0;

  State reached_;                     // by the step at hand
  std::vector<std::uint32_t> marks_;  // by node: the step that reached it last
  std::uint32_t step_ = 0;
  std::vector<State> states_;
  std::unordered_map<State, StateId, StateHash> state_ids_;
  TextMap<StateId> directories_;
  std::vector<std::vector<PatternId>> matches_{1};
  std::unordered_map<State, MatchId, StateHash> match_ids_;  // by the nodes where a pattern ends
};

}  // namespace par::core
