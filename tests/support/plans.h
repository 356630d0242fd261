// Small plans for tests: their parts in one line each, and what they came to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/plan.h"
#include "support/catch.h"

namespace par::test {

using Names = std::vector<std::string>;

inline core::AgentSpec agent(const std::string& name, Names owns, int count = 1) {
  core::AgentSpec spec;
  spec.name = AgentName(name);
  spec.owns = std::move(owns);
  spec.count = count;
  return spec;
}

inline core::Item item(const std::string& id, const Names& files, const Names& after = {}) {
  core::Item item;
  item.id = ItemId(id);
  for (const auto& file : files) item.files.emplace_back(file);
  for (const auto& other : after) item.after.emplace_back(other);
  return item;
}

inline core::Plan plan_of(const core::PlanRequest& request) {
  auto plan = core::make_plan(request);
  if (!plan) FAIL(plan.error().message);
  return *std::move(plan);
}

// "1 fix-2: a b": phase, agent, items.
inline Names shown(const core::Plan& plan) {
  Names lines;
  for (const auto& planned : plan.agents) {
    std::string line = std::to_string(planned.phase) + " " + planned.spec.name.str() + ":";
    for (const auto& item : planned.items) line += " " + item.id.str();
    lines.push_back(line);
  }
  return lines;
}

}  // namespace par::test
