// What must come before what, over the numbers 0 to n-1: order, levels, cycles. Knows nothing of agents or
// items.
#pragma once

#include <cstddef>
#include <vector>

namespace par::core {

class Precedence {
 public:
  explicit Precedence(std::size_t size) : before_(size), behind_(size) {}

  void add(std::size_t first, std::size_t then);
  // A chain leads from one to the other, in either direction.
  [[nodiscard]] bool are_ordered(std::size_t a, std::size_t b) const;

  // Marks all that must come before `at`, or behind it, by number. Nothing is looked for behind what is
  // marked already.
  void mark_before(std::size_t at, std::vector<bool>& marked) const { mark(before_, at, marked); }
  void mark_behind(std::size_t at, std::vector<bool>& marked) const { mark(behind_, at, marked); }

  // x, what must come before x, what must come before that, ..., x: the one that is met first from the
  // smallest number that is part of, or waits for, a cycle. Empty: there is none.
  [[nodiscard]] std::vector<std::size_t> cycle() const;
  // Every number behind all that must come before it, the smallest first where there is a choice.
  // Numbers on a cycle, or behind one, are missing.
  [[nodiscard]] std::vector<std::size_t> order() const;
  // From 1: one more than the highest level of what must come before. Precondition: no cycle.
  [[nodiscard]] std::vector<int> levels() const;

 private:
  using Lists = std::vector<std::vector<std::size_t>>;

  [[nodiscard]] bool leads(std::size_t from, std::size_t to) const;
  static void mark(const Lists& next, std::size_t at, std::vector<bool>& marked);

  Lists before_;
  Lists behind_;
};

}  // namespace par::core
