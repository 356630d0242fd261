// What `status` reads of a plan with 200,000 items, beside all of the plan.
#include <cstdlib>
#include <string>

#include "bench.h"
#include "os/files.h"
#include "store/database.h"

namespace par::store {
namespace {

using bench::value_of;

constexpr std::size_t kItems = 200'000;
constexpr std::size_t kAgents = 8;
constexpr std::size_t kFilesPerItem = 5;
constexpr std::size_t kFiles = 78'635;  // as Linux 6.1 has

// The plan of a pool: each worker owns the files of its items.
core::Plan make_plan() {
  core::Plan plan;
  plan.agents.resize(kAgents);
  const auto path = [](std::size_t file) { return "drivers/net/vendor/part" + std::to_string(file) + ".c"; };
  for (std::size_t i = 0; i < kAgents; ++i) {
    plan.agents[i].spec.name = AgentName("fix-" + std::to_string(i));
    for (std::size_t file = i; file < kFiles; file += kAgents)
      plan.agents[i].spec.owns.push_back("/" + path(file));
  }
  for (std::size_t i = 0; i < kItems; ++i) {
    core::Item item;
    item.id = ItemId("finding-" + std::to_string(i));
    item.title = "this call may read past the end of the buffer";
    for (std::size_t n = 0; n < kFilesPerItem; ++n)
      item.files.emplace_back(path((i + n * n * kAgents) % kFiles));
    plan.agents[i % kAgents].items.push_back(std::move(item));
  }
  return plan;
}

int run() {
  const auto directory = value_of(os::TemporaryDirectory::create("par-bench"));
  const auto database = [&] { return value_of(Database::open(directory.path() + "/par")); };
  auto writer = database();
  const auto id = value_of(writer.put_plan(make_plan()));
  bench::Measurement m;
  m.name = "the head of a stored plan with 200,000 items";
  m.n = kItems;
  m.limit = 0.2;
  m.seconds = bench::seconds_of([&] {
    if (value_of(database().plan_head(id)).item_counts.size() != kAgents) std::abort();
  });
  m.compared = "all of the plan";
  m.compared_seconds = bench::seconds_of([&] {
    if (value_of(database().plan(id.str())).agents.size() != kAgents) std::abort();
  });
  bench::print(m);
  return 0;
}

}  // namespace
}  // namespace par::store

int main() { return par::store::run(); }
