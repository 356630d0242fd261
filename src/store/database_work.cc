#include <fmt/format.h>

#include <algorithm>

#include "os/sha256.h"
#include "store/codec.h"
#include "store/database_impl.h"

namespace par::store {
namespace {

std::string hash_of(const PlanId& plan, std::int64_t position, std::string_view body) {
  return os::sha256_hex(fmt::format("{}\n{}\n{}", plan.str(), position, body));
}

core::AgentWork work_of(const core::PlannedAgent& agent) {
  core::AgentWork work{agent.spec.name, agent.spec.pool, {}};
  work.items.reserve(agent.items.size());
  for (const auto& item : agent.items) work.items.push_back({item.id, core::work_hash(item), item.category});
  return work;
}

std::set<AgentName> had_items(const core::Plan& plan) {
  std::set<AgentName> names;
  for (const auto& agent : plan.agents) {
    if (agent.items.empty()) continue;
    names.insert(agent.spec.name);
    if (!agent.spec.pool.empty()) names.insert(agent.spec.pool);
  }
  return names;
}

}  // namespace

Result<void> Database::put_work(const core::Plan& plan) {
  std::vector<std::string> bodies;
  for (const auto& agent : plan.agents) bodies.push_back(encode(work_of(agent)));
  return impl_->write([&]() -> Result<void> {
    PAR_ASSIGN(auto insert,
               impl_->connection.prepare("INSERT OR REPLACE INTO work VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      const auto& agent = plan.agents[i];
      const auto position = static_cast<std::int64_t>(i);
      const auto hash = hash_of(plan.id, position, bodies[i]);
      insert.bind(1, plan.id.str()).bind(2, position).bind(3, agent.spec.name.str());
      insert.bind(4, agent.spec.pool.str()).bind(5, std::int64_t{agent.items.empty() ? 0 : 1});
      insert.bind(6, hash).bind(7, bodies[i]);
      PAR_TRY(insert.finish());
      PAR_TRY(insert.reset());
    }
    return {};
  });
}

// The row's work; nullopt: there is no such row, or it reads wrong.
Result<std::optional<core::AgentWork>> Database::Impl::work_at(const PlanId& plan,
                                                               std::int64_t position) const {
  PAR_ASSIGN(auto query, connection.prepare("SELECT hash, body FROM work WHERE plan = ?1 AND position = ?2"));
  query.bind(1, plan.str()).bind(2, position);
  PAR_ASSIGN(const bool found, query.step());
  std::optional<core::AgentWork> work;
  if (!found || hash_of(plan, position, query.text(1)) != query.text(0)) return work;
  if (auto decoded = decode_work(query.text(1))) work = *std::move(decoded);
  return work;
}

Result<std::vector<core::AgentWork>> Database::work(const PlanId& id,
                                                    const std::vector<std::size_t>& agents) const {
  std::vector<core::AgentWork> works;
  for (const auto agent : agents) {
    PAR_ASSIGN(auto work, impl_->work_at(id, static_cast<std::int64_t>(agent)));
    if (!work) break;
    works.push_back(*std::move(work));
  }
  if (works.size() == agents.size()) return works;
  PAR_ASSIGN(const auto whole, plan(id.str()));
  works.clear();
  for (const auto agent : agents) works.push_back(work_of(whole.agents.at(agent)));
  return works;
}

Result<std::set<AgentName>> Database::had_items(const PlanId& id) const {
  PAR_ASSIGN(auto query,
             impl_->connection.prepare("SELECT agent, pool, has_items FROM work WHERE plan = ?1"));
  query.bind(1, id.str());
  std::set<AgentName> names;
  for (bool is_known = false;; is_known = true) {
    PAR_ASSIGN(const bool more, query.step());
    if (!more && is_known) return names;
    if (!more) break;
    if (query.number(2) == 0) continue;
    names.insert(AgentName(query.text(0)));
    if (!query.text(1).empty()) names.insert(AgentName(query.text(1)));
  }
  PAR_ASSIGN(const auto whole, plan(id.str()));
  return store::had_items(whole);
}

}  // namespace par::store
