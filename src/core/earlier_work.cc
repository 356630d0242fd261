#include "core/earlier_work.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/message_text.h"
#include "base/stable_hash.h"

namespace par::core {
namespace {

struct Sum {
  double seconds = 0;
  std::int64_t count = 0;

  void add(double more) {
    seconds += more;
    ++count;
  }
  [[nodiscard]] EarlierTimes::Mean mean() const {
    const auto mean = std::ceil(seconds / static_cast<double>(count));
    return {std::max<Seconds>(1, static_cast<Seconds>(mean)), count};
  }
};

}  // namespace

std::string work_hash(const Item& item) {
  constexpr std::size_t kDigits = 16;  // 80 bits
  auto files = item.files;
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  std::string parts;
  for (const auto& file : files) append_part(parts, file.str());
  parts += '/';
  append_part(parts, without_places(item.title));
  return base32(stable_hash(parts), kDigits);
}

EarlierTimes learn_times(const std::vector<FinishedWork>& work) {
  std::map<std::string, Sum> of_category;
  std::map<AgentName, Sum> of_agent;
  for (const auto& done : work) {
    if (done.categories.empty()) of_agent[done.agent].add(done.seconds);
    for (const auto& category : done.categories)
      of_category[category].add(done.seconds / static_cast<double>(done.categories.size()));
  }
  EarlierTimes times;
  for (const auto& [category, sum] : of_category) times.of_category.emplace(category, sum.mean());
  for (const auto& [agent, sum] : of_agent) times.of_agent.emplace(agent, sum.mean());
  return times;
}

}  // namespace par::core
