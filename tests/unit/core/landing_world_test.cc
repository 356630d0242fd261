// The worlds of the benchmark are those of the simulator: Python's numbers, and whole landings in them.
#include "support/landing_world.h"

#include "support/catch.h"

namespace par::test {
namespace {

using core::BranchSet;
using namespace core::search;  // NOLINT(google-build-using-namespace): its words are the subject here

TEST_CASE("landing worlds: random numbers are Python's") {
  PythonRandom zero(0);
  CHECK(zero.random() == 0.8444218515250481);
  PythonRandom random(2016);
  CHECK(random.sample(64, 4) == std::vector<std::size_t>{57, 32, 10, 37});
  CHECK(random.sample(256, 16) ==
        std::vector<std::size_t>{65, 36, 249, 242, 48, 153, 68, 79, 164, 107, 179, 106, 122, 86, 253, 231});
  CHECK(random.sample(16, 16) ==
        std::vector<std::size_t>{10, 1, 11, 15, 8, 3, 4, 0, 9, 7, 14, 12, 2, 13, 5, 6});
}

TEST_CASE("landing worlds: a landing in rounds and a rolling one land the same where nothing is bad") {
  PythonRandom random(1);
  const auto world = LandingWorld::like_simulator(20, 0, Faults::pairs, random);
  const TrialOracle green = [](const BranchSet&) { return TrialEnded{}; };
  Options options;
  options.slots = 8;
  auto batch = search_of(world, options, true);
  const auto rounds = land_in_rounds(batch, green);
  CHECK(rounds.rounds == 1);
  CHECK(rounds.runs == 1);
  Search rolling(options);
  std::vector<double> arrivals;
  for (int i = 0; i < 20; ++i) arrivals.push_back(i);
  const auto tail = land_rolling(rolling, arrivals, green);
  CHECK(tail.tail == 1);
  CHECK(tail.runs == 20);
  CHECK(batch.landed == rolling.landed);
}

}  // namespace
}  // namespace par::test
