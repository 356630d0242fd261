#include "core/common_path.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace par::core {
namespace {

// Every segment of a path is read with a '/' behind it: "a/b" is the word "a/b/".
constexpr char kEndOfSegment = '/';

std::size_t index_of(char c) { return static_cast<unsigned char>(c); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// ---- patterns as one automaton over bytes

enum class Kind : std::uint8_t {
  byte,          // one byte of a set, then on
  star,          // any bytes of this segment; may be left at once
  segment_end,   // '/', then on
  any_depth,     // between two segments of a '**'; may be left at once
  in_any_depth,  // within one
  end,           // the pattern has matched
};

struct Place {
  Kind kind = Kind::end;
  bool literal = false;  // of a literal segment
  ByteSet bytes;
};

using PlaceIndex = std::uint32_t;

class Automaton {
 public:
  // Returns where the pattern starts.
  PlaceIndex add(const Glob& glob) {
    const auto start = static_cast<PlaceIndex>(places_.size());
    for (const auto& segment : glob.segments()) add(segment);
    places_.push_back({});
    return start;
  }

  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  [[nodiscard]] const Place& at(PlaceIndex i) const { return places_[i]; }

  // Appends i and the places that are reached from it without a byte.
  void enter(PlaceIndex i, std::vector<PlaceIndex>& out) const {
    for (;;) {
      out.push_back(i);
      if (places_[i].kind == Kind::star)
        i += 1;
      else if (places_[i].kind == Kind::any_depth)
        i += 2;
      else
        return;
    }
  }

  // Appends the places that `c` leads to from i.
  void step(PlaceIndex i, char c, std::vector<PlaceIndex>& out) const {
    const bool ends = c == kEndOfSegment;
    switch (places_[i].kind) {
      case Kind::byte:
        if (places_[i].bytes.test(index_of(c))) enter(i + 1, out);
        return;
      case Kind::star:
        if (!ends) enter(i, out);
        return;
      case Kind::segment_end:
        if (ends) enter(i + 1, out);
        return;
      case Kind::any_depth:
        if (!ends) out.push_back(i + 1);
        return;
      case Kind::in_any_depth:
        if (ends)
          enter(i - 1, out);
        else
          out.push_back(i);
        return;
      case Kind::end:
        return;
    }
  }

 private:
  void add(const GlobSegment& segment) {
    if (segment.any_depth) {
      places_.push_back({Kind::any_depth, false, {}});
      places_.push_back({Kind::in_any_depth, false, {}});
      return;
    }
    for (const auto& step : segment.steps)
      places_.push_back({step.star ? Kind::star : Kind::byte, segment.literal, step.bytes});
    places_.push_back({Kind::segment_end, segment.literal, {}});
  }

  std::vector<Place> places_;
};

// ---- segments with a meaning of their own

// The starts of such segments; what is read of the current segment is one of these or of no interest.
constexpr std::array<std::string_view, 16> kBeginnings{
    "",  ".",  "..",  ".g",   ".gi",   ".git",  // in this order, see below
    "C", "CO", "COD", "CODE", "CODEO", "CODEOW", "CODEOWN", "CODEOWNE", "CODEOWNER", "CODEOWNERS"};

enum class Beginning : std::uint8_t { empty = 0, dot = 1, dot_dot = 2, git = 5, codeowners = 15, other = 16 };
static_assert(kBeginnings[static_cast<std::size_t>(Beginning::git)] == ".git" &&
              kBeginnings[static_cast<std::size_t>(Beginning::codeowners)] == "CODEOWNERS");

Beginning extend(Beginning beginning, char c, bool fold_case) {
  if (beginning == Beginning::other) return beginning;
  const auto so_far = kBeginnings[static_cast<std::size_t>(beginning)];
  for (std::size_t i = 1; i < kBeginnings.size(); ++i) {
    const auto longer = kBeginnings[i];
    if (longer.size() != so_far.size() + 1 || !longer.starts_with(so_far)) continue;
    if (longer.back() == c || (fold_case && lower(longer.back()) == lower(c)))
      return static_cast<Beginning>(i);
  }
  return Beginning::other;
}

bool can_be_segment(Beginning text) {
  return text != Beginning::empty && text != Beginning::dot && text != Beginning::dot_dot &&
         text != Beginning::git;
}

// ---- the bytes that make a difference

// 0 for the bytes that a reader likes best in a witness.
constexpr int preference(unsigned char c) {
  if (c >= 'a' && c <= 'z') return 0;
  if (c >= '0' && c <= '9') return 1;
  if (c == '_') return 2;
  if (c == '-') return 3;
  if (c == '.') return 4;
  return c > 0x20 && c < 0x7f ? 5 : 6;
}

// Every byte that a segment may hold, best first.
constexpr std::array<unsigned char, 254> bytes_in_order() {
  std::array<unsigned char, 254> bytes{};
  std::size_t count = 0;
  for (int rank = 0; rank <= 6; ++rank)
    for (unsigned c = 1; c < 256; ++c)
      if (c != static_cast<unsigned char>(kEndOfSegment) && preference(static_cast<unsigned char>(c)) == rank)
        bytes[count++] = static_cast<unsigned char>(c);
  return bytes;
}
constexpr auto kBytesInOrder = bytes_in_order();

// The bytes in classes: those of one class are told apart by no pattern.
class Alphabet {
 public:
  void distinguish(const Automaton& automaton) {
    for (const auto& place : automaton.places())
      if (place.kind == Kind::byte) distinguish(place.bytes);
  }

  // The best byte of each class, best first, then '/'. Bytes that one of kBeginnings holds stand for
  // themselves alone, so that a word becomes a name with a meaning only where nothing else could stand in its
  // place.
  [[nodiscard]] std::vector<char> symbols(bool fold_case) const {
    std::vector<bool> taken(count_);
    std::vector<char> symbols;
    for (const auto byte : kBytesInOrder) {
      if (taken[class_of_[byte]]) continue;
      const auto c = static_cast<char>(byte);
      taken[class_of_[byte]] = !is_in_beginning(c, fold_case);
      symbols.push_back(c);
    }
    symbols.push_back(kEndOfSegment);
    return symbols;
  }

 private:
  static bool is_in_beginning(char c, bool fold_case) {
    return std::any_of(kBeginnings.begin() + 1, kBeginnings.end(), [&](std::string_view beginning) {
      return beginning.back() == c || (fold_case && lower(beginning.back()) == lower(c));
    });
  }

  // Each class is split into what is in the set and what is not.
  void distinguish(const ByteSet& set) {
    std::array<std::uint16_t, 512> split{};  // class, in the set or not -> new class + 1
    std::uint16_t count = 0;
    for (const auto c : kBytesInOrder) {
      std::uint16_t& part = split[class_of_[c] * 2U + (set.test(c) ? 1U : 0U)];
      if (part == 0) part = ++count;
      class_of_[c] = static_cast<std::uint16_t>(part - 1);
    }
    count_ = count;
  }

  std::array<std::uint16_t, 256> class_of_{};
  std::uint16_t count_ = 1;
};

// ---- the search

// False when the literal segments that both patterns begin with differ already.
bool begin_alike(const Glob& a, const Glob& b) {
  const auto size = std::min(a.segments().size(), b.segments().size());
  for (std::size_t i = 0; i < size; ++i) {
    const auto& x = a.segments()[i];
    const auto& y = b.segments()[i];
    if (!x.literal || !y.literal) return true;
    if (x.plain != y.plain) return false;
  }
  return true;
}

// Where a pattern of each agent stands after the same word.
struct Pair {
  PlaceIndex a = 0;
  PlaceIndex b = 0;
};

// Sets of places in the forbidden patterns, each set once. 0 is the empty set.
class ForbiddenSets {
 public:
  ForbiddenSets() { (void)intern({}); }

  void add(const std::vector<Glob>& globs) {
    for (const auto& glob : globs) starts_.push_back(automaton_.add(glob));
  }

  [[nodiscard]] const Automaton& automaton() const { return automaton_; }
  [[nodiscard]] std::size_t size() const { return sets_.size(); }

  std::uint32_t start() {
    std::vector<PlaceIndex> places;
    for (const auto start : starts_) automaton_.enter(start, places);
    return intern(std::move(places));
  }

  std::uint32_t after(std::uint32_t set, char c) {
    if (set == 0) return 0;
    std::vector<PlaceIndex> places;
    for (const auto place : *sets_[set]) automaton_.step(place, c, places);
    return intern(std::move(places));
  }

  [[nodiscard]] bool forbids(std::uint32_t set) const {
    return std::any_of(sets_[set]->begin(), sets_[set]->end(),
                       [&](PlaceIndex place) { return automaton_.at(place).kind == Kind::end; });
  }

 private:
  std::uint32_t intern(std::vector<PlaceIndex> places) {
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    const auto [entry, is_new] =
        ids_.try_emplace(std::move(places), static_cast<std::uint32_t>(sets_.size()));
    if (is_new) sets_.push_back(&entry->first);
    return entry->second;
  }

  Automaton automaton_;
  std::vector<PlaceIndex> starts_;
  std::map<std::vector<PlaceIndex>, std::uint32_t> ids_;
  std::vector<const std::vector<PlaceIndex>*> sets_;  // keys of `ids_`, which stay where they are
};

// Breadth first over words, shortest and then first in the alphabet's order. Words that lead to nothing new
// are not followed, so the first one that is accepted is the smallest.
class Search {
 public:
  Search(const Ownership& a, const Ownership& b, bool with_forbidden) : fold_case_(a.folds_case()) {
    if (with_forbidden) {
      forbidden_.add(a.forbidden_patterns());
      forbidden_.add(b.forbidden_patterns());
    }
    add_starts(a.owned_patterns(), b.owned_patterns());
    Alphabet alphabet;
    alphabet.distinguish(a_);
    alphabet.distinguish(b_);
    alphabet.distinguish(forbidden_.automaton());
    symbols_ = alphabet.symbols(fold_case_);
  }

  [[nodiscard]] std::optional<RepoPath> run() {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (forbidden_.size() > kForbiddenLimit) {
        gave_up_ = true;
        return std::nullopt;
      }
      const auto pairs = std::move(words_[i].pairs);
      for (const char c : symbols_)
        if (extend_word(i, pairs, c)) return path_of(i);
    }
    return std::nullopt;
  }

  [[nodiscard]] bool gave_up() const { return gave_up_; }

 private:
  struct Word {
    std::size_t shorter = 0;  // the word without its last byte; of the empty word: itself
    char last = 0;
    Beginning segment = Beginning::empty;
    std::uint32_t forbidden = 0;
    std::vector<Pair> pairs;
  };

  struct Key {
    Pair pair;
    Beginning segment;
    std::uint32_t forbidden;
    bool operator==(const Key& o) const {
      return pair.a == o.pair.a && pair.b == o.pair.b && segment == o.segment && forbidden == o.forbidden;
    }
  };
  struct KeyHash {
    std::size_t operator()(const Key& k) const noexcept {
      const std::uint64_t pair = std::uint64_t{k.pair.a} << 32U | k.pair.b;
      const std::uint64_t rest = std::uint64_t{k.forbidden} << 8U | static_cast<std::uint64_t>(k.segment);
      return std::hash<std::uint64_t>{}((pair * 0x9e3779b97f4a7c15U) ^ (rest * 0xc2b2ae3d27d4eb4fU));
    }
  };

  void add_starts(const std::vector<Glob>& a, const std::vector<Glob>& b) {
    std::map<const Glob*, PlaceIndex> starts;
    const auto start_of = [&](Automaton& automaton, const Glob& glob) {
      const auto found = starts.find(&glob);
      return found != starts.end() ? found->second : starts[&glob] = automaton.add(glob);
    };
    Word empty;
    empty.forbidden = forbidden_.start();
    for (const auto& x : a)
      for (const auto& y : b)
        if (begin_alike(x, y)) {
          const Pair start{start_of(a_, x), start_of(b_, y)};
          enter(start, empty);
        }
    if (!empty.pairs.empty()) words_.push_back(std::move(empty));
  }

  void enter(const Pair& start, Word& word) {
    as_.clear();
    bs_.clear();
    a_.enter(start.a, as_);
    b_.enter(start.b, bs_);
    add_unseen(word);
  }

  void add_unseen(Word& word) {
    for (const auto a : as_)
      for (const auto b : bs_)
        if (is_unseen({a, b}, word)) word.pairs.push_back({a, b});
  }

  bool is_unseen(const Pair& pair, const Word& word) {
    // What can follow a beginning can follow any other text too.
    if (word.segment != Beginning::other && seen_.contains({pair, Beginning::other, word.forbidden}))
      return false;
    return seen_.insert({pair, word.segment, word.forbidden}).second;
  }

  // True when the word with `c` behind it is a path that both own.
  bool extend_word(std::size_t index, const std::vector<Pair>& pairs, char c) {
    const bool ends = c == kEndOfSegment;
    const Beginning before = words_[index].segment;
    if (ends && !can_be_segment(before)) return false;
    Word next{index, c, ends ? Beginning::empty : extend(before, c, fold_case_), 0, {}};
    bool stepped = false;
    bool owned = false;
    for (const auto& pair : pairs) {
      const bool literal = a_.at(pair.a).literal && b_.at(pair.b).literal;
      if (next.segment == Beginning::git && !literal) continue;
      as_.clear();
      bs_.clear();
      a_.step(pair.a, c, as_);
      if (!as_.empty()) b_.step(pair.b, c, bs_);
      if (bs_.empty()) continue;
      if (!std::exchange(stepped, true)) next.forbidden = forbidden_.after(words_[index].forbidden, c);
      owned = owned ||
              (ends && (literal || before != Beginning::codeowners) && at_end(a_, as_) && at_end(b_, bs_));
      add_unseen(next);
    }
    if (owned && !forbidden_.forbids(next.forbidden)) return true;
    if (!next.pairs.empty()) words_.push_back(std::move(next));
    return false;
  }

  static bool at_end(const Automaton& automaton, const std::vector<PlaceIndex>& places) {
    return std::any_of(places.begin(), places.end(),
                       [&](PlaceIndex place) { return automaton.at(place).kind == Kind::end; });
  }

  [[nodiscard]] RepoPath path_of(std::size_t index) const {
    std::string text;
    for (; index != 0; index = words_[index].shorter) text += words_[index].last;
    std::reverse(text.begin(), text.end());
    return RepoPath(std::move(text));
  }

  bool fold_case_;
  bool gave_up_ = false;
  Automaton a_;
  Automaton b_;
  ForbiddenSets forbidden_;
  std::vector<char> symbols_;
  std::vector<Word> words_;
  std::unordered_set<Key, KeyHash> seen_;
  std::vector<PlaceIndex> as_;  // where the step at hand leads, for each agent
  std::vector<PlaceIndex> bs_;
};

bool any_begin_alike(const Ownership& a, const Ownership& b) {
  for (const auto& x : a.owned_patterns())
    for (const auto& y : b.owned_patterns())
      if (begin_alike(x, y)) return true;
  return false;
}

}  // namespace

std::optional<RepoPath> common_path(const Ownership& a, const Ownership& b) {
  if (!any_begin_alike(a, b)) return std::nullopt;
  Search search(a, b, true);
  auto found = search.run();
  if (!search.gave_up()) return found;
  return Search(a, b, false).run();
}

}  // namespace par::core
