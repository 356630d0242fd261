#include "core/path_search.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_set>

namespace par::core {
namespace {

// Where both patterns of a pair stand after the same word.
struct Pair {
  PlaceIndex a = 0;
  PlaceIndex b = 0;
};

struct Word {
  std::size_t shorter = 0;  // the word without its last byte; of the empty word: itself
  char last = 0;
  Beginning segment = Beginning::empty;
  TrackedRules::SetIndex tracked = 0;
  std::vector<Pair> pairs;
};

struct Key {
  Pair pair;
  Beginning segment;
  TrackedRules::SetIndex tracked;
  bool operator==(const Key& o) const {
    return pair.a == o.pair.a && pair.b == o.pair.b && segment == o.segment && tracked == o.tracked;
  }
};

struct KeyHash {
  std::size_t operator()(const Key& k) const noexcept {
    const std::uint64_t pair = std::uint64_t{k.pair.a} << 32U | k.pair.b;
    const std::uint64_t rest = std::uint64_t{k.tracked} << 8U | static_cast<std::uint64_t>(k.segment);
    return std::hash<std::uint64_t>{}((pair * 0x9e3779b97f4a7c15U) ^ (rest * 0xc2b2ae3d27d4eb4fU));
  }
};

// The patterns that stand on one side of the pairs, each once.
struct Side {
  PathAutomaton automaton;
  std::vector<RuleAt> rules;
  std::map<const Glob*, PlaceIndex> starts;

  PlaceIndex start_of(const RuleAt& rule) {
    const auto known = starts.find(rule.glob);
    if (known != starts.end()) return known->second;
    rules.push_back(rule);
    return starts[rule.glob] = rule.glob == nullptr ? automaton.add_everything() : automaton.add(*rule.glob);
  }
  [[nodiscard]] const RuleAt& rule_at(PlaceIndex place) const { return rules[automaton.at(place).pattern]; }
};

// Words that lead to nothing new are not followed, so the first one that is accepted is the smallest.
class Search {
 public:
  explicit Search(const PathQuery& query)
      : folding_(query.folding),
        set_limit_(query.set_limit),
        tracked_(query.tracked, query.lists),
        must_not_be_owned_(std::any_of(query.tracked.begin(), query.tracked.end(),
                                       [](const RuleAt& rule) { return rule.grants; })) {
    Word empty;
    empty.tracked = tracked_.start();
    for (const auto& [a, b] : query.pairs) {
      as_.clear();
      bs_.clear();
      const auto start_a = a_.start_of(a);
      const auto start_b = b_.start_of(b);
      a_.automaton.enter(start_a, as_);
      b_.automaton.enter(start_b, bs_);
      add_unseen(empty);
    }
    if (!empty.pairs.empty()) words_.push_back(std::move(empty));
    Alphabet alphabet;
    alphabet.distinguish(a_.automaton);
    alphabet.distinguish(b_.automaton);
    alphabet.distinguish(tracked_.automaton());
    symbols_ = alphabet.symbols(folding_);
  }

  [[nodiscard]] PathAnswer run() {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (tracked_.size() > set_limit_) return {std::nullopt, false};
      const auto pairs = std::move(words_[i].pairs);
      for (const char c : symbols_) {
        if (!extend_word(i, pairs, c)) continue;
        RepoPath path = path_of(i);
        if (fold_name(path.str(), folding_) == path.str()) return {std::move(path), true};
        if (!no_name_) no_name_ = std::move(path);
      }
    }
    const bool decided = !no_name_;
    return {std::move(no_name_), decided};
  }

 private:
  void add_unseen(Word& word) {
    for (const auto a : as_)
      for (const auto b : bs_)
        if (is_unseen({a, b}, word)) word.pairs.push_back({a, b});
  }

  bool is_unseen(const Pair& pair, const Word& word) {
    // What can follow a beginning can follow any other text too.
    if (word.segment != Beginning::other && seen_.contains({pair, Beginning::other, word.tracked}))
      return false;
    return seen_.insert({pair, word.segment, word.tracked}).second;
  }

  // True when the word with `c` behind it is a path that is looked for.
  bool extend_word(std::size_t index, const std::vector<Pair>& pairs, char c) {
    const bool ends = c == kEndOfSegment;
    const Beginning before = words_[index].segment;
    const TrackedRules::SetIndex tracked = words_[index].tracked;
    if (ends && !can_be_segment(before)) return false;
    Word next{index, c, ends ? Beginning::empty : extend(before, c, folding_), 0, {}};
    bool stepped = false;
    bool accepted = false;
    for (const auto& pair : pairs) {
      const bool literal = a_.automaton.at(pair.a).literal && b_.automaton.at(pair.b).literal;
      if (next.segment == Beginning::git && !literal) continue;
      as_.clear();
      bs_.clear();
      a_.automaton.step(pair.a, c, as_);
      if (!as_.empty()) b_.automaton.step(pair.b, c, bs_);
      if (bs_.empty()) continue;
      if (!std::exchange(stepped, true)) next.tracked = tracked_.after(tracked, c, next.segment);
      if (!accepted && ends && (literal || before != Beginning::codeowners) && at_end(a_, as_) &&
          at_end(b_, bs_))
        accepted = passes(pair, tracked_.verdict(tracked, before));
      add_unseen(next);
    }
    if (!next.pairs.empty()) words_.push_back(std::move(next));
    return accepted;
  }

  // A step from one place reaches the end last.
  static bool at_end(const Side& side, const std::vector<PlaceIndex>& places) {
    return side.automaton.at(places.back()).kind == PlaceKind::end;
  }

  [[nodiscard]] bool passes(const Pair& pair, const RuleVerdict& verdict) const {
    const auto denied = [&](const RuleAt& rule) { return verdict.denied[rule.list] > rule.rank; };
    if (denied(a_.rule_at(pair.a)) || denied(b_.rule_at(pair.b))) return false;
    return !must_not_be_owned_ || !verdict.owned();
  }

  [[nodiscard]] RepoPath path_of(std::size_t index) const {
    std::string text;
    for (; index != 0; index = words_[index].shorter) text += words_[index].last;
    std::reverse(text.begin(), text.end());
    return RepoPath(std::move(text));
  }

  Folding folding_;
  std::size_t set_limit_;
  TrackedRules tracked_;
  bool must_not_be_owned_;
  Side a_;
  Side b_;
  std::vector<char> symbols_;
  std::vector<Word> words_;
  std::optional<RepoPath> no_name_;  // the first that is not folded
  std::unordered_set<Key, KeyHash> seen_;
  std::vector<PlaceIndex> as_;  // where the step at hand leads, on each side
  std::vector<PlaceIndex> bs_;
};

}  // namespace

PathAnswer find_path(const PathQuery& query) { return Search(query).run(); }

}  // namespace par::core
