// Agents that pull their work, and sessions that claim paths, with the real program.
#include <algorithm>
#include <cstdlib>

#include "base/strings.h"
#include "support/catch.h"
#include "support/leaks.h"
#include "support/sandbox.h"
#include "support/snapshot.h"

using par::test::check_snapshot;
using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The agent `puller` works its five items off with next and done; `idle` stops without having done anything.
std::string config(const std::string& pull) {
  std::string text = "target = \"main\"\n[agent.puller]\nowns = [\"src/**\"]\nrun = '''\n" + pull +
                     "\n'''\n[agent.idle]\nowns = [\"doc/**\"]\nrun = \"true\"\n";
  for (const auto* n : {"1", "2", "3", "4", "5"})
    text += "[[item]]\nid = \"I-" + std::string(n) + "\"\ntitle = \"fix " + n + "\"\nfiles = [\"src/" + n +
            ".txt\"]\nagent = \"puller\"\nseverity = \"" + (n[0] == '5' ? "blocker" : "major") + "\"\n" +
            (n[0] == '2' ? "after = [\"I-1\"]\n" : "");
  return text + "[[item]]\nid = \"D-1\"\ntitle = \"write\"\nfiles = [\"doc/a.txt\"]\nagent = \"idle\"\n";
}

void write_project(const Sandbox& sandbox, const std::string& pull) {
  sandbox.write(".gitpar.toml", config(pull));
  for (const auto* path : {"src/1.txt", "src/2.txt", "src/3.txt", "src/4.txt", "src/5.txt", "doc/a.txt"})
    sandbox.write(path, "as it was\n");
  sandbox.commit_all("base");
}

const std::string kPull =
    "while line=$(git-par next -q); do\n"
    "  id=$(printf '%s' \"$line\" | sed 's/.*\"id\":\"\\([^\"]*\\)\".*/\\1/')\n"
    "  echo \"$id\" >> src/done.txt && echo fixed > \"src/${id#I-}.txt\" && git-par done \"$id\" || exit 1\n"
    "done\n"
    "git-par status --json > src/status.json && git-par status > src/status.txt";

}  // namespace

TEST_CASE("queue: an agent that pulls its work gets every item once, in an order that fits, and it lands") {
  Sandbox sandbox;
  write_project(sandbox, kPull);
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(has(run.out, "1 of 2 agents accepted"));
  CHECK(sandbox.par({"merge"}).exit_code == 0);
  auto order = par::split_terminated(sandbox.read("src/done.txt"), '\n');
  REQUIRE(order.size() == 5);
  CHECK(order.front() == "I-5");
  const auto at = [&](const std::string& id) { return std::find(order.begin(), order.end(), id); };
  CHECK(at("I-1") < at("I-2"));
  CHECK(has(sandbox.read("src/status.json"), "\"items_done\":5,\"items_total\":5"));
  CHECK(has(sandbox.read("src/status.txt"), "5 done"));
  CHECK(has(sandbox.par({"status", "--json"}).out,
            "\"items\":{\"ready\":0,\"claimed\":0,\"done\":5,\"failed\":1"));
  CHECK(has(sandbox.par({"claims"}).out, "nothing is claimed"));
  sandbox.assert_clean();
}

namespace {

// An item of the agent `worker`, in a file of its own.
std::string item_of_worker(const std::string& name) {
  return "[[item]]\nid = \"" + name + "\"\ntitle = \"fix it\"\nagent = \"worker\"\nfiles = [\"src/" + name +
         ".txt\"]\n";
}

// A project with the agent `worker` alone: its settings, besides what it owns, and items.
void write_worker(const Sandbox& sandbox, const std::string& settings, const std::string& items) {
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.worker]\nowns = [\"src/**\"]\n" + settings + items);
  sandbox.write("src/A.txt", "as it was\n");
  sandbox.commit_all("base");
}

// A run that goes on no further by itself, with three items of `worker` left.
void write_left_run(const Sandbox& sandbox) {
  std::string config =
      "target = \"main\"\n[agent.worker]\nowns = [\"src/**\"]\nrun = \"true\"\n"
      "[agent.good]\nowns = [\"doc/**\"]\nrun = \"echo good > doc/a.txt\"\n";
  for (const auto* name : {"A", "B", "C"}) {
    const auto* severity = name[0] == 'A' ? "blocker" : name[0] == 'B' ? "critical" : "minor";
    config += item_of_worker(name) + "severity = \"" + severity + "\"\n";
  }
  sandbox.write(".gitpar.toml", config);
  for (const auto* path : {"src/A.txt", "src/B.txt", "src/C.txt", "doc/a.txt"})
    sandbox.write(path, "as it was\n");
  sandbox.commit_all("base");
  REQUIRE(sandbox.par({"run"}).exit_code == 1);
}

}  // namespace

TEST_CASE("queue: items are claimed, ended and refused by hand, as printed") {
  Sandbox sandbox;
  write_left_run(sandbox);
  check_snapshot(sandbox, "queue-nobody", sandbox.par({"next"}));
  check_snapshot(sandbox, "queue-unknown-agent", sandbox.par({"next", "--agent", "nobody"}));
  check_snapshot(sandbox, "queue-accepted", sandbox.par({"next", "--agent", "good"}));
  sandbox.set("PAR_AGENT", "worker");
  check_snapshot(sandbox, "queue-no-batch", sandbox.par({"done", "--batch"}));
  check_snapshot(sandbox, "queue-next", sandbox.par({"next", "-n", "2"}));
  check_snapshot(sandbox, "queue-next-json", sandbox.par({"next", "--json", "--ttl", "2h"}));
  check_snapshot(sandbox, "queue-nothing-left", sandbox.par({"next"}));
  CHECK(sandbox.par({"next", "-q"}).err.empty());
  CHECK(sandbox.par({"next", "--json"}).out ==
        "{\"schema\":1,\"items\":[],\"retry_s\":0,\"reason\":\"nothing is left to claim\"}\n");
  CHECK(has(sandbox.par({"claims", "--json"}).out,
            "{\"schema\":1,\"claims\":[{\"agent\":\"worker\",\"run\":\"r1\",\"item\":\"A\",\"attempt\":1,"));
  CHECK(has(sandbox.par({"heartbeat", "--json"}).out, "\"held\":3"));
  check_snapshot(sandbox, "queue-done", sandbox.par({"done", "--json", "A"}));
  check_snapshot(sandbox, "queue-old-attempt", sandbox.par({"done", "B", "--attempt", "2"}));
  CHECK(sandbox.par({"release", "B"}).exit_code == 0);
  check_snapshot(sandbox, "queue-not-claimed", sandbox.par({"fail", "B"}));
  CHECK(has(sandbox.par({"next"}).out, "\"attempt\":2"));
  CHECK(sandbox.par({"done", "B", "--attempt", "1"}).exit_code == 1);
  CHECK(sandbox.par({"fail", "C", "--reason", "too hard"}).exit_code == 0);
  CHECK(has(sandbox.par({"status"}).out, "C failed (worker): too hard\n"));
  CHECK(has(sandbox.par({"status", "--json"}).out,
            R"("failed_items":[{"item":"C","agent":"worker","reason":"too hard"}])"));
  CHECK(sandbox.par({"done", "--batch"}).exit_code == 0);
  CHECK(sandbox.par({"done", "--batch"}).exit_code == 0);
  check_snapshot(sandbox, "queue-holds-nothing", sandbox.par({"heartbeat"}));
  CHECK(sandbox.par({"done"}).exit_code == 129);
  CHECK(sandbox.par({"next", "--ttl", "soon"}).exit_code == 129);
  sandbox.assert_clean();
}

TEST_CASE("queue: a lease that runs out frees what it covered; a run that is over gives nothing") {
  Sandbox sandbox;
  write_left_run(sandbox);
  CHECK(has(sandbox.par({"next", "--agent", "worker", "--ttl", "1s"}).out, "\"id\":\"A\""));
  REQUIRE(sandbox.shell("sleep 1.1").exit_code == 0);
  const auto again = sandbox.par({"next", "--agent", "worker"});
  CHECK(has(again.out, "\"id\":\"A\""));
  CHECK(has(again.out, "\"attempt\":2"));
  REQUIRE(sandbox.par({"merge"}).exit_code == 0);
  const auto over = sandbox.par({"next", "--agent", "worker"});
  CHECK(over.exit_code == 1);
  CHECK(has(over.err, "error: run 'r1' is over"));
  sandbox.assert_clean();
}

TEST_CASE("queue: what was claimed by hand is free when the run is over, and can be given back") {
  Sandbox sandbox;
  write_left_run(sandbox);
  const bool cut_off = GENERATE(false, true);
  REQUIRE(sandbox.par({"next", "--agent", "worker"}).exit_code == 0);
  if (cut_off) sandbox.set("PAR_CRASH", "queue.before.end_sessions=kill");
  CHECK((sandbox.par({"merge"}).exit_code != 0) == cut_off);
  sandbox.unset("PAR_CRASH");
  CHECK(has(sandbox.par({"status"}).out, "landed"));
  CHECK(has(sandbox.par({"claims"}).out, "worker  r1") == cut_off);
  const auto given_back = sandbox.par({"release", "A", "--agent", "worker", "--run", "r1"});
  INFO(given_back.err);
  CHECK((given_back.exit_code == 0) == cut_off);
  CHECK(has(sandbox.par({"claims"}).out, "nothing is claimed"));
  sandbox.assert_clean();
}

TEST_CASE("queue: an attempt that no agent is at shuts nobody out") {
  Sandbox sandbox;
  write_left_run(sandbox);
  sandbox.set("PAR_AGENT", "worker");
  sandbox.set("PAR_ATTEMPT", "9");
  check_snapshot(sandbox, "queue-no-such-attempt", sandbox.par({"next"}));
  CHECK(has(sandbox.par({"heartbeat"}).err, "worker' is at attempt 1, and this is attempt 9"));
  CHECK(sandbox.par({"claim", "doc"}).exit_code == 0);
  sandbox.set("PAR_ATTEMPT", "1");
  CHECK(sandbox.par({"claim", "doc"}).exit_code == 0);
  CHECK(sandbox.par({"next"}).exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("queue: who claims paths under a name may claim items under it, and keeps both") {
  Sandbox sandbox;
  write_left_run(sandbox);
  REQUIRE(sandbox.par({"claim", "--agent", "worker", "src"}).exit_code == 0);
  CHECK(has(sandbox.par({"next", "--agent", "worker"}).out, "\"id\":\"A\""));
  CHECK(has(sandbox.par({"heartbeat", "--agent", "worker", "--json"}).out, "\"held\":2"));
  REQUIRE(sandbox.par({"claim", "--agent", "me", "doc"}).exit_code == 0);
  CHECK(has(sandbox.par({"heartbeat", "--agent", "me", "--json"}).out, "\"held\":1"));
  REQUIRE(sandbox.par({"merge"}).exit_code == 0);
  CHECK(sandbox.par({"heartbeat", "--agent", "me"}).exit_code == 0);
  CHECK(has(sandbox.par({"heartbeat", "--agent", "me", "--run", "r1"}).err, "run 'r1' is over"));
  sandbox.assert_clean();
}

TEST_CASE("queue: what names no path, and a name that breaks a line, are told") {
  Sandbox sandbox;
  write_left_run(sandbox);
  check_snapshot(sandbox, "queue-empty-path", sandbox.par({"claim", ""}));
  CHECK(sandbox.par({"owners", ""}).exit_code == 129);
  CHECK(sandbox.par({"release", ""}).exit_code == 129);
  REQUIRE(sandbox.par({"claim", "--agent", "a\nb\tc", "doc"}).exit_code == 0);
  CHECK(has(sandbox.par({"claims"}).out, "\n\"a\\nb\\tc\"  -    -     -        "));
  CHECK(sandbox.par({"--complete", "--", "release", ""}).out.empty());
  sandbox.assert_clean();
}

TEST_CASE("queue: a state that cannot be looked into is no empty one") {
  Sandbox sandbox;
  sandbox.write("a", "a\n");
  sandbox.commit_all("base");
  REQUIRE(sandbox.shell("touch .git/par").exit_code == 0);
  const auto claims = sandbox.par({"claims"});
  CHECK(claims.exit_code == 128);
  CHECK(has(claims.err, "fatal: cannot look for '"));
  CHECK(has(sandbox.par({"hook", "run", "pre-commit"}).err, "warning: claims of paths are not checked"));
}

TEST_CASE("queue: paths are claimed, shown and released, against each other and against items") {
  Sandbox sandbox;
  write_left_run(sandbox);
  CHECK(sandbox.par({"claim", "--agent", "me", "src/A.txt"}).exit_code == 0);
  check_snapshot(sandbox, "queue-path-held", sandbox.par({"claim", "--agent", "you", "doc", "src"}));
  CHECK(sandbox.par({"claim", "--agent", "you", "--json", "doc"}).out ==
        "{\"schema\":1,\"agent\":\"you\",\"state\":\"claimed\",\"paths\":[\"doc\"]}\n");
  CHECK(has(sandbox.par({"next", "--agent", "worker"}).out, "\"id\":\"B\""));
  CHECK(has(sandbox.par({"claim", "src/B.txt"}).err, "'src/B.txt' is held by agent 'worker' in run 'r1'"));
  CHECK(has(sandbox.par({"next", "--agent", "worker", "-n", "5"}).out, "\"id\":\"C\""));
  check_snapshot(sandbox, "queue-files-held", sandbox.par({"next", "--agent", "worker"}));
  const auto claims = sandbox.par({"claims"}).out;
  CHECK(has(claims, "agent   run  item  attempt  left"));
  CHECK(has(claims, "me      -    -     -        "));
  CHECK(has(claims, "worker  r1   B     1        "));
  for (int i = 0; i < 4; ++i) CHECK(sandbox.par({"next", "--agent", "worker"}).exit_code == 1);
  CHECK(has(sandbox.par({"status"}).out,
            "worker found everything held by others 5 times in a row: see 'git par claims'"));
  CHECK(has(sandbox.par({"status", "--json"}).out, "\"losing\":[{\"agent\":\"worker\",\"losses\":5}]"));
  check_snapshot(sandbox, "queue-release-other", sandbox.par({"release", "--agent", "you", "src/A.txt"}));
  CHECK(sandbox.par({"release", "--agent", "me", "--json", "src/A.txt"}).out ==
        "{\"schema\":1,\"agent\":\"me\",\"state\":\"ready\",\"paths\":[\"src/A.txt\"]}\n");
  CHECK(has(sandbox.par({"next", "--agent", "worker"}).out, "\"id\":\"A\""));
  CHECK(sandbox.par({"claim", "../elsewhere"}).exit_code == 128);
  sandbox.assert_clean();
}

TEST_CASE("queue: an agent with a batch is started with so many items at a time, until all are done") {
  Sandbox sandbox;
  std::string items;
  for (const auto* name : {"A", "B", "C", "D"}) items += item_of_worker(name);
  write_worker(sandbox,
               "batch = 2\nprompt = \"Mend {items}\"\n"
               "run = '''grep -q 'in .*items.jsonl' {prompt_file} && wc -l < {items_file} >> src/batches && "
               "cat {items_file} >> src/items'''\n",
               items + item_of_worker("E") + "after = [\"A\"]\n");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err << sandbox.par({"log", "worker"}).out);
  REQUIRE(run.exit_code == 0);
  CHECK(sandbox.read("src/batches") == "2\n2\n1\n");
  const auto got = sandbox.read("src/items");
  for (const auto* name : {"A", "B", "C", "D", "E"}) CHECK(has(got, std::string("\"id\":\"") + name + "\""));
  CHECK(has(sandbox.par({"status", "--json"}).out, "\"done\":5,\"failed\":0,\"total\":5"));
  sandbox.assert_clean();
}

TEST_CASE("queue: what is given up keeps nobody waiting, is no finished work, and is planned again") {
  Sandbox sandbox;
  write_worker(sandbox,
               "batch = 1\ntimeout = \"1m\"\n"
               "run = '''if grep -q '\"id\":\"A\"' {items_file}; then git-par fail A --reason 'too hard'; "
               "else cat {items_file} >> src/items; fi'''\n",
               item_of_worker("A") + item_of_worker("C") + item_of_worker("B") + "after = [\"A\"]\n");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err << sandbox.par({"log", "worker"}).out);
  REQUIRE(run.exit_code == 0);
  CHECK(has(run.out, "items: 0 ready, 0 claimed, 1 done, 2 failed"));
  CHECK(has(sandbox.read("src/items"), "\"id\":\"C\""));
  CHECK(sandbox.git({"log", "-1", "--format=%(trailers:key=Par-Item,valueonly,separator=%x20)"}) == "C");
  const auto planned = [&] { return sandbox.par({"plan", "--json"}).out; };
  CHECK(has(planned(), "\"items\":[\"A\",\"B\"]"));
  REQUIRE(sandbox.par({"clean"}).exit_code == 0);
  CHECK(has(planned(), "\"items\":[\"A\",\"B\"]"));
  CHECK(has(planned(), "\"finished_item_count\":1"));
  sandbox.assert_clean();
}

TEST_CASE("queue: what an agent asked for and never got is no finished work, whatever it did besides") {
  Sandbox sandbox;
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.worker]\nowns = [\"src/**\"]\nrun = '''\n"
                "for i in 1 2 3; do git-par next -q && exit 3; done\n"
                "git-par status --json > src/status.json\n'''\n" +
                    item_of_worker("A") +
                    "[agent.given]\nowns = [\"doc/**\"]\nrun = \"echo x > doc/b.txt\"\n"
                    "[[item]]\nid = \"D\"\ntitle = \"write\"\nagent = \"given\"\n"
                    "files = [\"doc/a.txt\"]\n");
  for (const auto* path : {"src/A.txt", "doc/a.txt"}) sandbox.write(path, "as it was\n");
  sandbox.commit_all("base");
  REQUIRE(sandbox.par({"claim", "--agent", "boss", "src/A.txt"}).exit_code == 0);
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err << sandbox.par({"log", "worker"}).out);
  REQUIRE(run.exit_code == 0);
  const auto status = sandbox.git({"show", "main:src/status.json"});
  CHECK(has(status, "\"items_done\":0,\"items_total\":1"));
  CHECK_FALSE(has(status, "\"ready\":0"));
  CHECK(has(run.out, "items: 0 ready, 0 claimed, 1 done, 1 failed"));
  const auto message = sandbox.git({"log", "-1", "--format=%B"});
  CHECK(has(message, "Par-Item: D"));
  CHECK_FALSE(has(message, "Par-Item: A"));
  const auto planned = [&] { return sandbox.par({"plan", "--json"}).out; };
  CHECK(has(planned(), "\"items\":[\"A\"]"));
  REQUIRE(sandbox.par({"clean"}).exit_code == 0);
  CHECK(has(planned(), "\"items\":[\"A\"]"));
  CHECK(has(planned(), "\"finished_item_count\":1"));
  sandbox.assert_clean();
}

TEST_CASE("queue: within a job a heartbeat without any claim is a sign of life, by hand it is refused") {
  Sandbox sandbox;
  write_worker(sandbox,
               "idle_timeout = \"1s\"\nrun = '''\n"
               "for i in 1 2 3 4 5; do sleep 0.4; git-par heartbeat >>../beats 2>&1 || exit 3; done\n"
               "git-par heartbeat --json > src/beat.json || exit 4\n"
               "PAR_ATTEMPT= git-par heartbeat && exit 5; true'''\n",
               "");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err << sandbox.par({"log", "worker"}).out);
  REQUIRE(run.exit_code == 0);
  CHECK(sandbox.git({"show", "main:src/beat.json"}) == R"({"schema":1,"held":0,"lease":0})");
  CHECK(has(sandbox.par({"log", "worker"}).out, "agent 'worker' holds nothing"));
  const auto late = sandbox.par({"heartbeat", "--agent", "worker"});
  CHECK(late.exit_code == 1);
  CHECK(has(late.err, "agent 'worker' holds nothing"));
  sandbox.assert_clean();
}

TEST_CASE("queue: a batch whose command fails ends the agent's attempt, and its items are not done") {
  Sandbox sandbox;
  write_worker(sandbox,
               "batch = 1\nretries = 1\n"
               "run = '''cat {items_file} >> src/items; test $PAR_ATTEMPT = 2 -o ! -s ../first || exit 3; "
               "echo x >> ../first'''\n",
               item_of_worker("A") + item_of_worker("B"));
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err << sandbox.par({"log", "worker"}).out);
  REQUIRE(run.exit_code == 0);
  CHECK(has(run.err, "exited with 3"));
  const auto items = sandbox.git({"show", "main:src/items"});
  CHECK(has(items, "\"id\":\"A\""));
  CHECK(has(items, "\"id\":\"B\""));
  CHECK(has(sandbox.par({"status", "--json"}).out, "\"attempt\":2"));
  sandbox.assert_clean();
}

TEST_CASE("queue: who waits gets what others give back meanwhile, or is told when to come again") {
  Sandbox sandbox;
  write_left_run(sandbox);
  CHECK(sandbox.par({"claim", "--agent", "me", "src"}).exit_code == 0);
  const auto early = sandbox.par({"next", "--agent", "worker", "--json"});
  CHECK(early.exit_code == 1);
  CHECK_FALSE(has(early.out, "\"retry_s\":0,"));
  CHECK(has(early.out, "\"reason\":\"what is left touches files that others hold\""));
  const auto late = sandbox.par({"next", "--agent", "worker", "--wait", "1s"});
  CHECK(late.exit_code == 1);
  CHECK(has(late.err, "; try again in "));
  const auto got = sandbox.shell(
      "(sleep 0.3; git par release --agent me src) & git par next --agent worker --wait 5m; wait");
  INFO(got.err);
  CHECK(got.exit_code == 0);
  CHECK(has(got.out, "\"id\":\"A\""));
  CHECK(sandbox.par({"next", "--agent", "worker", "--wait", "soon"}).exit_code == 129);
  sandbox.assert_clean();
}

TEST_CASE("queue: an agent that keeps losing what it wants is recorded by the run, once") {
  Sandbox sandbox;
  write_project(sandbox,
                "for i in 1 2 3 4 5; do git-par next -q; done\n"
                "for i in $(seq 600); do\n"
                "  git-par status --json | grep -q '\"trigger\":\"claims\"' && break; sleep 0.1\n"
                "done\n"
                "echo done > src/1.txt");
  CHECK(sandbox.par({"claim", "--agent", "me", "src"}).exit_code == 0);
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  const std::string said =
      "claims: 'puller' found everything held by others 5 times in a row; the others go on";
  CHECK(has(run.err, said));
  const auto status = sandbox.par({"status"}).out;
  CHECK(has(status, said));
  CHECK(status.find("claims: ") == status.rfind("claims: "));
  CHECK(has(sandbox.par({"log"}).out, said));
  sandbox.assert_clean();
}

// faketime and the address sanitizer both take the place of functions of libc: together they hang.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("queue: a wall clock that jumps a day takes no claim away and keeps none") {
  Sandbox sandbox;
  write_left_run(sandbox);
  const std::string jump = GENERATE("+24h", "-24h");
  const auto at_other_time = [&](const std::string& arguments) {
    return sandbox.shell("faketime --exclude-monotonic -f '" + jump + "' git par " + arguments);
  };
  const auto date = sandbox.shell("date +%s; faketime --exclude-monotonic -f '" + jump + "' date +%s");
  REQUIRE(date.exit_code == 0);
  const auto seconds = par::split_terminated(date.out, '\n');
  REQUIRE(std::abs(std::stoll(seconds.at(1)) - std::stoll(seconds.at(0))) > 86'000);

  REQUIRE(sandbox.par({"next", "--agent", "worker"}).exit_code == 0);
  CHECK(has(at_other_time("claims").out, "worker  r1   A     1"));
  CHECK(has(at_other_time("next --agent worker").out, "\"id\":\"B\""));
  CHECK(at_other_time("done A --agent worker --attempt 1").exit_code == 0);
  // Granted under the other date, a claim is free again after its second, and not later.
  CHECK(at_other_time("claim --agent me --ttl 1s doc").exit_code == 0);
  REQUIRE(sandbox.shell("sleep 1.2").exit_code == 0);
  CHECK(sandbox.par({"claim", "--agent", "you", "doc"}).exit_code == 0);
  CHECK(has(sandbox.par({"claims"}).out, "worker  r1   B     1"));
  sandbox.assert_clean();
}
#endif

TEST_CASE("queue: workers of a pool pull what is theirs, and all of it lands") {
  Sandbox sandbox;
  std::string config =
      "target = \"main\"\n[agent.fix]\nowns = [\"src/**\"]\ncount = 3\nrun = '''\n"
      "while line=$(git-par next -q); do\n"
      "  id=$(printf '%s' \"$line\" | sed 's/.*\"id\":\"\\([^\"]*\\)\".*/\\1/')\n"
      "  echo \"$id\" >> \"src/${id%-*}.txt\" && git-par done \"$id\" || exit 1\n"
      "done\n'''\n";
  for (const std::string file : {"a", "b", "c", "d"}) {
    sandbox.write("src/" + file + ".txt", "");
    for (const std::string n : {"1", "2", "3"})
      config += "[[item]]\nid = \"" + file + "-" + n + "\"\nfiles = [\"src/" + file + ".txt\"]\n";
  }
  sandbox.write(".gitpar.toml", config);
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  CHECK(has(run.out, "items: 0 ready, 0 claimed, 12 done, 0 failed"));
  CHECK(par::split_terminated(sandbox.read("src/b.txt"), '\n').size() == 3);
  sandbox.assert_clean();
}
