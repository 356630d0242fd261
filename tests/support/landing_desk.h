// A landing whose trials end when and as a test says, and the record of all that was done.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "core/landing_search.h"

namespace par::test {

using Verdict = std::function<core::search::TrialEnded(const core::BranchSet& set)>;

inline core::search::TrialEnded ended(core::search::Outcome outcome, std::vector<std::string> tests = {}) {
  return {0, outcome, std::move(tests)};
}

// Red when one of these sets is within the tried one.
inline Verdict red_with(std::vector<core::BranchSet> faults) {
  return [faults = std::move(faults)](const core::BranchSet& set) {
    const bool red =
        std::any_of(faults.begin(), faults.end(), [&](const auto& f) { return f.is_within(set); });
    return ended(red ? core::search::Outcome::red : core::search::Outcome::green);
  };
}

struct Desk {
  core::search::Search search;
  std::vector<core::BranchSet> tried;  // in order
  std::vector<core::BranchSet> landings;
  std::vector<core::search::Reject> rejections;
  std::vector<core::BranchIndex> held;
  std::vector<core::BranchIndex> parked;
  std::deque<std::size_t> running;
  std::size_t stopped = 0;
  bool lands = true;  // false: the landing stays under way

  explicit Desk(core::search::Options options) : search(std::move(options)) {}

  void arrive(core::search::Branch branch = {}) { tell(core::search::BranchArrived{std::move(branch)}); }
  void arrive_many(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) apply_event(search, core::search::BranchArrived{});
  }
  void tell(const core::search::Event& event) {
    apply_event(search, event);
    act();
  }
  void act() {
    for (auto actions = next_actions(search); !actions.empty(); actions = next_actions(search))
      for (const auto& action : actions) {
        apply_action(search, action);
        std::visit([&](const auto& a) { done(a); }, action);
      }
  }
  // The trial that has run the longest ends.
  void finish(core::search::TrialEnded how) {
    how.trial = running.front();
    running.pop_front();
    tell(how);
  }
  // A round: all that run end at the same time.
  void finish_round(const Verdict& verdict) {
    auto round = std::exchange(running, {});
    for (const auto trial : round) {
      auto how = verdict(search.trials[trial].branches);
      how.trial = trial;
      apply_event(search, how);
    }
    act();
  }
  void finish_all(const Verdict& verdict) {
    act();
    while (!running.empty()) finish_round(verdict);
  }
  // 0 and the numbers up to count - 1.
  static core::BranchSet first(std::size_t count) {
    core::BranchSet set;
    for (std::size_t i = 0; i < count; ++i) set.insert(i);
    return set;
  }

 private:
  void done(const core::search::StartTrial& a) {
    running.push_back(a.trial);
    tried.push_back(a.branches);
  }
  void done(const core::search::StopTrial& a) {
    running.erase(std::remove(running.begin(), running.end(), a.trial), running.end());
    ++stopped;
  }
  void done(const core::search::Land& a) {
    landings.push_back(a.branches);
    if (lands) apply_event(search, core::search::SetLanded{});
  }
  void done(const core::search::Condemn&) {}
  void done(const core::search::Reject& a) { rejections.push_back(a); }
  void done(const core::search::Hold& a) { held.push_back(a.branch); }
  void done(const core::search::Park& a) { parked.push_back(a.branch); }
};

}  // namespace par::test
