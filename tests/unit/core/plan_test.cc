#include "core/plan.h"

#include <algorithm>
#include <random>

#include "support/catch.h"
#include "support/plans.h"

namespace par::core {
namespace {

using test::Names;
using test::plan_of;

AgentSpec agent(const std::string& name, Names owns, const Names& after = {}) {
  AgentSpec spec;
  spec.name = AgentName(name);
  spec.owns = std::move(owns);
  for (const auto& other : after) spec.after.emplace_back(other);
  return spec;
}

Item item(const std::string& id, const Names& files, Seconds estimate = 0, const Names& after = {}) {
  Item item;
  item.id = ItemId(id);
  for (const auto& file : files) item.files.emplace_back(file);
  item.estimate = estimate;
  for (const auto& other : after) item.after.emplace_back(other);
  return item;
}

PlanRequest request(std::vector<AgentSpec> agents, const Names& paths = {}) {
  PlanRequest request;
  request.base = ObjectId("b0");
  request.target = RefName("refs/heads/main");
  request.config.agents = std::move(agents);
  for (const auto& path : paths) request.paths.emplace_back(path);
  return request;
}

Error error_of(const PlanRequest& request) {
  auto plan = make_plan(request);
  REQUIRE_FALSE(plan);
  return std::move(plan).error();
}

int phase_of(const Plan& plan, const std::string& name) { return plan.find(AgentName(name))->phase; }

Names items_of(const Plan& plan, const std::string& name) {
  Names ids;
  for (const auto& item : plan.find(AgentName(name))->items) ids.push_back(item.id.str());
  return ids;
}

Names names_of(const Plan& plan) {
  Names names;
  for (const auto& planned : plan.agents) names.push_back(planned.spec.name.str());
  return names;
}

Overlap overlap(const char* a, const char* b, const char* witness, OverlapKind kind) {
  return {AgentName(a), AgentName(b), RepoPath(witness), kind, Resolution::serialised};
}

// ---- ownership and overlaps

TEST_CASE("plan: the request's frame is taken over") {
  auto r = request({agent("a", {"src"})});
  r.config.strategy = Strategy::squash;
  r.config.worktrees = "../w/{agent}";
  r.ignore_case = true;
  r.precompose = true;
  const auto plan = plan_of(r);
  CHECK(plan.id.empty());
  CHECK(plan.base == ObjectId("b0"));
  CHECK(plan.target == RefName("refs/heads/main"));
  CHECK(plan.strategy == Strategy::squash);
  CHECK(plan.worktrees == "../w/{agent}");
  CHECK(plan.ignore_case);
  CHECK(plan.precompose);
  CHECK(plan.find(AgentName("b")) == nullptr);
}

TEST_CASE("plan: agents without overlap share a phase") {
  const auto plan =
      plan_of(request({agent("a", {"src/**"}), agent("b", {"docs/**"})}, {"src/x", "docs/y", "z"}));
  CHECK(plan.phases == 1);
  CHECK(plan.overlaps.empty());
  CHECK(plan.unowned_paths == 1);
  CHECK(plan.find(AgentName("a"))->file_count == 1);
}

TEST_CASE("plan: agents that share a path never share a phase, and the earlier in the file goes first") {
  const auto plan =
      plan_of(request({agent("b", {"src"}), agent("a", {"**/x.c"})}, {"src/lib/x.c", "src/x.c"}));
  CHECK(plan.overlaps == std::vector{overlap("b", "a", "src/x.c", OverlapKind::file)});
  CHECK(phase_of(plan, "b") == 1);
  CHECK(phase_of(plan, "a") == 2);
  CHECK(plan.phases == 2);
}

TEST_CASE("plan: the witness is the shortest path of both, then the smallest, once per pair") {
  const auto plan =
      plan_of(request({agent("a", {"**"}), agent("b", {"src/**"})}, {"src/lb", "src/aaa", "src/la", "q"}));
  CHECK(plan.overlaps == std::vector{overlap("a", "b", "src/la", OverlapKind::file)});
}

TEST_CASE("plan: the witness of a pair may belong to a third agent too") {
  const auto plan = plan_of(request({agent("a", {"/src"}), agent("b", {"/src"}), agent("c", {"/src/k"})},
                                    {"src/longer", "src/k", "src/other"}));
  CHECK(plan.overlaps.front() == overlap("a", "b", "src/k", OverlapKind::file));
}

TEST_CASE("plan: paths that do not exist yet overlap too") {
  const auto plan =
      plan_of(request({agent("a", {"src/api/*.py"}), agent("b", {"src/*/handler.py"})}, {"src/api/x.py"}));
  CHECK(plan.overlaps == std::vector{overlap("a", "b", "src/api/handler.py", OverlapKind::new_file)});
  CHECK(phase_of(plan, "b") == 2);
}

TEST_CASE("plan: what is forbidden does not overlap") {
  auto a = agent("a", {"src/**"});
  a.forbids = {"src/api"};
  const auto plan = plan_of(request({a, agent("b", {"src/api/**"})}, {"src/api/x", "src/y"}));
  CHECK(plan.overlaps.empty());
  CHECK(plan.phases == 1);
}

TEST_CASE("plan: case is folded where the repository does") {
  auto r = request({agent("a", {"Foo/x"}), agent("b", {"foo/x"})});
  CHECK(plan_of(r).overlaps.empty());
  r.ignore_case = true;
  CHECK(plan_of(r).overlaps == std::vector{overlap("a", "b", "foo/x", OverlapKind::new_file)});
}

TEST_CASE("plan: characters are composed where the repository does") {
  auto r = request({agent("a", {"/caf\xc3\xa9"}), agent("b", {"/cafe\xcc\x81/x"})}, {"cafe\xcc\x81/x"});
  CHECK(plan_of(r).overlaps.empty());
  r.precompose = true;
  CHECK(plan_of(r).overlaps == std::vector{overlap("a", "b", "cafe\xcc\x81/x", OverlapKind::file)});
}

TEST_CASE("plan: overlaps are listed by the file's order, whether their path exists or not") {
  const auto plan = plan_of(
      request({agent("a", {"x/*.c", "y/k"}), agent("b", {"x/a*"}), agent("c", {"y/k"})}, {"y/k", "x/z.c"}));
  CHECK(plan.overlaps == std::vector{overlap("a", "b", "x/a.c", OverlapKind::new_file),
                                     overlap("a", "c", "y/k", OverlapKind::file)});
}

TEST_CASE("plan: agents of ordered rules are planned like all others") {
  auto docs = agent("docs", {});
  docs.rules = {{"docs/**", true, false, 0}, {"docs/api/**", false, false, 0}};
  const auto plan =
      plan_of(request({docs, agent("api", {"docs/api/**"})}, {"docs/x", "docs/api/y", "docs/z"}));
  CHECK(plan.overlaps.empty());
  CHECK(plan.find(AgentName("docs"))->file_count == 2);
  CHECK(plan.unowned_paths == 0);
}

TEST_CASE("plan: three agents of one file are three phases and three overlaps") {
  const auto plan = plan_of(request({agent("a", {"x"}), agent("b", {"x"}), agent("c", {"x"})}, {"x"}));
  CHECK(plan.phases == 3);
  CHECK(plan.overlaps.size() == 3);
}

TEST_CASE("plan: overlaps of agents already ordered by 'after' are listed and keep that order") {
  const auto plan = plan_of(request({agent("a", {"x"}, {"b"}), agent("b", {"x"})}, {"x"}));
  CHECK(plan.overlaps == std::vector{overlap("a", "b", "x", OverlapKind::file)});
  CHECK(phase_of(plan, "b") == 1);
  CHECK(phase_of(plan, "a") == 2);
}

TEST_CASE("plan: overlaps never turn stated orders into a cycle") {
  // a before b and b before c by overlap, but c before a by 'after'.
  const auto plan =
      plan_of(request({agent("a", {"/x"}, {"c"}), agent("b", {"/x", "/y"}), agent("c", {"/y"})}, {"x", "y"}));
  CHECK(phase_of(plan, "c") == 1);
  CHECK(phase_of(plan, "a") == 2);
  CHECK(phase_of(plan, "b") == 3);
}

TEST_CASE("plan: a refused overlap names both agents and the witness") {
  auto r = request({agent("a", {"/x", "/y"}), agent("b", {"/x"}), agent("c", {"/y"})}, {"x", "y"});
  r.config.policy.on_overlap = OnOverlap::refuse;
  const auto error = error_of(r);
  CHECK(error.kind == ErrorKind::refused);
  CHECK(error.message == "agents 'a' and 'b' both own 'x'");
  CHECK(error.causes == Names{"agents 'a' and 'c' both own 'y'"});
  CHECK(error.hints.size() == 1);
}

TEST_CASE("plan: an overlap that 'after' orders is not refused") {
  auto r = request({agent("a", {"x"}), agent("b", {"x"}, {"a"})}, {"x"});
  r.config.policy.on_overlap = OnOverlap::refuse;
  CHECK(plan_of(r).overlaps.size() == 1);
}

TEST_CASE("plan: the order of the paths does not matter") {
  Names paths;
  for (const char* dir : {"a", "b", "src", "src/api"})
    for (const char* file : {"x.c", "y.c", "handler.py", "long_name.py"})
      paths.push_back(std::string(dir) + "/" + file);
  const std::vector<AgentSpec> agents{agent("m", {"src/**"}), agent("k", {"*.py"}), agent("l", {"a", "*.c"})};
  const auto first = plan_of(request(agents, paths));
  std::mt19937 random(3);  // NOLINT: the same orders every time
  for (int i = 0; i < 20; ++i) {
    std::shuffle(paths.begin(), paths.end(), random);
    REQUIRE(plan_of(request(agents, paths)) == first);
  }
}

// ---- phases

TEST_CASE(
    "plan: agents come in later phases than all they are after, by phase and then in the file's order") {
  const auto plan = plan_of(request(
      {agent("d", {"/d"}, {"b", "c"}), agent("c", {"/c"}, {"a"}), agent("b", {"/b"}), agent("a", {"/a"})}));
  CHECK(names_of(plan) == Names{"b", "a", "c", "d"});
  CHECK(plan.phases == 3);
}

TEST_CASE("plan: a cycle is printed") {
  const auto error = error_of(request({agent("a", {"a"}, {"b"}), agent("b", {"b"}, {"a"})}));
  CHECK(error.kind == ErrorKind::fatal);
  CHECK(error.message == "agents wait for each other: a -> b -> a");
  CHECK(error.causes.empty());
}

TEST_CASE("plan: names that do not exist come with a suggestion") {
  const auto error = error_of(request({agent("errors", {"a"}), agent("tests", {"b"}, {"error"})}));
  CHECK(error.message == "agent 'tests' is after 'error', which does not exist");
  CHECK(error.hints == Names{"did you mean 'errors'?"});
  auto r = request({agent("errors", {"a"})});
  r.config.items = {item("x1", {"a"})};
  r.config.items[0].agent = AgentName("eror");
  CHECK(error_of(r).message == "item 'x1' is for agent 'eror', which does not exist");
  r.config.items = {item("x1", {"a"}, 0, {"x2"})};
  CHECK(error_of(r).message == "item 'x1' is after 'x2', which does not exist");
}

TEST_CASE("plan: nothing to plan with is an error with a way out") {
  const auto error = error_of(request({}));
  CHECK(error.message == "there are no agents");
  CHECK(error.hints == Names{"add an [agent.<name>] section to '.gitpar.toml', or divide the items with "
                             "--agents <n>"});
}

TEST_CASE("plan: what is listed twice is an error") {
  CHECK(error_of(request({agent("a", {"x"}), agent("a", {"y"})})).message == "agent 'a' is listed twice");
  auto r = request({agent("a", {"x"})});
  r.config.items = {item("i", {"x"}), item("i", {"x"})};
  CHECK(error_of(r).message == "item 'i' is listed twice");
}

TEST_CASE("plan: a pattern that cannot be read names its agent") {
  CHECK(error_of(request({agent("a", {"x//y"})})).message == "cannot read 'owns' of agent 'a'");
}

// ---- items

TEST_CASE("plan: an item goes to the agent that owns all its files, else to nobody") {
  auto r = request({agent("a", {"src"}), agent("b", {"docs"})});
  r.config.items = {item("i1", {"docs/x"}), item("i2", {"src/x", "docs/x"}), item("i3", {"src/x", "src/y"}),
                    item("i4", {"top"})};
  const auto plan = plan_of(r);
  CHECK(items_of(plan, "a") == Names{"i3"});
  CHECK(items_of(plan, "b") == Names{"i1"});
  CHECK(plan.unowned_items == std::vector{ItemId("i2"), ItemId("i4")});
}

TEST_CASE("plan: categories limit the items an agent takes") {
  auto r = request({agent("a", {"src"}), agent("b", {"src"})});
  r.config.agents[0].categories = {"errors"};
  r.config.items = {item("i1", {"src/x"}), item("i2", {"src/x"})};
  r.config.items[1].category = "errors";
  const auto plan = plan_of(r);
  CHECK(items_of(plan, "a") == Names{"i2"});
  CHECK(items_of(plan, "b") == Names{"i1"});
}

TEST_CASE("plan: items spread by estimated work, the heaviest first, whatever their order") {
  auto r = request({agent("a", {"src"}), agent("b", {"src"})});
  r.config.items = {item("i1", {"src/x"}, 10), item("i2", {"src/x"}, 5), item("i3", {"src/x"}, 5),
                    item("i4", {"src/x"}, 1)};
  const auto plan = plan_of(r);
  CHECK(items_of(plan, "a") == Names{"i1", "i4"});
  CHECK(items_of(plan, "b") == Names{"i2", "i3"});
}

TEST_CASE("plan: a pinned item goes to its agent") {
  auto r = request({agent("a", {"src"}), agent("b", {"docs"})});
  r.config.items = {item("i1", {"src/x"})};
  r.config.items[0].agent = AgentName("b");
  CHECK(items_of(plan_of(r), "b") == Names{"i1"});
}

TEST_CASE("plan: an item after another agent's item puts its agent behind that one") {
  auto r = request({agent("a", {"src"}), agent("b", {"docs"})});
  r.config.items = {item("i1", {"src/x"}, 0, {"i2"}), item("i2", {"docs/x"})};
  const auto plan = plan_of(r);
  CHECK(phase_of(plan, "b") == 1);
  CHECK(phase_of(plan, "a") == 2);
}

TEST_CASE("plan: an agent's items stand behind what they come after") {
  auto r = request({agent("a", {"src"})});
  r.config.items = {item("i1", {"src/x"}, 0, {"i3"}), item("i2", {"src/x"}), item("i3", {"src/x"})};
  CHECK(items_of(plan_of(r), "a") == Names{"i2", "i3", "i1"});
}

TEST_CASE("plan: a cycle of items is printed") {
  auto r = request({agent("a", {"src"})});
  r.config.items = {item("i1", {"src/x"}, 0, {"i2"}), item("i2", {"src/x"}, 0, {"i1"})};
  CHECK(error_of(r).message == "items wait for each other: i1 -> i2 -> i1");
}

TEST_CASE("plan: a cycle of agents through their items says which items") {
  auto r = request({agent("a", {"src"}, {"b"}), agent("b", {"docs"})});
  r.config.items = {item("i1", {"src/x"}), item("i2", {"docs/x"}, 0, {"i1"})};
  const auto error = error_of(r);
  CHECK(error.message == "agents wait for each other: a -> b -> a");
  CHECK(error.causes == Names{"item 'i2' of 'b' is after item 'i1' of 'a'"});
}

// ---- validations

TEST_CASE("plan: an agent's commands become validations behind the file's") {
  auto r = request({agent("a", {"src"}), agent("b", {"docs"})});
  ValidationSpec unit;
  unit.name = "unit";
  unit.when = When::integration;
  ValidationSpec taken;
  taken.name = "b-1";
  r.config.validations = {unit, taken};
  r.config.agents[1].validate = {"make docs", "make links"};
  const auto plan = plan_of(r);
  CHECK(plan.find(AgentName("a"))->validations == Names{"unit", "b-1"});
  CHECK(plan.find(AgentName("b"))->validations == Names{"unit", "b-1", "b-2", "b-3"});
  REQUIRE(plan.validations.size() == 4);
  CHECK(plan.validations[2].name == "b-2");
  CHECK(plan.validations[2].run == "make docs");
  CHECK(plan.validations[2].report == ReportKind::exit);
  CHECK(plan.validations[3].run == "make links");
}

// ---- the decision

PlanRequest estimated(const std::vector<Seconds>& estimates) {
  std::vector<AgentSpec> agents;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    const auto name = std::string(1, static_cast<char>('a' + i));
    agents.push_back(agent(name, {name + "/x"}));
    agents.back().estimate = estimates[i];
  }
  return request(std::move(agents));
}

TEST_CASE("plan: without estimates agents run in parallel") {
  const auto plan = plan_of(estimated({0, 0}));
  CHECK(plan.decision.mode == Mode::parallel);
  CHECK(plan.decision.reasons == Names{"no estimates: parallel by default"});
  CHECK(plan.decision.speedup == 1);
  CHECK(plan.jobs == 4);
}

TEST_CASE("plan: the decision compares the sum with the longest place, phase by phase") {
  auto r = estimated({600, 500, 400, 300});
  r.config.policy.jobs = 2;
  auto plan = plan_of(r);
  CHECK(plan.decision.mode == Mode::parallel);
  CHECK(plan.decision.sequential_s == 1800);
  CHECK(plan.decision.parallel_s == 900);
  CHECK(plan.decision.speedup == 2);
  CHECK(plan.decision.efficiency == 0.5);
  CHECK(plan.decision.reasons == Names{"speedup 2.00: 30m 00s in sequence, 15m 00s with 2 jobs"});
  r.config.agents[3].after = {AgentName("a")};
  plan = plan_of(r);
  CHECK(plan.decision.parallel_s == 900 + 300);
}

TEST_CASE("plan: estimates of items count where the agent has none") {
  auto r = estimated({0, 1000});
  r.config.items = {item("i1", {"a/x"}, 700), item("i2", {"a/x"}, 300), item("i3", {"b/x"}, 5)};
  CHECK(plan_of(r).decision.sequential_s == 2000);
}

TEST_CASE("plan: too small a speedup runs in sequence and says why") {
  const auto plan = plan_of(estimated({1000, 100}));
  CHECK(plan.decision.mode == Mode::sequential);
  CHECK(plan.jobs == 4);
  CHECK(plan.decision.reasons ==
        Names{"speedup 1.10 (18m 20s in sequence, 16m 40s with 4 jobs) is below min_speedup 1.50"});
}

TEST_CASE("plan: too little work runs in sequence and says why") {
  const auto plan = plan_of(estimated({100, 100}));
  CHECK(plan.decision.mode == Mode::sequential);
  CHECK(plan.decision.reasons == Names{"3m 20s in sequence is below min_sequential 5m 00s"});
}

TEST_CASE("plan: force overrides and keeps the reasons") {
  auto r = estimated({100, 100});
  r.force_parallel = true;
  const auto plan = plan_of(r);
  CHECK(plan.decision.mode == Mode::parallel);
  CHECK(plan.jobs == 4);
  CHECK(plan.decision.reasons ==
        Names{"3m 20s in sequence is below min_sequential 5m 00s", "parallel all the same: it was forced"});
}

TEST_CASE("plan: agents without an estimate are named when others have one") {
  const auto plan = plan_of(estimated({1000, 1000, 0}));
  CHECK(plan.decision.mode == Mode::parallel);
  CHECK(plan.decision.reasons.back() == "no estimate for 'c': counted as 0s");
}

TEST_CASE("plan: one agent, or one place, is a sequence") {
  CHECK(plan_of(estimated({0})).decision.mode == Mode::sequential);
  auto r = estimated({1000, 1000});
  r.jobs_cap = 1;
  const auto plan = plan_of(r);
  CHECK(plan.decision.mode == Mode::sequential);
  CHECK(plan.decision.reasons == Names{"jobs is 1: one agent at a time"});
}

TEST_CASE("plan: the user's cap lowers the number of jobs and never raises it") {
  auto r = estimated({1000, 1000});
  r.jobs_cap = 2;
  CHECK(plan_of(r).jobs == 2);
  r.jobs_cap = 9;
  CHECK(plan_of(r).jobs == 4);
  r.config.policy.jobs = 0;
  CHECK(plan_of(r).jobs == 1);
}

}  // namespace
}  // namespace par::core
