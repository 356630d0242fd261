// What deciding and replaying a landing of very many branches costs: the machines alone, with whatever they
// ask for done at once. Each figure for runs twice as large as the one before, so that its growth shows.
#include <fmt/format.h>

#include <functional>
#include <vector>

#include "bench.h"
#include "support/large_run.h"

namespace par::bench {
namespace {

constexpr std::size_t kLargest = 1000;

struct Kind {
  const char* name;
  std::function<test::LargeRun(std::size_t)> run;
};

int run() {
  using core::Strategy;
  const std::vector<Kind> kinds{
      {"merge", [](std::size_t n) { return test::land_existing(n, Strategy::merge); }},
      {"merge, eight of them bad",
       [](std::size_t n) {
         return test::land_existing(n, Strategy::merge,
                                    {"a3", "a11", "a23", "a42", "a57", "a71", "a99", "a120"});
       }},
      {"squash, one after the other", [](std::size_t n) { return test::land_existing(n, Strategy::squash); }},
      {"agents that end one by one", [](std::size_t n) { return test::run_rolling(n); }},
  };
  for (const auto& kind : kinds)
    for (std::size_t n = kLargest / 8; n <= kLargest; n *= 2) {
      test::LargeRun done;
      Measurement m;
      m.n = n;
      m.name = fmt::format("all decisions of a landing: {}", kind.name);
      m.seconds = seconds_of([&] { done = kind.run(n); });
      print(m);
      m.name = fmt::format("replay of its {} events: {}", done.events.size(), kind.name);
      m.seconds = seconds_of([&] { static_cast<void>(done.replayed()); });
      m.limit = n == kLargest ? 1 : 0;
      print(m);
    }
  return 0;
}

}  // namespace
}  // namespace par::bench

int main() { return par::bench::run(); }
