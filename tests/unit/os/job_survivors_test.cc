// What a command leaves behind does not outlive its job.
#include "base/strings.h"
#include "job_room.h"
#include "os/jobs.h"
#include "support/catch.h"

using namespace par;
using namespace par::os;
using namespace par::test;

TEST_CASE("jobs: nobody waits for a pipe that a survivor holds open") {
  const JobRoom room;
  const auto jobs = room.jobs();
  const JobExit exit = run_job(*jobs, room.job("a", "sleep 100 & echo $! > child; echo said"));
  CHECK(exit.how == ExitKind::exited);
  CHECK(exit.code == 0);
  CHECK(exit.seconds < 50);
  CHECK(room.text("a.log") == "said\n");
  CHECK(eventually([&] { return !is_alive(room.number("child")); }));
}

#ifndef PAR_PORTABLE

namespace {

// Whether none of the processes whose numbers are the lines of the file is there, not even as a zombie.
bool all_gone(const JobRoom& room, const std::string& file) {
  for (const auto& line : split_terminated(room.text(file), '\n'))
    if (is_process(std::atoi(line.c_str()))) return false;
  return true;
}

}  // namespace

TEST_CASE(
    "jobs: survivors in other sessions, forked twice, deaf to TERM or stopped are gone with the result") {
  const JobRoom room;
  const auto jobs = room.jobs();
  JobSpec spec = room.job("a", R"sh(touch pids
    setsid sh -c 'echo $$ >> pids; sleep 100 & echo $! >> pids; wait' &
    (setsid sh -c 'echo $$ >> pids; exec sleep 100' &)
    setsid sh -c 'trap "" TERM HUP INT; echo $$ >> pids; while :; do sleep 1; done' &
    setsid sh -c 'echo $$ >> pids; kill -STOP $$' &
    setsid sh -c 'exec >/dev/null 2>&1; (sh -c "echo \$\$ >> pids; exec env -i sleep 100" &)' &
    while [ "$(wc -l < pids)" -lt 6 ]; do sleep 0.01; done
    exit 3)sh");
  const JobExit exit = run_job(*jobs, spec);
  CHECK(exit.how == ExitKind::exited);
  CHECK(exit.code == 3);
  CHECK(split_terminated(room.text("pids"), '\n').size() == 6);
  CHECK(all_gone(room, "pids"));
}

TEST_CASE("jobs: a survivor that starts itself anew all the time is gone with the result") {
  const JobRoom room;
  REQUIRE(write_file_durably(room.path("again"), "#!/bin/sh\necho $$ >> pids\nsetsid ./again &\n", 0700));
  const JobExit exit = run_job(*room.jobs(), room.job("a", "./again; sleep 0.03"));
  CHECK(exit.code == 0);
  const std::string pids = room.text("pids");
  CHECK(all_gone(room, "pids"));
  CHECK(room.text("pids") == pids);
}

TEST_CASE("jobs: an orphan that ends while the command runs leaves no zombie") {
  const JobRoom room;
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(room.job(
      "a",
      "(sh -c 'echo $$ > orphan; exec sleep 0.01' &); touch up; while [ ! -e go ]; do sleep 0.01; done")));
  const int orphan = room.wait_for_number("orphan");
  REQUIRE(orphan > 0);
  CHECK(eventually([&] { return !is_process(orphan); }));
  REQUIRE(write_file_durably(room.path("go"), ""));
  CHECK(await_one(*jobs).code == 0);
}

TEST_CASE("jobs: stopping ends processes that left the command's group") {
  const JobRoom room;
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(room.job("a", "setsid sleep 100 & echo $! >> pids; touch up; sleep 100")));
  REQUIRE(room.wait_for_file("up"));
  REQUIRE(jobs->stop("a"));
  CHECK(await_one(*jobs).how == ExitKind::stopped);
  CHECK(all_gone(room, "pids"));
}

TEST_CASE("jobs: when the keeper is killed the job is lost, and nothing of it goes on") {
  const JobRoom room;
  const auto jobs = room.jobs();
  REQUIRE(
      jobs->ensure(room.job("a", "echo $$ > command; setsid sleep 100 & echo $! > child; touch up; wait")));
  REQUIRE(room.wait_for_file("up"));
  room.kill_keeper("a");
  const JobExit exit = await_one(*jobs);
  CHECK(exit.id == "a");
  CHECK(exit.how == ExitKind::lost);
  CHECK(eventually([&] { return !is_alive(room.number("command")); }));
  CHECK(eventually([&] { return !is_alive(room.number("child")); }));
}

TEST_CASE("jobs: what a lost job left behind is ended by whoever finds it, other jobs are not touched") {
  const JobRoom room;
  const JobSpec spec = room.job("a", "setsid sleep 100 & echo $! > lost; touch up; wait");
  const auto starter = room.jobs();
  REQUIRE(starter->ensure(spec));
  REQUIRE(starter->ensure(room.job("a.2", "sleep 100 & echo $! > other; wait")));
  REQUIRE(room.wait_for_file("up"));
  const int other = room.wait_for_number("other");
  room.kill_keeper("a");
  REQUIRE(eventually([&] { return room.keeper("a") == 0; }));
  REQUIRE(is_alive(room.number("lost")));

  CHECK(run_job(*room.jobs(), spec).how == ExitKind::lost);
  CHECK(eventually([&] { return !is_alive(room.number("lost")); }));
  CHECK(is_alive(other));
}

TEST_CASE("jobs: what a lost job left behind ends at the latest when the job is forgotten") {
  const JobRoom room;
  const auto starter = room.jobs();
  REQUIRE(starter->ensure(room.job("a", "setsid sleep 100 & echo $! > lost; touch up; wait")));
  REQUIRE(room.wait_for_file("up"));
  room.kill_keeper("a");
  REQUIRE(eventually([&] { return room.keeper("a") == 0; }));
  REQUIRE(is_alive(room.number("lost")));
  REQUIRE(room.jobs()->forget("a"));
  CHECK(eventually([&] { return !is_alive(room.number("lost")); }));
}

#endif
