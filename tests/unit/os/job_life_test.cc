// An idle job is ended; whatever shows that it lives keeps it.
#include "job_room.h"
#include "os/jobs.h"
#include "os/life.h"
#include "support/catch.h"

using namespace par;
using namespace par::os;
using namespace par::test;

namespace {

JobSpec idle_job(const JobRoom& room, const std::string& command) {
  JobSpec spec = room.job("a", command);
  spec.idle_ms = 300;
  return spec;
}

}  // namespace

TEST_CASE("life: the limit counts from the last sign, and only what was looked at counts") {
  LifeSigns life({}, 1000, 0);
  CHECK(life.next_look() == 100);
  CHECK_FALSE(life.are_missing(50));
  for (Millis now = 100; now < 1000; now += 100) CHECK_FALSE(life.are_missing(now));
  life.note(999);
  CHECK_FALSE(life.are_missing(1100));
  CHECK_FALSE(life.are_missing(1900));
  CHECK(life.are_missing(2000));
}

TEST_CASE("life: without a limit nothing is ever missing") {
  LifeSigns life({}, 0, 0);
  CHECK_FALSE(life.next_look());
  CHECK_FALSE(life.are_missing(1'000'000'000));
}

TEST_CASE("life: a file that comes, changes or goes is a sign") {
  const JobRoom room;
  const auto file = room.path("sign");
  LifeSigns life({file}, 1000, 0);
  CHECK_FALSE(life.are_missing(900));
  REQUIRE(touch(file));
  CHECK_FALSE(life.are_missing(1800));  // it came
  ::usleep(20'000);                     // the file system's clock is coarse
  REQUIRE(touch(file));
  CHECK_FALSE(life.are_missing(2700));
  REQUIRE(remove_file(file));
  CHECK_FALSE(life.are_missing(3600));
  CHECK_FALSE(life.are_missing(4500));
  CHECK(life.are_missing(4600));
}

TEST_CASE("life: a machine that was suspended is no sign of death") {
  LifeSigns life({}, 1000, 0);
  CHECK_FALSE(life.are_missing(900));
  CHECK_FALSE(life.are_missing(3'600'000));
  CHECK_FALSE(life.are_missing(3'600'900));
  CHECK(life.are_missing(3'601'000));
}

TEST_CASE("jobs: one that shows no sign of life is ended, and what it started with it") {
  const JobRoom room;
  const JobExit exit = run_job(*room.jobs(), idle_job(room, "echo begun; sleep 100 & echo $! > child; wait"));
  CHECK(exit.how == ExitKind::hung);
  CHECK(room.text("a.log") == "begun\n");
  CHECK(eventually([&] { return !is_alive(room.number("child")); }));
}

TEST_CASE("jobs: an idle one that is deaf to TERM is killed") {
  const JobRoom room;
  const JobExit exit = run_job(*room.jobs(), idle_job(room, "trap '' TERM; while :; do sleep 10; done"));
  CHECK(exit.how == ExitKind::hung);
}

TEST_CASE("jobs: a stopped (SIGSTOP) command is idle") {
  const JobRoom room;
  CHECK(run_job(*room.jobs(), idle_job(room, "kill -STOP $$")).how == ExitKind::hung);
}

// All at once, because each takes its time: twice the limit, with a sign far more often.
TEST_CASE("jobs: output, files that change and work without a word are each a sign of life") {
  const JobRoom room;
  const auto jobs = room.jobs();
  const std::string often =
      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do sleep 0.1; ";
  const std::string work = "timeout 2.5 sh -c 'while :; do :; done'";
  std::vector<JobSpec> specs{room.job("says", often + "echo $i; done; exit 3"),
                             room.job("writes", often + "echo $i > sign; done; exit 3")};
#ifndef PAR_PORTABLE
  specs.push_back(room.job("works", work + "; exit 3"));
  specs.push_back(room.job("works.apart", "setsid -w " + work + "; exit 3"));
#endif
  for (auto& spec : specs) {
    spec.idle_ms = 1200;
    spec.life_signs = {room.path("never"), room.path(spec.id == "writes" ? "sign" : "never.either")};
    REQUIRE(jobs->ensure(spec));
  }
  std::size_t ended = 0;
  while (ended < specs.size()) {
    const auto exits = jobs->wait(-1);
    REQUIRE(exits);
    for (const auto& exit : *exits) {
      CAPTURE(exit.id);
      CHECK(exit.how == ExitKind::exited);
      CHECK(exit.code == 3);
      ++ended;
    }
  }
}
