#include "core/precedence.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace par::core {

void Precedence::add(std::size_t first, std::size_t then) {
  before_[then].push_back(first);
  behind_[first].push_back(then);
}

bool Precedence::are_ordered(std::size_t a, std::size_t b) const { return leads(a, b) || leads(b, a); }

bool Precedence::leads(std::size_t from, std::size_t to) const {
  std::vector<bool> reached(behind_.size());
  mark_behind(from, reached);
  return reached[to];
}

void Precedence::mark(const Lists& next, std::size_t at, std::vector<bool>& marked) {
  std::vector<std::size_t> open{at};
  while (!open.empty()) {
    const std::size_t from = open.back();
    open.pop_back();
    for (const std::size_t to : next[from]) {
      if (marked[to]) continue;
      marked[to] = true;
      open.push_back(to);
    }
  }
}

std::vector<std::size_t> Precedence::order() const {
  std::vector<std::size_t> waits_for(before_.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free;
  for (std::size_t i = 0; i < before_.size(); ++i) {
    waits_for[i] = before_[i].size();
    if (waits_for[i] == 0) free.push(i);
  }
  std::vector<std::size_t> order;
  while (!free.empty()) {
    const std::size_t at = free.top();
    free.pop();
    order.push_back(at);
    for (const std::size_t next : behind_[at])
      if (--waits_for[next] == 0) free.push(next);
  }
  return order;
}

std::vector<std::size_t> Precedence::cycle() const {
  std::vector<bool> is_ordered(before_.size());
  for (const std::size_t i : order()) is_ordered[i] = true;
  const auto stuck = std::find(is_ordered.begin(), is_ordered.end(), false);
  if (stuck == is_ordered.end()) return {};

  // Whoever is not ordered waits for another that is not: following these must come round.
  std::vector<std::size_t> walk;
  std::vector<bool> is_met(before_.size());
  auto at = static_cast<std::size_t>(stuck - is_ordered.begin());
  while (!is_met[at]) {
    is_met[at] = true;
    walk.push_back(at);
    const auto& before = before_[at];
    at = *std::find_if(before.begin(), before.end(), [&](std::size_t i) { return !is_ordered[i]; });
  }
  walk.push_back(at);
  walk.erase(walk.begin(), std::find(walk.begin(), walk.end(), at));
  return walk;
}

std::vector<int> Precedence::levels() const {
  std::vector<int> levels(before_.size(), 1);
  for (const std::size_t i : order())
    for (const std::size_t next : behind_[i]) levels[next] = std::max(levels[next], levels[i] + 1);
  return levels;
}

}  // namespace par::core
