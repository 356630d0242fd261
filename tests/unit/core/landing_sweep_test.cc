// The search against random worlds in random order. A quick share runs with the other tests;
// PAR_SWEEP=100000 build/dev/tests/unit_core "landing sweep:*" tries as many schedules in each of these.
#include <map>
#include <random>

#include "core/landing_search.h"
#include "support/catch.h"
#include "support/random_rules.h"

namespace par::core::search {
namespace {

constexpr std::size_t kQuick = 400;

struct World {
  std::vector<BranchSet> faults;
  std::vector<BranchSet> mended;  // a set that holds one of these is green, whatever else it holds
  double flakes = 0;
  double errors = 0;
  bool unrest = false;  // branches come and go, and the base moves

  [[nodiscard]] bool is_green(const BranchSet& set) const {
    const auto within = [&](const BranchSet& some) { return some.is_within(set); };
    return std::any_of(mended.begin(), mended.end(), within) ||
           std::none_of(faults.begin(), faults.end(), within);
  }
};

class Schedule {
 public:
  Schedule(unsigned seed, World (*make)(std::mt19937&, std::size_t))
      : random_(seed), count_(1 + random_() % 14), world_(make(random_, count_)), search_(options()) {}

  void run() {
    while (arrived_ < count_ && (!world_.unrest || random_() % 3 != 0)) arrive();
    act();
    while (!running_.empty() || arrived_ < count_) {
      step();
      act();
      REQUIRE(started_ < 4'000);
    }
    finish();
  }

 private:
  Options options() {
    Options options;
    options.slots = 1 + random_() % 8;
    options.eager = random_() % 2 == 0;
    options.reruns = world_.flakes > 0 ? 1 : static_cast<int>(random_() % 2);
    options.explain = random_() % 2 == 0;
    if (random_() % 2 == 0)
      options.ranking = [](const std::string& test) { return std::vector<BranchIndex>{std::stoul(test)}; };
    return options;
  }

  void arrive() {
    Branch branch;
    if (arrived_ > 0 && random_() % 5 == 0) branch.after.push_back(random_() % arrived_);
    branch.priority = random_() % 6 == 0 ? 1 : 0;
    branch.green_alone = world_.mended.empty() && random_() % 2 == 0 && world_.is_green({arrived_});
    if (branch.green_alone && branch.after.empty()) ++known_[{search_.base, {arrived_}}].greens;
    ++arrived_;
    apply_event(search_, BranchArrived{branch});
  }

  void step() {
    const auto drawn = random_() % 20;
    if (arrived_ < count_ && (running_.empty() || drawn < 6)) return arrive();
    if (world_.unrest && drawn == 6) return apply_event(search_, BranchWithdrawn{random_() % arrived_});
    if (world_.unrest && drawn == 7) return apply_event(search_, BranchRaised{random_() % arrived_, 2});
    if (world_.unrest && drawn == 8 && moves_++ < 3) return apply_event(search_, BaseMoved{});
    // Several may end before the search is asked again.
    for (auto ending = 1 + random_() % 3; ending > 0 && !running_.empty(); --ending) end_one();
  }

  void end_one() {
    const auto at = random_() % running_.size();
    const auto id = running_[at];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(at));
    const TrialState& trial = search_.trials[id];
    auto& known = known_[{trial.base, trial.branches}];
    known.is_running = false;
    TrialEnded how{id, Outcome::green, {}};
    const auto chance = [&](double share) {
      return static_cast<double>(random_() % 10'000) < share * 10'000;
    };
    if (chance(world_.errors)) {
      how.outcome = Outcome::error;
      ++known.errors;
    } else if (world_.is_green(trial.branches) && !chance(world_.flakes)) {
      ++known.greens;
    } else {
      how.outcome = Outcome::red;
      ++known.reds;
      for (const auto branch : trial.branches.members())
        if (random_() % 4 == 0) how.tests.push_back(std::to_string(branch));
    }
    apply_event(search_, how);
  }

  void act() {
    for (auto actions = next_actions(search_); !actions.empty(); actions = next_actions(search_))
      for (const auto& action : actions) {
        apply_action(search_, action);
        std::visit([&](const auto& a) { check_action(a); }, action);
      }
  }

  void check_action(const StartTrial& a) {
    ++started_;
    auto& known = known_[{search_.base, a.branches}];
    // I7: no trial of a known key, but to confirm a red or after an error.
    CHECK(known.greens == 0);
    CHECK(known.reds <= search_.options.reruns);
    CHECK(known.errors < search_.options.error_tries);
    CHECK_FALSE(known.is_running);
    known.is_running = true;
    running_.push_back(a.trial);
    CHECK(running_.size() <= search_.options.slots);
    check_needs(a.branches);
  }
  void check_action(const StopTrial& a) {
    running_.erase(std::remove(running_.begin(), running_.end(), a.trial), running_.end());
    known_[{search_.trials[a.trial].base, search_.trials[a.trial].branches}].is_running = false;
  }
  void check_action(const Land& a) {
    // I1 and I2: what lands was green on this base, and holds what has landed.
    CHECK(known_[{search_.base, a.branches}].greens > 0);
    CHECK(search_.landed.is_within(a.branches));
    check_needs(a.branches);
    if (world_.unrest && random_() % 8 == 0 && moves_++ < 3) return apply_event(search_, BaseMoved{});
    apply_event(search_, SetLanded{});
  }
  void check_action(const Condemn&) {}
  void check_action(const Reject& a) {
    // I3 and I4: not landed, and a confirmed red of it with its partners.
    CHECK_FALSE(search_.landed.contains(a.branch));
    const BranchSet red = a.with | BranchSet{a.branch};
    CHECK(a.with.is_within(search_.landed));
    CHECK(known_[{search_.base, red}].reds > search_.options.reruns);
    if (a.is_minimal && world_.flakes == 0 && world_.mended.empty()) check_minimal(red);
  }
  void check_action(const Hold& a) {
    const auto& after = search_.branches[a.branch].branch.after;
    CHECK(std::find(after.begin(), after.end(), a.because) != after.end());
    CHECK_FALSE(search_.landed.contains(a.because));
  }
  void check_action(const Park&) { CHECK(world_.errors > 0); }

  void check_needs(const BranchSet& set) const {
    set.each([&](BranchIndex branch) {
      for (const auto before : search_.branches[branch].branch.after) CHECK(set.contains(before));
    });
  }
  // Without any one branch, and what comes after it, the set would be green.
  void check_minimal(const BranchSet& red) const {
    red.each([&](BranchIndex branch) {
      BranchSet gone{branch};
      red.each([&](BranchIndex other) {
        for (const auto before : search_.branches[other].branch.after)
          if (gone.contains(before)) gone.insert(other);
      });
      CHECK(world_.is_green(red - gone));
    });
  }

  void finish() {
    CHECK(search_.is_settled());
    // I6: each branch costs a bounded number of trials.
    CHECK(started_ <= (count_ + 4) * 4 * (64 + 8 * search_.options.slots));
    if (world_.flakes > 0 || !world_.mended.empty()) return;
    CHECK(world_.is_green(search_.landed));
    // I5: whatever was rejected is red on what landed.
    for (BranchIndex branch = 0; branch < search_.branches.size(); ++branch)
      if (search_.branches[branch].stage == Stage::rejected)
        CHECK_FALSE(world_.is_green(search_.landed | BranchSet{branch}));
  }

  struct Known {
    int greens = 0;
    int reds = 0;
    int errors = 0;
    bool is_running = false;
  };

  std::mt19937 random_;
  std::size_t count_;
  World world_;
  Search search_;
  std::map<std::pair<std::size_t, BranchSet>, Known> known_;
  std::vector<std::size_t> running_;
  std::size_t arrived_ = 0;
  std::size_t started_ = 0;
  int moves_ = 0;
};

BranchSet draw(std::mt19937& random, std::size_t count, std::size_t size) {
  BranchSet set;
  for (std::size_t i = 0; i < size; ++i) set.insert(random() % count);
  return set;
}

World steady(std::mt19937& random, std::size_t count) {
  World world;
  for (auto left = random() % 5; left > 0; --left)
    world.faults.push_back(draw(random, count, 1 + random() % 3));
  return world;
}

World flaky(std::mt19937& random, std::size_t count) {
  World world = steady(random, count);
  world.flakes = 0.05;
  return world;
}

World not_monotone(std::mt19937& random, std::size_t count) {
  World world = steady(random, count);
  for (auto left = 1 + random() % 3; left > 0; --left)
    world.mended.push_back(draw(random, count, 1 + random() % 3));
  return world;
}

World unrest(std::mt19937& random, std::size_t count) {
  World world = steady(random, count);
  world.unrest = true;
  world.errors = random() % 2 == 0 ? 0.1 : 0;
  return world;
}

void sweep(World (*make)(std::mt19937&, std::size_t)) {
  const auto count = test::sweep_count(kQuick);
  for (unsigned seed = 0; seed < count; ++seed) {
    INFO("seed " << seed);
    Schedule(seed, make).run();
  }
}

TEST_CASE("landing sweep: branches bad alone, in pairs and in threes") { sweep(steady); }
TEST_CASE("landing sweep: five of a hundred reds are flakes") { sweep(flaky); }
TEST_CASE("landing sweep: supersets of red sets are green") { sweep(not_monotone); }
TEST_CASE("landing sweep: branches come and go, the base moves, trials are lost") { sweep(unrest); }

}  // namespace
}  // namespace par::core::search
