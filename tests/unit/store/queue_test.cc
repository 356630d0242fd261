#include "store/queue.h"

#include <set>

#include "os/file_lock.h"
#include "unit/store/queue_support.h"

using namespace par;
using namespace par::test;
using core::ItemState;
using Names = std::vector<std::string>;

TEST_CASE("queue rows: an item is given once, with its files, and nothing is left then") {
  QueueRoom room(queue_plan({{"one", {queue_item("a", {"x.c"}), queue_item("b", {"y.c"})}}}));
  const auto first = room.next(session_of("one"));
  REQUIRE(first.items.size() == 1);
  CHECK(first.items[0].attempt == 1);
  CHECK(first.items[0].item.files.size() == 1);
  CHECK(room.next(session_of("one"), 5).items.size() == 1);
  const auto none = room.next(session_of("one"));
  CHECK(none.items.empty());
  CHECK_FALSE(none.others_hold);
  CHECK_FALSE(none.waiting);
}

TEST_CASE("queue rows: an agent gets the items of its own entry, a pool's worker those of the pool") {
  auto plan = queue_plan({{"p-1", {queue_item("a")}}, {"p-2", {queue_item("b")}}, {"x", {queue_item("c")}}});
  plan.agents[0].spec.pool = plan.agents[1].spec.pool = AgentName("p");
  QueueRoom room(plan);
  CHECK(room.ids(session_of("p-2"), 9) == Names{"a", "b"});
  CHECK(room.ids(session_of("x"), 9) == Names{"c"});
  const auto stranger = room.queue.next(session_of("nobody"), 1, std::nullopt, [] { return 1; });
  CHECK(message_of(stranger) == "run 'r1' has no agent 'nobody'");
}

TEST_CASE("queue rows: a category is all that is given when it is asked for") {
  auto plan = queue_plan({{"one", {queue_item("a"), queue_item("b")}}});
  plan.agents[0].items[1].category = "style";
  QueueRoom room(plan);
  const auto style = room.next(session_of("one"), 5, "style");
  REQUIRE(style.items.size() == 1);
  CHECK(style.items[0].item.id == ItemId("b"));
  CHECK(room.next(session_of("one"), 5, "none").items.empty());
}

TEST_CASE("queue rows: no file of an item that somebody else has, in either spelling, is given") {
  auto plan = queue_plan({{"one", {queue_item("a", {"x.c"})}}, {"two", {queue_item("b", {"y.c", "X.C"})}}});
  plan.ignore_case = true;
  QueueRoom room(plan);
  REQUIRE(room.ids(session_of("one")) == Names{"a"});
  const auto held = room.next(session_of("two"));
  CHECK(held.items.empty());
  CHECK(held.others_hold);
  REQUIRE(room.end(session_of("one"), {"a"}));
  CHECK(room.ids(session_of("two")) == Names{"b"});
}

TEST_CASE("queue rows: an item waits until all that it comes after is done") {
  auto c = queue_item("c");
  c.after = {ItemId("a"), ItemId("b")};
  QueueRoom room(queue_plan({{"one", {queue_item("a"), queue_item("b"), c}}}));
  CHECK(room.ids(session_of("one"), 9) == Names{"a", "b"});
  REQUIRE(room.end(session_of("one"), {"a"}));
  REQUIRE(room.end(session_of("one"), {"b"}, ItemState::failed));
  const auto stuck = room.next(session_of("one"));
  CHECK(stuck.items.empty());
  CHECK_FALSE(stuck.waiting);
  CHECK(stuck.after_failed);
  CHECK(stuck.retry_in == 0);
}

TEST_CASE("queue rows: an item that is named twice is done once") {
  auto c = queue_item("c");
  c.after = {ItemId("a"), ItemId("b")};
  QueueRoom room(queue_plan({{"one", {queue_item("a"), queue_item("b"), c}}}));
  REQUIRE(room.ids(session_of("one"), 9) == Names{"a", "b"});
  CHECK(room.end(session_of("one"), {"a", "a"})->size() == 1);
  CHECK(room.ids(session_of("one")).empty());
  CHECK(room.next(session_of("one")).waiting);
  REQUIRE(room.end(session_of("one"), {"b", "b"}, ItemState::ready)->size() == 1);
  REQUIRE(room.ids(session_of("one"), 9) == Names{"b"});
  REQUIRE(room.end(session_of("one"), {"b"}));
  CHECK(room.ids(session_of("one")) == Names{"c"});
}

TEST_CASE("queue rows: what comes after a failed item is given up with it, until its agent starts anew") {
  auto b = queue_item("b");
  b.after = {ItemId("a")};
  auto c = queue_item("c");
  c.after = {ItemId("b")};
  c.category = "style";
  auto e = queue_item("e");
  e.after = {ItemId("d")};
  const RunId run("r1");
  QueueRoom room(queue_plan({{"one", {queue_item("a"), b, c}}, {"two", {queue_item("d"), e}}}));
  REQUIRE(room.ids(session_of("one"), 9) == Names{"a"});
  CHECK(room.next(session_of("one")).waiting);
  CHECK_FALSE(room.next(session_of("one"), 1, "other").waiting);
  REQUIRE(room.end(session_of("one"), {"a"}, ItemState::failed));
  CHECK(room.next(session_of("one"), 1, "style").after_failed);
  CHECK(room.queue.counts(run)->front().failed == 1);
  CHECK(room.queue.counts(run)->front().stuck == 2);
  // The other agent's items wait for nothing of this.
  REQUIRE(room.ids(session_of("two")) == Names{"d"});
  CHECK(room.next(session_of("two")).waiting);
  REQUIRE(room.end(session_of("two"), {"d"}));
  REQUIRE(room.ids(session_of("two")) == Names{"e"});
  REQUIRE(room.end(session_of("two"), {"e"}));

  REQUIRE(room.ids(session_of("one", 2)) == Names{"a"});
  REQUIRE(room.end(session_of("one", 2), {"a"}, ItemState::failed));
  REQUIRE(room.queue.finish_agents(run, {AgentName("one"), AgentName("two")}));
  const std::set<ItemId> all{ItemId("a"), ItemId("b"), ItemId("c")};
  CHECK(*room.queue.left_undone(run, AgentName("one")) == all);
  REQUIRE(room.queue.forget(run));
  CHECK(*room.queue.left_undone(run, AgentName("one")) == all);
  CHECK(room.queue.left_undone(run, AgentName("two"))->empty());
}

TEST_CASE("queue rows: who pulls its work has done what it says, who does not has done all") {
  auto d = queue_item("d");
  d.after = {ItemId("b")};
  const RunId run("r1");
  QueueRoom room(
      queue_plan({{"one", {queue_item("a"), queue_item("b")}}, {"two", {queue_item("c")}}, {"x", {d}}}));
  const auto first = room.ids(session_of("one"));
  REQUIRE(room.end(session_of("one"), first));
  const std::set<ItemId> other{ItemId(first == Names{"a"} ? "b" : "a")};
  CHECK(*room.queue.left_undone(run, AgentName("one")) == other);
  CHECK(room.queue.left_undone(run, AgentName("two"))->empty());
  // Whoever comes after it need not wait for ever, but it is not done for that.
  REQUIRE(room.queue.finish_agents(run, {AgentName("one"), AgentName("two")}));
  CHECK(room.ids(session_of("x")) == Names{"d"});
  CHECK(*room.queue.left_undone(run, AgentName("one")) == other);
  REQUIRE(room.queue.forget(run));
  CHECK(*room.queue.left_undone(run, AgentName("one")) == other);
  CHECK(room.queue.left_undone(run, AgentName("two"))->empty());
}

TEST_CASE("queue rows: who asked for items pulls them, also when it got none, or lost what it got") {
  const RunId run("r1");
  const AgentName one("one");
  const AgentName two("two");
  QueueRoom room(queue_plan({{"one", {queue_item("a", {"x"})}}, {"two", {queue_item("b")}}}));
  const auto pulls = [&] {
    const auto counts = room.queue.counts(run).value();
    return std::pair(counts.front().pulls, counts.back().pulls);
  };
  const JobSession job(room, "one");
  CHECK(pulls() == std::pair(false, false));
  const store::QueueSession boss{RunId(), {AgentName("boss"), 0}, "", 10'000};
  REQUIRE(room.queue.claim_paths(boss, {RepoPath("x")}, {}));
  // Who asks by hand in its name is not the agent.
  REQUIRE(room.queue.next(session_of("two"), 1, "no such", [&] { return room.chance(); })->items.empty());
  SECTION("it lost") { REQUIRE(room.next(job.session).others_hold); }
  SECTION("its session ended, and what it held is free") {
    REQUIRE(room.queue.release_paths(boss, {RepoPath("x")}, {}));
    REQUIRE(room.ids(job.session) == Names{"a"});
    REQUIRE(room.queue.end_sessions(run));
  }
  CHECK(pulls() == std::pair(true, false));
  CHECK(*room.queue.left_undone(run, one) == std::set{ItemId("a")});
  CHECK(room.queue.left_undone(run, two)->empty());
  REQUIRE(room.queue.finish_agents(run, {one, two}));
  CHECK(room.queue.counts(run)->front().failed == 1);
  CHECK(room.queue.counts(run)->back().done == 1);
  REQUIRE(room.queue.forget(run));
  CHECK(*room.queue.left_undone(run, one) == std::set{ItemId("a")});
  CHECK(room.queue.left_undone(run, two)->empty());
}

TEST_CASE("queue rows: what an agent that lost leaves behind stays undone when the queue is forgotten") {
  const RunId run("r1");
  QueueRoom room(queue_plan({{"one", {queue_item("a", {"x"})}}, {"two", {queue_item("b")}}}));
  const store::QueueSession boss{RunId(), {AgentName("boss"), 0}, "", 10'000};
  REQUIRE(room.queue.claim_paths(boss, {RepoPath("x")}, {}));
  const JobSession job(room, "one");
  REQUIRE(room.next(job.session).others_hold);
  REQUIRE(room.queue.forget(run));
  CHECK(*room.queue.left_undone(run, AgentName("one")) == std::set{ItemId("a")});
  CHECK(room.queue.left_undone(run, AgentName("two"))->empty());
}

TEST_CASE("queue rows: a run that an older version laid out goes on") {
  QueueRoom room(queue_plan({{"one", {queue_item("a"), queue_item("b")}}}));
  REQUIRE(room.next(session_of("one")).items.size() == 1);
  room.state.change("ALTER TABLE queue_agent DROP COLUMN pulls; PRAGMA user_version=4");
  const auto database = room.state.open();
  store::Queue queue(database, [&] { return room.now; });
  CHECK(queue.left_undone(RunId("r1"), AgentName("one"))->size() == 2);
  const JobSession job(room, "one");
  CHECK(queue.next(job.session, 1, std::nullopt, [&] { return room.chance(); })->items.size() == 1);
  CHECK(queue.counts(RunId("r1"))->front().pulls);
}

TEST_CASE("queue rows: a job's heartbeat is fine without a claim, unless a newer attempt is at work") {
  QueueRoom room(queue_plan({{"one", {queue_item("a")}}}));
  auto job = session_of("one", 1);
  job.lock = room.state.dir() + "/session";
  const auto held = room.queue.heartbeat(job);
  REQUIRE(message_of(held) == "no error");
  CHECK(held->count == 0);
  CHECK(held->lease == 0);
  CHECK(message_of(room.queue.heartbeat(session_of("one", 1))) == "agent 'one' holds nothing");
  REQUIRE(room.ids(session_of("one", 2)) == Names{"a"});
  CHECK_FALSE(room.queue.heartbeat(job));
}

TEST_CASE("queue rows: a session whose lock is gone has lost its claims, also to itself") {
  QueueRoom room(queue_plan({{"one", {queue_item("a")}}}));
  auto session = session_of("one");
  session.lock = room.state.dir() + "/session";
  {
    const auto lock = os::FileLock::acquire(session.lock);
    REQUIRE(lock);
    REQUIRE(room.ids(session) == Names{"a"});
  }
  // What is left of it comes without the lock.
  CHECK_FALSE(room.end(session_of("one"), {"a"}));
  CHECK(room.queue.counts(RunId("r1"))->front().ready == 1);
}

TEST_CASE("queue rows: what is claimed together lies together in the database") {
  std::vector<core::Item> items;
  for (int i = 0; i < 2'000; ++i)
    items.push_back(queue_item("i" + std::to_string(i), {"f" + std::to_string(i)}));
  QueueRoom room(queue_plan({{"one", std::move(items)}}));
  REQUIRE(room.next(session_of("one"), 16).items.size() == 16);
  // In a row, or in two where the batch went on from the start.
  const auto rows = room.state.number(
      "SELECT count(*) FROM queue_item a WHERE state = 'claimed' AND NOT EXISTS "
      "(SELECT 1 FROM queue_item b WHERE b.number = a.number - 1 AND "
      "b.state = 'claimed')");
  CHECK(rows <= 2);
}

TEST_CASE("queue rows: what an agent's branch brought in unclaimed is done for what comes after it") {
  auto b = queue_item("b");
  b.after = {ItemId("a")};
  QueueRoom room(queue_plan({{"one", {queue_item("a")}}, {"two", {b}}}));
  CHECK(room.next(session_of("two")).waiting);
  REQUIRE(room.queue.finish_agents(RunId("r1"), {AgentName("one")}));
  CHECK(room.ids(session_of("two")) == Names{"b"});
  CHECK(room.next(session_of("one")).items.empty());
}

TEST_CASE("queue rows: a lease that ran out frees the item, and its late end is refused") {
  QueueRoom room(queue_plan({{"p-1", {queue_item("a", {"x"})}}, {"p-2", {}}}));
  room.state.change("UPDATE queue_agent SET owner = 'p'; UPDATE queue_item SET owner = 'p'");
  REQUIRE(room.ids(session_of("p-1")) == Names{"a"});
  room.now.now += 59'000;
  REQUIRE(room.next(session_of("p-2")).items.empty());
  CHECK(room.queue.heartbeat(session_of("p-1"))->count == 1);
  room.now.now += 59'000;
  REQUIRE(room.next(session_of("p-2")).items.empty());
  room.now.now += 1'000;
  const auto again = room.next(session_of("p-2"));
  REQUIRE(again.items.size() == 1);
  CHECK(again.items[0].attempt == 2);
  CHECK(message_of(room.end(session_of("p-1"), {"a"}, ItemState::done, 1)) ==
        "item 'a' is not claimed by agent 'p-1' (attempt 1): agent 'p-2' has it now (attempt 2)");
  CHECK(message_of(room.queue.heartbeat(session_of("p-1"))) == "agent 'p-1' holds nothing");
  CHECK(room.end(session_of("p-2"), {"a"}, ItemState::done, 2));
}

TEST_CASE("queue rows: a reboot ends every lease") {
  QueueRoom room(queue_plan({{"one", {queue_item("a")}}}));
  REQUIRE(room.ids(session_of("one")) == Names{"a"});
  room.now = {"boot-2", 1'000'001};
  CHECK(room.ids(session_of("one")) == Names{"a"});
}

TEST_CASE("queue rows: what a session held whose lock nobody holds is free at once") {
  auto plan = queue_plan({{"p-1", {queue_item("a")}}, {"p-2", {}}});
  plan.agents[0].spec.pool = plan.agents[1].spec.pool = AgentName("p");
  QueueRoom room(plan);
  auto session = session_of("p-1");
  session.lock = room.state.dir() + "/session";
  {
    const auto lock = os::FileLock::acquire(session.lock);
    REQUIRE(lock);
    REQUIRE(room.ids(session) == Names{"a"});
    CHECK(room.next(session_of("p-2")).items.empty());
  }
  CHECK(room.ids(session_of("p-2")) == Names{"a"});
}

TEST_CASE("queue rows: an agent's new attempt starts over, and its old one is refused") {
  auto c = queue_item("c");
  c.after = {ItemId("a")};
  QueueRoom room(queue_plan({{"one", {queue_item("a", {"x"}), queue_item("b"), c}}}));
  REQUIRE(room.ids(session_of("one", 1), 2) == Names{"a", "b"});
  REQUIRE(room.end(session_of("one", 1), {"a"}));
  CHECK(room.ids(session_of("one", 2), 9) == Names{"a", "b"});
  CHECK(message_of(room.end(session_of("one", 1), {"b"})) ==
        "agent 'one' is at attempt 2 now, and this is attempt 1");
  CHECK(message_of(room.queue.heartbeat(session_of("one", 1))) ==
        "agent 'one' is at attempt 2 now, and this is attempt 1");
  REQUIRE(room.end(session_of("one", 2), {"a"}));
  CHECK(room.ids(session_of("one", 2)) == Names{"c"});
}

TEST_CASE("queue rows: a batch ends as a whole or not at all") {
  QueueRoom room(queue_plan({{"one", {queue_item("a"), queue_item("b"), queue_item("c"), queue_item("d")}}}));
  const auto first = room.ids(session_of("one"), 2);
  const auto second = room.ids(session_of("one"), 2);
  CHECK_FALSE(room.end(session_of("one"), {first[0], "unknown"}));
  CHECK(room.queue.counts(RunId("r1"))->front().done == 0);

  store::EndRequest batch;
  batch.batch = true;
  const auto ended = room.queue.end(session_of("one"), batch);
  REQUIRE(ended);
  CHECK(Names{ended->at(0).str(), ended->at(1).str()} == second);
  CHECK(room.queue.end(session_of("one"), batch)->empty());
  CHECK(message_of(room.queue.end(session_of("two"), batch)) == "agent 'two' has no batch");

  batch.items = {ItemId(first[1])};
  REQUIRE(room.queue.end(session_of("one"), batch));
  CHECK(room.queue.counts(RunId("r1"))->front().done == 4);
}

TEST_CASE("queue rows: an item that failed keeps its reason when that is said again without one") {
  QueueRoom room(queue_plan({{"one", {queue_item("a")}}}));
  REQUIRE(room.ids(session_of("one")) == Names{"a"});
  const auto fail = [&](const std::string& reason) {
    store::EndRequest request;
    request.items = {ItemId("a")};
    request.to = ItemState::failed;
    request.reason = reason;
    REQUIRE(room.queue.end(session_of("one"), request)->size() == 1);
    return room.queue.failed(RunId("r1"), AgentName("one"), 9)->front().reason;
  };
  CHECK(fail("too hard") == "too hard");
  CHECK(fail("") == "too hard");
  CHECK(fail("far too hard") == "far too hard");
}

TEST_CASE("queue rows: counts say what is claimed by the living, and ready otherwise") {
  QueueRoom room(
      queue_plan({{"one", {queue_item("a"), queue_item("b"), queue_item("c")}}, {"two", {queue_item("d")}}}));
  REQUIRE(room.next(session_of("one"), 2).items.size() == 2);
  auto counts = *room.queue.counts(RunId("r1"));
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].claimed == 2);
  CHECK(counts[0].ready == 1);
  CHECK(room.queue.claims()->size() == 2);
  room.now.now += 60'000;
  counts = *room.queue.counts(RunId("r1"));
  CHECK(counts[0].claimed == 0);
  CHECK(counts[0].ready == 3);
  CHECK(room.queue.claims()->empty());
}

namespace {

store::QueueSession visitor(const std::string& name) { return {RunId(), {AgentName(name), 0}, "", 60'000}; }

std::vector<RepoPath> paths(const Names& names) { return {names.begin(), names.end()}; }

}  // namespace

TEST_CASE("queue rows: path claims exclude each other, what is below and what is above") {
  QueueRoom room(queue_plan({{"one", {}}}));
  REQUIRE(room.queue.claim_paths(visitor("me"), paths({"src/api"}), {}));
  CHECK(message_of(room.queue.claim_paths(visitor("you"), paths({"other", "src/api/x.c"}), {})) ==
        "'src/api/x.c' is held by agent 'me'");
  for (const auto* path : {"src/api", "src", ""})
    CHECK_FALSE(room.queue.claim_paths(visitor("you"), paths({path}), {}));
  CHECK(room.queue.claim_paths(visitor("you"), paths({"src/api2", "src/ap", "other"}), {}));
  CHECK(room.queue.claim_paths(visitor("me"), paths({"src/api/x.c"}), {}));
  CHECK_FALSE(room.queue.release_paths(visitor("you"), paths({"src/api"}), {}));
  CHECK(room.queue.release_paths(visitor("me"), paths({"src/api", "src/api/x.c"}), {}));
  CHECK(message_of(room.queue.release_paths(visitor("me"), paths({"src/api"}), {})) ==
        "'src/api' is not claimed");
  CHECK(room.queue.claim_paths(visitor("new"), paths({"src/api"}), {}));
}

TEST_CASE("queue rows: what is given back of a visitor leaves nothing of it") {
  QueueRoom room(queue_plan({{"one", {}}}));
  REQUIRE(room.queue.claim_paths(visitor("/src/x"), paths({"a", "b"}), {}));
  CHECK(message_of(room.queue.claim_paths(visitor("me"), paths({"a"}), {})) ==
        "'a' is held by the working tree '/src/x'");
  CHECK(room.queue.release_paths(visitor("/src/x"), paths({"a", "b"}), {}));
  CHECK(room.state.number("SELECT count(*) FROM holder WHERE agent = '/src/x'") == 0);
}

TEST_CASE("queue rows: those who give the same name are one session, and none cuts its lease short") {
  QueueRoom room(queue_plan({{"one", {queue_item("a"), queue_item("b")}}}));
  REQUIRE(room.next(session_of("one")).lease == 60'000);
  auto brief = session_of("one");
  brief.ttl = 1'000;
  room.now.now += 10'000;
  CHECK(room.next(brief).lease == 50'000);
  const auto held = room.queue.heartbeat(brief);
  REQUIRE(held);
  CHECK(held->count == 2);
  CHECK(held->lease == 50'000);
  room.now.now += 49'500;
  CHECK(room.queue.heartbeat(brief)->lease == 1'000);
}

TEST_CASE("queue rows: who comes by hand to a session that a job has does not take it from the job") {
  QueueRoom room(queue_plan({{"one", {queue_item("a"), queue_item("b")}}}));
  auto job = session_of("one");
  job.lock = room.state.dir() + "/session";
  {
    const auto lock = os::FileLock::acquire(job.lock);
    REQUIRE(lock);
    REQUIRE(room.next(job).items.size() == 1);
    REQUIRE(room.next(session_of("one")).items.size() == 1);
    CHECK(room.queue.counts(RunId("r1"))->front().claimed == 2);
  }
  CHECK(room.queue.counts(RunId("r1"))->front().claimed == 0);
}

TEST_CASE("queue rows: path claims and the files of claimed items exclude each other") {
  QueueRoom room(
      queue_plan({{"one", {queue_item("a", {"src/a.c"})}}, {"two", {queue_item("b", {"lib/b.c"})}}}));
  REQUIRE(room.queue.claim_paths(visitor("me"), paths({"src"}), {}));
  CHECK(room.next(session_of("one")).others_hold);
  REQUIRE(room.ids(session_of("two")) == Names{"b"});
  CHECK(message_of(room.queue.claim_paths(visitor("me"), paths({"lib"}), {})) ==
        "'lib' is held by agent 'two' in run 'r1'");
  room.now.now += 60'000;
  CHECK(room.ids(session_of("one")) == Names{"a"});
}

TEST_CASE("queue rows: what sessions of a run hold is free when the run ends, and of other runs nothing") {
  QueueRoom room(queue_plan({{"one", {queue_item("a", {"x"})}}}));
  REQUIRE(room.queue.lay_out(RunId("r2"), queue_plan({{"two", {queue_item("b", {"x"})}}})));
  auto two = session_of("two");
  two.run = RunId("r2");
  REQUIRE(room.queue.claim_paths(visitor("me"), paths({"y"}), {}));
  REQUIRE(room.ids(session_of("one")) == Names{"a"});
  CHECK(room.next(two).others_hold);
  REQUIRE(room.queue.end_sessions(RunId("r1")));
  CHECK(room.ids(two) == Names{"b"});
  CHECK(room.queue.counts(RunId("r1"))->front().ready == 1);
  CHECK(room.queue.claims()->size() == 2);
}

TEST_CASE("queue rows: who claims paths under the name of an agent is that agent, in any run") {
  QueueRoom room(queue_plan({{"one", {queue_item("a", {"d/x"})}}, {"two", {queue_item("b", {"d/y"})}}}));
  REQUIRE(room.queue.lay_out(RunId("r2"), queue_plan({{"one", {queue_item("c", {"d/x"})}}})));
  auto other_run = session_of("one");
  other_run.run = RunId("r2");
  REQUIRE(room.queue.claim_paths(visitor("one"), paths({"d"}), {}));
  CHECK(room.next(session_of("two")).others_hold);
  CHECK(room.ids(session_of("one")) == Names{"a"});
  // Agents of two runs with one name are two.
  CHECK(room.next(other_run).others_hold);
  REQUIRE(room.queue.claim_paths(session_of("one"), paths({"d"}), {}));

  // One lease after the other is extended, in its name, and either gives the path back for both.
  room.now.now += 50'000;
  CHECK(room.queue.heartbeat(session_of("one"))->count == 3);
  room.now.now += 50'000;
  CHECK(room.next(session_of("two")).others_hold);
  CHECK(room.queue.heartbeat(visitor("one"))->count == 1);
  REQUIRE(room.queue.release_paths(visitor("one"), paths({"d"}), {}));
  CHECK(room.ids(session_of("two")) == Names{"b"});
  CHECK(message_of(room.queue.heartbeat(visitor("one"))) == "agent 'one' holds nothing");
}

TEST_CASE("queue rows: who loses again and again is known until a claim succeeds") {
  QueueRoom room(queue_plan({{"one", {queue_item("a", {"x"})}}, {"two", {queue_item("b", {"x"})}}}));
  REQUIRE(room.ids(session_of("one")) == Names{"a"});
  for (int i = 0; i < 3; ++i) REQUIRE(room.next(session_of("two")).others_hold);
  REQUIRE(room.queue.losing(3)->size() == 1);
  CHECK(room.queue.losing(3)->front().agent == AgentName("two"));
  CHECK(room.queue.losing(4)->empty());
  REQUIRE(room.end(session_of("one"), {"a"}));
  REQUIRE(room.ids(session_of("two")) == Names{"b"});
  CHECK(room.queue.losing(1)->empty());
}

TEST_CASE("queue rows: a claim asks the database the same few questions, however many items there are") {
  std::vector<core::Item> items;
  for (int i = 0; i < 20'000; ++i)
    items.push_back(queue_item("i" + std::to_string(i), {"f" + std::to_string(i % 2'000)}));
  QueueRoom room(queue_plan({{"one", std::move(items)}}));
  const store::Connection connection =
      *store::Connection::open(room.state.file(), store::Connection::Durability::full);
  auto plan = connection.prepare(
      "EXPLAIN QUERY PLAN SELECT number, lane, place, attempt, body FROM queue_item WHERE run = ?1 AND owner "
      "= "
      "?2 AND severity = ?3 AND (lane, place) >= (?4, ?5) AND state = 'ready' ORDER BY lane, place LIMIT 1");
  REQUIRE(plan);
  REQUIRE(*plan->step());
  CHECK(std::string(plan->text(3)) ==
        "SEARCH queue_item USING INDEX queue_item_ready (run=? AND owner=? AND severity=? AND "
        "(lane,place)>(?,?))");
  CHECK_FALSE(*plan->step());
  CHECK(room.next(session_of("one"), 16).items.size() == 16);
}
