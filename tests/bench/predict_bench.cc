// Companions of the files of up to 200,000 items over the paths of Linux, from histories of different
// lengths.
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "bench.h"
#include "core/companions.h"

namespace par::core {
namespace {

constexpr std::size_t kNeighbours = 8;  // a commit's files stand near each other

std::vector<ChangeSet> make_history(const std::vector<RepoPath>& paths, std::size_t count) {
  std::mt19937_64 random(17);
  std::vector<ChangeSet> history(count);
  for (auto& commit : history) {
    const std::size_t place = random() % (paths.size() / (20 * kNeighbours)) * 20 * kNeighbours;
    for (std::size_t n = 1 + random() % 6; n > 0; --n)
      commit.push_back(paths[place + random() % kNeighbours]);
  }
  return history;
}

std::vector<Item> make_items(const std::vector<RepoPath>& paths, std::size_t count) {
  std::mt19937_64 random(61);
  std::vector<Item> items(count);
  for (std::size_t i = 0; i < count; ++i) {
    items[i].id = ItemId("finding-" + std::to_string(i));
    items[i].files.push_back(paths[random() % paths.size()]);
  }
  return items;
}

void measure(const std::vector<RepoPath>& paths, std::size_t commits, std::size_t count) {
  const auto history = make_history(paths, commits);
  const auto items = make_items(paths, count);
  bench::Measurement m;
  std::size_t predicted = 0;
  m.seconds = bench::seconds_of([&] { predicted = predict_companions(items, history, paths, {}).size(); });
  if (predicted == 0) std::abort();
  m.name = "predict, " + std::to_string(commits) + " commits";
  m.n = count;
  bench::print(m);
}

}  // namespace
}  // namespace par::core

int main() {
  std::vector<par::RepoPath> paths;
  for (const auto& path : par::bench::linux_paths()) paths.emplace_back(path);
  if (paths.empty()) return 0;
  for (const std::size_t items : {2'000U, 20'000U, 200'000U}) par::core::measure(paths, 2'000, items);
  for (const std::size_t commits : {20'000U, 200'000U}) par::core::measure(paths, commits, 20'000);
  return 0;
}
