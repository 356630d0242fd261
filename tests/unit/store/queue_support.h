// A queue of one test, with a clock of its own.
#pragma once

#include <optional>
#include <random>

#include "os/file_lock.h"
#include "store//queue.h"
#include "unit/store/state.h"

namespace par::test {

inline core::Item queue_item(const std::string& id, std::vector<std::string> files = {}) {
  core::Item item;
  item.id = ItemId(id);
  for (auto& file : files) item.files.emplace_back(std::move(file));
  return item;
}

inline core::Plan queue_plan(const std::vector<std::pair<std::string, std::vector<core::Item>>>& agents) {
  core::Plan plan;
  for (const auto& [name, items] : agents) {
    core::PlannedAgent agent;
    agent.spec.name = AgentName(name);
    agent.items = items;
    plan.agents.push_back(std::move(agent));
  }
  return plan;
}

inline store::QueueSession session_of(const std::string& agent, int attempt = 1) {
  return {RunId("r1"), {AgentName(agent), attempt}, "", 60'000};
}

class QueueRoom {
 public:
  explicit QueueRoom(const core::Plan& plan)
      : database(state.open()), queue(database, [this] { return now; }) {
    REQUIRE(queue.lay_out(RunId("r1"), plan));
  }

  store::NextItems next(const store::QueueSession& session, std::size_t count = 1,
                        const std::optional<std::string>& category = std::nullopt) {
    auto answer = queue.next(session, count, category, [this] { return chance(); });
    if (!answer) FAIL(answer.error().message);
    return *std::move(answer);
  }
  std::vector<std::string> ids(const store::QueueSession& session, std::size_t count = 1) {
    std::vector<std::string> out;
    for (const auto& claimed : next(session, count).items) out.push_back(claimed.item.id.str());
    std::sort(out.begin(), out.end());
    return out;
  }
  Result<std::vector<ItemId>> end(const store::QueueSession& session, std::vector<std::string> names,
                                  core::ItemState to = core::ItemState::done, int attempt = 0) {
    store::EndRequest request;
    for (auto& name : names) request.items.emplace_back(std::move(name));
    request.to = to;
    request.attempt = attempt;
    return queue.end(session, request);
  }

  State state;
  core::Moment now{"boot-1", 1'000'000};
  std::mt19937_64 chance{5};
  store::Database database;
  store::Queue queue;
};

// What the job of an agent asks with, while it lives.
struct JobSession {
  JobSession(const QueueRoom& room, const std::string& agent) : session(session_of(agent)) {
    session.lock = room.state.dir() + "/job-" + agent;
    lock.emplace(os::FileLock::acquire(session.lock).value());
  }

  store::QueueSession session;
  std::optional<os::FileLock> lock;
};

}  // namespace par::test
