#include "core/queue.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/stable_hash.h"

namespace par::core {
namespace {

constexpr std::int64_t kEnd = std::int64_t{1} << 62U;  // behind every place

std::int64_t below_end(std::uint64_t bits) { return static_cast<std::int64_t>(bits >> 2U); }

std::int64_t place_number(std::string_view text) { return below_end(stable_hash(text).low); }

using FileCounts = std::unordered_map<std::string, std::size_t>;

FileCounts count_files(const Plan& plan) {
  FileCounts counts;
  for (const auto& agent : plan.agents)
    for (const auto& item : agent.items)
      for (const auto& file : item.files) ++counts[fold_name(file.str(), plan.folding())];
  return counts;
}

// Of two files that as many items touch, the one that comes first by name.
std::int64_t lane_of_item(const Item& item, const FileCounts& counts, Folding folding) {
  if (item.files.empty()) return place_number(item.id.str());
  std::pair<std::size_t, std::string> best{0, ""};
  for (const auto& path : item.files) {
    auto file = fold_name(path.str(), folding);
    const auto count = counts.at(file);
    if (count > best.first || (count == best.first && file < best.second)) best = {count, std::move(file)};
  }
  return lane_of(best.second);
}

std::unordered_set<ItemId> all_ids(const Plan& plan) {
  std::unordered_set<ItemId> ids;
  for (const auto& agent : plan.agents)
    for (const auto& item : agent.items) ids.insert(item.id);
  return ids;
}

QueuePlace behind(QueuePlace place) { return {place.lane, place.order + 1}; }

class Picker {
 public:
  Picker(ReadyItems& ready, std::size_t count) : ready_(ready), count_(count) {}

  [[nodiscard]] bool full() const { return picked_.taken == count_; }
  [[nodiscard]] const Picked& picked() const { return picked_; }

  // From `at` on, up to but not including the lane `end`.
  Result<void> take_between(Severity severity, QueuePlace at, std::int64_t end) {
    while (!full()) {
      PAR_ASSIGN(const auto candidate, ready_.first(severity, at));
      if (!candidate || candidate->place.lane >= end) return {};
      PAR_ASSIGN(const auto held, held_lane(*candidate));
      if (!held) {
        PAR_TRY(ready_.take(*candidate));
        ++picked_.taken;
      } else {
        ++picked_.passed_over;
      }
      const bool whole_lane = held && *held == candidate->place.lane;
      at = whole_lane ? QueuePlace{candidate->place.lane + 1, 0} : behind(candidate->place);
    }
    return {};
  }

 private:
  // The lane of a file of the candidate that is held; nullopt: none is.
  Result<std::optional<std::int64_t>> held_lane(const QueueCandidate& candidate) {
    std::optional<std::int64_t> lane;
    for (const auto& file : candidate.files) {
      PAR_ASSIGN(const bool held, ready_.is_held(file));
      if (!held) continue;
      lane = lane_of(file);
      if (*lane == candidate.place.lane) break;
    }
    return lane;
  }

  ReadyItems& ready_;
  std::size_t count_;
  Picked picked_;
};

}  // namespace

std::vector<AgentName> queue_owners(const Plan& plan) {
  std::map<AgentName, const AgentSpec*> first_of;
  std::set<AgentName> divided;
  for (const auto& agent : plan.agents) {
    const auto& spec = agent.spec;
    const auto& first = *first_of.try_emplace(spec.pool, &spec).first->second;
    if (spec.owns != first.owns || spec.rules != first.rules || spec.forbids != first.forbids)
      divided.insert(spec.pool);
  }
  std::vector<AgentName> owners;
  owners.reserve(plan.agents.size());
  for (const auto& agent : plan.agents) {
    const bool alone = agent.spec.pool.empty() || divided.contains(agent.spec.pool);
    owners.push_back(alone ? agent.spec.name : agent.spec.pool);
  }
  return owners;
}

std::int64_t lane_of(const std::string& folded_file) { return place_number(folded_file); }

std::vector<QueuedItem> lay_out_queue(const Plan& plan) {
  const auto counts = count_files(plan);
  const auto known = all_ids(plan);
  std::vector<QueuedItem> queue;
  queue.reserve(known.size());
  const auto owners = queue_owners(plan);
  for (std::size_t i = 0; i < plan.agents.size(); ++i)
    for (const auto& item : plan.agents[i].items) {
      QueuedItem queued{&item, plan.agents[i].spec.name, owners[i], {}, {}};
      queued.place = {lane_of_item(item, counts, plan.folding()), place_number(item.id.str())};
      for (const auto& id : item.after)
        if (known.contains(id)) queued.after.push_back(id);
      std::sort(queued.after.begin(), queued.after.end());
      queued.after.erase(std::unique(queued.after.begin(), queued.after.end()), queued.after.end());
      queue.push_back(std::move(queued));
    }
  return queue;
}

Result<Picked> pick_items(ReadyItems& ready, std::size_t count,
                          const std::function<std::uint64_t()>& random) {
  Picker picker(ready, count);
  for (std::size_t band = 0; band < enum_names<Severity>.size() && !picker.full(); ++band) {
    const auto severity = static_cast<Severity>(band);
    const auto start = below_end(random());
    PAR_TRY(picker.take_between(severity, {start, 0}, kEnd));
    PAR_TRY(picker.take_between(severity, {0, 0}, start));
  }
  return picker.picked();
}

}  // namespace par::core
