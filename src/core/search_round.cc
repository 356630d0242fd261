#include "core/search_round.h"

#include <algorithm>
#include <cmath>

namespace par::core::search {
namespace {

constexpr double kPoolFaults = 0.69;   // to be expected in a pool: as likely green as red
constexpr double kUnionGreen = 0.30;   // a union that is green so likely is tried as such
constexpr double kUnionNamed = 0.12;   // the same where a red one names suspects
constexpr double kEndGreen = 0.30;     // so likely must be that one of the last guesses is green
constexpr double kEndNamed = 0.20;     // the same where a red one names suspects
constexpr double kLeastGain = 0.15;    // bits that a trial has to be worth
constexpr double kLeastNamed = 0.35;   // the same where a red one names suspects
constexpr double kNestedFaults = 0.9;  // a group that is expected to hold fewer is cut in nested ones
constexpr double kAnyGreen = 0.85;     // below: what is taken for clean is tried by itself too

double entropy(double p) {
  if (p <= 0 || p >= 1) return 0;
  return -p * std::log2(p) - (1 - p) * std::log2(1 - p);
}

// Bits that `trials` of as many parts out of trials + 1 say of a group that holds at least one of `faults`
// expected ones.
double pool_bits(double faults, std::size_t trials) {
  const auto m = static_cast<double>(trials);
  const double part = std::exp(-faults / (m + 1));
  const double all = std::exp(-faults);
  const double tried = std::pow(part, m);
  if (all >= 1 - 1e-9) return std::log2(m + 1);
  const double last = tried * (1 - part) / (1 - all);
  const double others = -m * entropy(part) - tried * std::log2(tried);
  const double share = 1 - last;
  return (last > 0 ? -last * std::log2(last) : 0) - (others / (1 - all) - share * std::log2(1 - all));
}

struct Cuts {
  BranchSet group;
  bool is_nested = true;
  double faults = 0;
  std::size_t trials = 0;

  [[nodiscard]] double bits(std::size_t count) const {
    const auto most = group.size() - 1;
    if (count == 0) return 0;
    if (is_nested) return std::log2(static_cast<double>(std::min(count, most) + 1));
    return count > group.size() ? bits(group.size()) : pool_bits(faults, count);
  }
};

class Round {
 public:
  Round(const View& view, std::size_t slots)
      : view_(view), weights_(view), field_(survey(view, weights_)), slots_(slots) {
    base_ = view_.landed() | field_.clean;
  }

  std::vector<BranchSet> plan() {
    const auto limit = 64 + 8 * view_.options().slots;
    if (view_.search().trials_without_progress < limit && !try_without_suspects()) {
      if (!field_.doubted.empty()) add(field_.doubted);
      if (field_.groups.empty())
        try_union();
      else if (!try_last_guesses())
        split();
    }
    if (sets_.empty()) try_each();
    return std::move(sets_);
  }

 private:
  [[nodiscard]] bool has_names() const { return static_cast<bool>(view_.options().ranking); }
  bool add(const BranchSet& branches) {
    if (sets_.size() >= slots_) return false;
    BranchSet whole = view_.landed() | view_.closed(branches);
    if (view_.is_known(whole) || view_.is_hopeless(whole)) return false;
    if (std::find(sets_.begin(), sets_.end(), whole) != sets_.end()) return false;
    for (const auto& trial : view_.search().trials)
      if (trial.is_running && trial.base == view_.search().base && trial.branches == whole) return false;
    sets_.push_back(std::move(whole));
    return true;
  }
  [[nodiscard]] std::vector<BranchIndex> ordered(const BranchSet& branches) const {
    std::vector<BranchIndex> list;
    for (const auto branch : view_.order())
      if (branches.contains(branch)) list.push_back(branch);
    return list;
  }
  [[nodiscard]] double faults(const BranchSet& more) const { return weights_.added(base_, more); }

  [[nodiscard]] bool was_red() const {
    const auto& branches = view_.search().branches;
    return !view_.residues().empty() || std::any_of(branches.begin(), branches.end(), [](const auto& state) {
      return state.stage == Stage::condemned || state.stage == Stage::rejected;
    });
  }

  // Union first; once something was red, pools where the union is not likely green.
  void try_union() {
    if (field_.fresh.empty()) {
      if (!field_.clean.empty()) add(field_.clean);
      return;
    }
    const BranchSet all = field_.clean | field_.fresh;
    const double green = std::exp(-weights_.added(view_.landed(), all));
    if (was_red() && green < (has_names() ? kUnionNamed : kUnionGreen)) return split();
    add(all);
    if (view_.options().eager) nested(field_.fresh, slots_ - sets_.size());
  }

  // All but those that failing tests name.
  bool try_without_suspects() {
    const BranchSet suspects = view_.search().suspects & view_.open();
    if (suspects.empty()) return false;
    BranchSet rest = view_.open() - field_.doomed;
    for (const auto branch : suspects.members()) rest = view_.without(std::move(rest), branch);
    return !rest.empty() && add(rest);
  }

  // Every way in which each group may hold one fault and nothing else is bad: one of these lands all the
  // rest.
  bool try_last_guesses() {
    if (has_unexplained()) return false;
    std::size_t guesses = 1;
    double green = std::exp(-faults(field_.fresh));
    for (const auto& group : field_.groups) {
      guesses *= group.size();
      if (guesses > slots_) return false;
      const double expected = std::max(1e-9, faults(group));
      green *= expected * std::exp(-expected) / (1 - std::exp(-expected));
    }
    if (green < (has_names() ? kEndNamed : kEndGreen)) return false;
    const BranchSet all = view_.open() - field_.doomed;
    guess(all, 0);
    return !sets_.empty();
  }
  // A red set that would be so without any of the groups: there are more faults than groups.
  [[nodiscard]] bool has_unexplained() const {
    const auto explains = [&](const Residue& residue) {
      return residue.branches.meets(field_.doomed) ||
             std::any_of(field_.groups.begin(), field_.groups.end(),
                         [&](const BranchSet& group) { return group.is_within(residue.branches); });
    };
    return !std::all_of(view_.residues().begin(), view_.residues().end(), explains);
  }
  void guess(const BranchSet& rest, std::size_t group) {
    if (group == field_.groups.size()) {
      add(rest);
      return;
    }
    field_.groups[group].each([&](BranchIndex branch) { guess(view_.without(rest, branch), group + 1); });
  }

  // Slots to the groups and to pools of the fresh ones, one by one to where a trial says the most.
  void split() {
    std::vector<Cuts> cuts;
    for (const auto& group : field_.groups) cuts.push_back(cuts_of(group));
    const double fresh = faults(field_.fresh);
    std::size_t pools = 0;
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      double best = pool_gain(fresh, pools + 1) - pool_gain(fresh, pools);
      std::size_t* chosen = &pools;
      for (auto& cut : cuts) {
        const double gain = cut.bits(cut.trials + 1) - cut.bits(cut.trials);
        if (gain <= best) continue;
        best = gain;
        chosen = &cut.trials;
      }
      if (best < (has_names() ? kLeastNamed : kLeastGain)) break;
      ++*chosen;
    }
    double all_red = std::pow(0.5, static_cast<double>(pools));
    for (const auto& cut : cuts) {
      cut.is_nested ? nested(cut.group, cut.trials) : parts(cut.group, cut.trials);
      all_red /= static_cast<double>(cut.trials + 1);
    }
    const auto share = fresh / static_cast<double>(std::max<std::size_t>(pools, 1));
    fill_pools(field_.fresh, pools, std::min(kPoolFaults, share));
    if (!field_.clean.empty() && 1 - all_red < kAnyGreen) {
      if (sets_.size() == slots_) sets_.pop_back();
      add(field_.clean);
    }
  }

  // Bits that so many pools say of the fresh ones, which are expected to hold `faults`.
  [[nodiscard]] double pool_gain(double faults, std::size_t count) const {
    if (count == 0 || field_.fresh.empty()) return 0;
    const auto n = static_cast<double>(std::min(count, field_.fresh.size()));
    return n * entropy(std::exp(-std::min(kPoolFaults, faults / n)));
  }

  [[nodiscard]] Cuts cuts_of(const BranchSet& group) const {
    Cuts cuts{group, true, faults(group), 0};
    double apart = 0;
    group.each([&](BranchIndex branch) { apart += weights_.added(base_, branch); });
    cuts.is_nested = cuts.faults < kNestedFaults || apart < cuts.faults / 2;
    return cuts;
  }

  // Cuts that leave the same weight between each two.
  void nested(const BranchSet& group, std::size_t count) {
    const auto list = ordered(group);
    if (list.empty()) return;
    std::vector<double> weight;
    BranchSet below = base_;
    double sum = 0;
    for (const auto branch : list) {
      sum += weights_.added(below, branch);
      below.insert(branch);
      weight.push_back(sum);
    }
    count = std::min(count, list.size() - 1);
    BranchSet prefix = field_.clean;
    std::size_t length = 0;
    for (std::size_t cut = 1; cut <= count; ++cut) {
      const double share = sum * static_cast<double>(cut) / static_cast<double>(count + 1);
      const auto longest = list.size() - 1 - (count - cut);
      do prefix.insert(list[length++]);
      while (length < longest && (weight[length - 1] + weight[length]) / 2 < share);
      add(prefix);
    }
  }

  // All but the last of count + 1 parts: what is green of the others says what the last one is.
  void parts(const BranchSet& group, std::size_t count) {
    const auto list = ordered(group);
    const auto whole = std::min(count + 1, list.size());
    for (std::size_t part = 0; part < std::min(whole, count); ++part) {
      BranchSet set = field_.clean;
      for (auto i = list.size() * part / whole; i < list.size() * (part + 1) / whole; ++i)
        set.insert(list[i]);
      add(set);
    }
  }

  void fill_pools(const BranchSet& fresh, std::size_t count, double most) {
    const auto list = ordered(fresh);
    std::size_t next = 0;
    for (std::size_t pool = 0; pool < count && next < list.size(); ++pool) {
      BranchSet set = field_.clean;
      BranchSet below = base_;
      double sum = 0;
      const std::size_t begin = next;
      while (next < list.size()) {
        const double more = weights_.added(below, list[next]);
        if (next > begin && sum + more / 2 > most) break;
        sum += more;
        below.insert(list[next]);
        set.insert(list[next++]);
      }
      add(set);
    }
  }

  // One by one on what has landed: whatever comes of it, each says something for good.
  void try_each() {
    for (const auto branch : view_.order())
      if (sets_.size() < slots_) add({branch});
  }

  const View& view_;
  Weights weights_;
  Field field_;
  std::size_t slots_;
  BranchSet base_;
  std::vector<BranchSet> sets_;
};

}  // namespace

std::vector<BranchSet> plan_round(const View& view, std::size_t slots) {
  return slots == 0 ? std::vector<BranchSet>{} : Round(view, slots).plan();
}

}  // namespace par::core::search
