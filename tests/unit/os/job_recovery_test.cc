// A job and its result survive the process that started it; a killed keeper is noticed at every step.
#include <sys/wait.h>

#include <cstdlib>

#include "job_room.h"
#include "os/jobs.h"
#include "os/signals.h"
#include "support/catch.h"
#include "support/forked.h"

using namespace par;
using namespace par::os;
using namespace par::test;

namespace {

const std::string kUntilGo =
    "echo ran >> runs; touch up; while [ -e up ] && [ ! -e go ]; do sleep 0.01; done; exit 7";

// Another process that starts the job and is killed at once.
void start_and_die(const JobRoom& room, const JobSpec& spec) {
  Forked starter([&](int) {
    const auto jobs = local_executor(room.root);
    if (!jobs || !(*jobs)->ensure(spec)) return 1;
    ::raise(SIGKILL);
    return 2;
  });
  REQUIRE(starter.wait() == 128 + SIGKILL);
}

void die_at(const std::string& crash, const JobRoom& room, const JobSpec& spec) {
  Forked starter([&](int) {
    ::setenv("PAR_CRASH", crash.c_str(), 1);
    const auto jobs = local_executor(room.root);
    if (jobs && (*jobs)->ensure(spec)) static_cast<void>((*jobs)->wait(-1));
    return 0;
  });
  static_cast<void>(starter.wait());
}

}  // namespace

TEST_CASE("jobs: a job outlives its killed starter and is adopted") {
  const JobRoom room;
  const JobSpec spec = room.job("a", kUntilGo);
  start_and_die(room, spec);
  REQUIRE(room.wait_for_file("up"));
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(spec));
  CHECK(jobs->wait(0)->empty());
  REQUIRE(write_file_durably(room.path("go"), ""));
  const JobExit exit = await_one(*jobs);
  CHECK(exit.how == ExitKind::exited);
  CHECK(exit.code == 7);
  CHECK(room.text("runs") == "ran\n");
}

TEST_CASE("jobs: a result recorded after the starter was killed is found") {
  const JobRoom room;
  const JobSpec spec = room.job("a", kUntilGo);
  start_and_die(room, spec);
  REQUIRE(write_file_durably(room.path("go"), ""));
  REQUIRE(eventually([&] { return room.keeper("a") == 0; }));
  const JobExit exit = run_job(*room.jobs(), spec);
  CHECK(exit.how == ExitKind::exited);
  CHECK(exit.code == 7);
  CHECK(room.text("runs") == "ran\n");
}

TEST_CASE("jobs: an adopted job can be stopped") {
  const JobRoom room;
  const JobSpec spec = room.job("a", kUntilGo);
  start_and_die(room, spec);
  REQUIRE(room.wait_for_file("up"));
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(spec));
  REQUIRE(jobs->stop("a"));
  CHECK(await_one(*jobs).how == ExitKind::stopped);
}

TEST_CASE("jobs: an empty directory is no lost job, one that was started is") {
  const JobRoom room;
  const auto jobs = room.jobs();
  REQUIRE(make_directories(room.root + "/a"));
  REQUIRE(write_file_durably(room.root + "/a/lock", "1\n"));
  CHECK(run_job(*jobs, room.job("a", "exit 3")).code == 3);

  REQUIRE(make_directories(room.root + "/b"));
  REQUIRE(write_file_durably(room.root + "/b/started", ""));
  CHECK(run_job(*jobs, room.job("b", "touch never")).how == ExitKind::lost);
  CHECK_FALSE(exists(room.path("never")));
}

TEST_CASE("jobs: truncated result: a record that cannot be read counts as lost, never as success") {
  const JobRoom room;
  const auto jobs = room.jobs();
  const JobSpec spec = room.job("a", "exit 0");
  run_job(*jobs, spec);
  const std::string result = room.root + "/a/result";
  const std::string good = *read_file(result);
  CHECK(run_job(*jobs, spec).how == ExitKind::exited);
  for (std::size_t length = 0; length + 1 < good.size(); length += 5) {
    REQUIRE(write_file_durably(result, good.substr(0, length)));
    CHECK(run_job(*jobs, spec).how == ExitKind::lost);
  }
  REQUIRE(write_file_durably(result, "how exited\ncode zero\nmilliseconds 1\n"));
  CHECK(run_job(*jobs, spec).how == ExitKind::lost);
}

TEST_CASE("jobs: a job whose record was removed while it ran is lost and not run again") {
  const JobRoom room;
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(room.job("a", kUntilGo)));
  REQUIRE(room.wait_for_file("up"));
  // Killed later, when nobody can find it by its record any more.
  const int keeper = room.keeper("a");
  REQUIRE(keeper > 0);
  REQUIRE(remove_tree(room.root + "/a"));
  REQUIRE(::kill(keeper, SIGKILL) == 0);
  CHECK(await_one(*jobs).how == ExitKind::lost);
  CHECK(room.text("runs") == "ran\n");
}

TEST_CASE("jobs: many who ask at the same moment start it once, and all get the result") {
  const JobRoom room;
  const JobSpec spec = room.job("a", "echo ran >> runs; sleep 0.02; exit 6");
  std::vector<Forked> askers;
  askers.reserve(8);
  for (int i = 0; i < 8; ++i)
    askers.emplace_back([&](int) {
      const auto jobs = local_executor(room.root);
      if (!jobs || !(*jobs)->ensure(spec)) return 1;
      const auto ended = (*jobs)->wait(-1);
      return ended && ended->size() == 1 && ended->front().code == 6 ? 0 : 2;
    });
  for (auto& asker : askers) CHECK(asker.wait() == 0);
  CHECK(room.text("runs") == "ran\n");
}

TEST_CASE("jobs: looking at a job all the time does not keep it from starting") {
  const JobRoom room;
  REQUIRE(make_directories(room.root));
  Forked observer([&](int) {
    for (;;)
      if (!list_jobs(room.root)) return 1;
  });
  const auto jobs = room.jobs();
  for (int i = 0; i < 10; ++i) CHECK(run_job(*jobs, room.job("j" + std::to_string(i), "exit 2")).code == 2);
}

TEST_CASE("jobs: a signal ends a wait early") {
  const JobRoom room;
  Forked waiter([&](int pipe) {
    install_signal_handlers();
    const auto jobs = local_executor(room.root);
    if (!jobs || !(*jobs)->ensure(room.job("a", "sleep 100"))) return 1;
    ::raise(SIGINT);
    const auto first = (*jobs)->wait(-1);
    if (!first || !first->empty() || interrupt_count() != 1 || last_interrupt() != SIGINT) return 2;
    // Once told, a wait waits again.
    const auto second = (*jobs)->wait(5);
    if (!second || !second->empty() || !(*jobs)->stop("a")) return 3;
    const auto third = (*jobs)->wait(-1);
    if (::write(pipe, "x", 1) != 1) return 4;
    return third && third->size() == 1 && third->front().how == ExitKind::stopped ? 0 : 5;
  });
  CHECK(waiter.wait() == 0);
}

#ifdef PAR_CRASH_POINTS

TEST_CASE("jobs: the starter killed right after the fork leaves a job that is adopted") {
  const JobRoom room;
  const JobSpec spec = room.job("a", "echo ran >> runs; exit 7");
  die_at("job.forked=kill", room, spec);
  CHECK(run_job(*room.jobs(), spec).code == 7);
  CHECK(room.text("runs") == "ran\n");
}

TEST_CASE("jobs: a keeper killed before it started anything is followed by another") {
  const JobRoom room;
  const JobSpec spec = room.job("a", "echo ran >> runs; exit 7");
  die_at("job.locked=kill", room, spec);
  CHECK(room.text("runs").empty());
  CHECK(run_job(*room.jobs(), spec).code == 7);
  CHECK(room.text("runs") == "ran\n");
}

TEST_CASE("jobs: a keeper killed between start and record is a lost job") {
  const JobRoom room;
  for (const std::string point : {"job.started", "job.exited"}) {
    const JobSpec spec = room.job(point, "true");
    die_at(point + "=kill", room, spec);
    CHECK(run_job(*room.jobs(), spec).how == ExitKind::lost);
  }
}

TEST_CASE("jobs: a keeper killed after the record loses nothing") {
  const JobRoom room;
  const JobSpec spec = room.job("a", "exit 7");
  die_at("job.recorded=kill", room, spec);
  CHECK(run_job(*room.jobs(), spec).code == 7);
}

TEST_CASE("jobs: a keeper that cannot write says so, or tries again when the job is over") {
  const JobRoom room;
  const auto jobs = room.jobs();
  for (const std::string point : {"job.locked", "job.started"}) {
    ::setenv("PAR_CRASH", (point + "=enospc").c_str(), 1);
    const auto full = jobs->ensure(room.job("a", "exit 7"));
    ::unsetenv("PAR_CRASH");
    REQUIRE_FALSE(full);
    CHECK(full.error().causes ==
          std::vector<std::string>{"crash point '" + point + "': No space left on device"});
  }
  ::setenv("PAR_CRASH", "job.exited=enospc", 1);
  const auto started = jobs->ensure(room.job("a", "exit 7"));
  ::unsetenv("PAR_CRASH");
  REQUIRE(started);
  CHECK(await_one(*jobs).code == 7);
}

TEST_CASE("jobs: an error right after the fork does not lose the job") {
  const JobRoom room;
  const auto jobs = room.jobs();
  const JobSpec spec = room.job("a", "echo ran >> runs; exit 7");
  ::setenv("PAR_CRASH", "job.forked=eio", 1);
  CHECK_FALSE(jobs->ensure(spec));
  ::unsetenv("PAR_CRASH");
  CHECK(run_job(*jobs, spec).code == 7);
  CHECK(room.text("runs") == "ran\n");
}

#endif
