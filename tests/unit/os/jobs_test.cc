#include "os/jobs.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>

#include "base/strings.h"
#include "job_room.h"
#include "os/descriptor.h"
#include "support/catch.h"
#include "support/forked.h"

using namespace par;
using namespace par::os;
using namespace par::test;

TEST_CASE("jobs: the exit code of the command is its result") {
  const JobRoom room;
  const auto jobs = room.jobs();
  const JobExit ok = run_job(*jobs, room.job("ok", "exit 0"));
  CHECK(ok.id == "ok");
  CHECK(ok.how == ExitKind::exited);
  CHECK(ok.code == 0);
  CHECK(run_job(*jobs, room.job("three", "exit 3")).code == 3);
  const JobExit missing = run_job(*jobs, room.job("missing", "par-no-such-program"));
  CHECK(missing.how == ExitKind::exited);
  CHECK(missing.code == 127);
  CHECK(run_job(*jobs, room.job("not-executable", "/dev/null")).code == 126);
}

TEST_CASE("jobs: a command ended by a signal says which") {
  const JobRoom room;
  const JobExit exit = run_job(*room.jobs(), room.job("a", "kill -9 $$"));
  CHECK(exit.how == ExitKind::signalled);
  CHECK(exit.code == SIGKILL);
}

TEST_CASE("jobs: the command sees its directory, its environment alone, and no input") {
  const JobRoom room;
  JobSpec spec = room.job("a.b.1", "pwd; cat; env | sort | grep -v -e ^_= -e ^PWD= -e ^SHLVL= -e ^OLDPWD=");
  spec.env = {"PATH=/usr/bin:/bin", "ANSWER=42", "PAR_CRASH=x=kill", "PAR_JOB=other"};
  REQUIRE(run_job(*room.jobs(), spec).code == 0);
  const std::string here = absolute_path(room.directory.path());
  CHECK(room.text("a.b.1.log") == here + "\nANSWER=42\nPAR_JOB=a.b.1\nPAR_JOB_DIR=" +
                                      absolute_path(room.root) + "/a.b.1\nPATH=/usr/bin:/bin\n");
}

TEST_CASE("jobs: the command has no descriptor of ours and default signals") {
  const JobRoom room;
  const Descriptor ours(::open(room.directory.path().c_str(), O_RDONLY));
  REQUIRE(ours.is_open());
  std::signal(SIGPIPE, SIG_IGN);
  const auto exit =
      run_job(*room.jobs(), room.job("a", "ls /dev/fd/ | wc -l; sh -c 'kill -PIPE $$'; echo $?"));
  std::signal(SIGPIPE, SIG_DFL);
  REQUIRE(exit.code == 0);
  // 0, 1, 2 and the directory that ls reads.
  CHECK(trim(split(room.text("a.log"), '\n')[0]) == "4");
  CHECK(split(room.text("a.log"), '\n')[1] == "141");
}

TEST_CASE("jobs: several run at the same time, each exit comes once") {
  const JobRoom room;
  const auto jobs = room.jobs();
  // Each waits for the file of the other: one after the other would never end.
  REQUIRE(jobs->ensure(room.job("a", "touch a; while [ ! -e b ]; do sleep 0.01; done; exit 1")));
  REQUIRE(jobs->ensure(room.job("b", "touch b; while [ ! -e a ]; do sleep 0.01; done; exit 2")));
  std::vector<JobExit> all;
  while (all.size() < 2) {
    const auto some = jobs->wait(-1);
    REQUIRE(some);
    REQUIRE_FALSE(some->empty());
    all.insert(all.end(), some->begin(), some->end());
  }
  CHECK(all[0].code + all[1].code == 3);
  CHECK(jobs->wait(0)->empty());
  CHECK(jobs->wait(-1)->empty());
}

TEST_CASE("jobs: a wait that must not wait comes back at once with nothing") {
  const JobRoom room;
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(room.job("a", "while [ ! -e go ]; do sleep 0.01; done")));
  CHECK(jobs->wait(0)->empty());
  CHECK(jobs->wait(5)->empty());
  REQUIRE(write_file_durably(room.path("go"), ""));
  CHECK(await_one(*jobs).how == ExitKind::exited);
}

TEST_CASE("jobs: asking twice starts once, and a recorded result is given again") {
  const JobRoom room;
  const JobSpec spec = room.job("a", "echo ran >> runs; exit 5");
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(spec));
  REQUIRE(jobs->ensure(spec));
  CHECK(await_one(*jobs).code == 5);
  CHECK(run_job(*jobs, spec).code == 5);
  const JobExit again = run_job(*room.jobs(), spec);
  CHECK(again.code == 5);
  CHECK(again.how == ExitKind::exited);
  CHECK(room.text("runs") == "ran\n");
}

TEST_CASE("jobs: a forgotten job runs anew, a running one is not forgotten") {
  const JobRoom room;
  const JobSpec spec = room.job("a", "echo ran >> runs; while [ ! -e go ]; do sleep 0.01; done");
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(spec));
  CHECK_FALSE(jobs->forget("a"));
  REQUIRE(write_file_durably(room.path("go"), ""));
  await_one(*jobs);
  REQUIRE(jobs->forget("a"));
  REQUIRE(jobs->forget("a"));
  CHECK(list_jobs(room.root)->empty());
  CHECK(list_directory(room.root)->empty());
  run_job(*jobs, spec);
  CHECK(room.text("runs") == "ran\nran\n");
}

TEST_CASE("jobs: what cannot be started is an error, leaves no trace, and may be tried again") {
  const JobRoom room;
  const auto jobs = room.jobs();
  JobSpec spec = room.job("a", "exit 4");
  spec.cwd = room.path("missing");
  const auto no_directory = jobs->ensure(spec);
  REQUIRE_FALSE(no_directory);
  CHECK(no_directory.error().message == "cannot start job 'a'");
  CHECK(no_directory.error().causes ==
        std::vector<std::string>{"cannot change to directory '" + absolute_path(spec.cwd) +
                                 "': No such file or directory"});
  spec.cwd = room.directory.path();
  spec.log = room.path("missing/log");
  CHECK_FALSE(jobs->ensure(spec));
  CHECK(jobs->wait(-1)->empty());
  spec.log = room.path("log");
  CHECK(run_job(*jobs, spec).code == 4);
}

TEST_CASE("jobs: a log that was replaced by a symlink is not written through") {
  const JobRoom room;
  REQUIRE(write_file_durably(room.path("precious"), "mine\n"));
  REQUIRE(::symlink("precious", room.path("a.log").c_str()) == 0);
  CHECK_FALSE(room.jobs()->ensure(room.job("a", "echo hello")));
  CHECK(room.text("precious") == "mine\n");
}

TEST_CASE("jobs: an id is a plain file name") {
  const JobRoom room;
  const auto jobs = room.jobs();
  for (const std::string id : {"", ".", "..", ".hidden", "a/b", "../a", "A", "a b", "a\n"}) {
    CHECK_FALSE(jobs->ensure(room.job(id, "true")));
    CHECK_FALSE(jobs->stop(id));
    CHECK_FALSE(jobs->forget(id));
    CHECK_FALSE(stop_job(room.root, id, 0));
  }
  CHECK(list_directory(room.root)->empty());
}

TEST_CASE("jobs: a stopped job ends as stopped, by TERM when it listens") {
  const JobRoom room;
  const auto jobs = room.jobs();
  JobSpec spec = room.job("a", "trap 'echo bye; exit 9' TERM; touch up; while :; do sleep 0.01; done");
  spec.grace_ms = 10'000;
  REQUIRE(jobs->ensure(spec));
  REQUIRE(room.wait_for_file("up"));
  REQUIRE(jobs->stop("a"));
  const JobExit exit = await_one(*jobs);
  CHECK(exit.how == ExitKind::stopped);
  CHECK(exit.code == 9);
  CHECK(room.text("a.log").ends_with("bye\n"));
  CHECK(jobs->stop("a"));
  CHECK(jobs->stop("never-was"));
}

TEST_CASE("jobs: a time limit ends a command that ignores TERM") {
  const JobRoom room;
  const auto jobs = room.jobs();
  JobSpec spec = room.job("a", "trap '' TERM; sleep 100 & echo $! > child; while :; do sleep 0.01; done");
  spec.timeout_ms = 50;
  const JobExit exit = run_job(*jobs, spec);
  CHECK(exit.how == ExitKind::timed_out);
  CHECK(exit.code == SIGKILL);
  CHECK(exit.seconds >= 0.05);
  CHECK(eventually([&] { return !is_alive(room.number("child")); }));
}

TEST_CASE("jobs: a time limit holds while the command floods its output") {
  const JobRoom room;
  JobSpec spec = room.job("a", "exec yes");
  spec.timeout_ms = 50;
  spec.log_limit = 1000;
  CHECK(run_job(*room.jobs(), spec).how == ExitKind::timed_out);
}

TEST_CASE("jobs: a stopped (SIGSTOP) command can be stopped") {
  const JobRoom room;
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(room.job("a", "touch up; kill -STOP $$; sleep 100")));
  REQUIRE(room.wait_for_file("up"));
  REQUIRE(stop_job(room.root, "a", 10'000));
  CHECK(await_one(*jobs).how == ExitKind::stopped);
}

TEST_CASE("jobs: any process can list and stop a job") {
  const JobRoom room;
  const auto jobs = room.jobs();
  REQUIRE(jobs->ensure(room.job("b", "touch up; sleep 100")));
  run_job(*room.jobs(), room.job("a", "true"));
  REQUIRE(room.wait_for_file("up"));

  const auto views = list_jobs(room.root);
  REQUIRE(views);
  REQUIRE(views->size() == 2);
  CHECK(views->at(0).id == "a");
  CHECK_FALSE(views->at(0).alive);
  CHECK(views->at(1).id == "b");
  CHECK(views->at(1).alive);
  CHECK(is_alive(views->at(1).keeper));

  Forked other([&](int) { return stop_job(room.root, "b", 10'000) ? 0 : 1; });
  CHECK(other.wait() == 0);
  CHECK_FALSE(list_jobs(room.root)->at(1).alive);
  CHECK(await_one(*jobs).how == ExitKind::stopped);
  CHECK(stop_job(room.root, "b", 0));
  CHECK(list_jobs(room.path("nowhere"))->empty());
}

TEST_CASE("jobs: several are stopped at the same time") {
  const JobRoom room;
  const auto jobs = room.jobs();
  // Told to end, each waits for the other one to be told.
  const auto command = [](const std::string& own, const std::string& other) {
    return "trap 'touch " + own + ".told; n=0; until test -e " + other +
           ".told -o $n = 200; do sleep 0.02; n=$((n+1)); done; test $n = 200 || touch " + own +
           ".met; exit 0' TERM; touch " + own + ".up; while :; do sleep 0.01; done";
  };
  for (const auto& [own, other] : {std::pair("a", "b"), std::pair("b", "a")}) {
    JobSpec spec = room.job(own, command(own, other));
    spec.grace_ms = 10'000;
    REQUIRE(jobs->ensure(spec));
    REQUIRE(room.wait_for_file(std::string(own) + ".up"));
  }
  REQUIRE(stop_jobs(room.root, {"a", "b"}, 15'000));
  CHECK(exists(room.path("a.met")));
  CHECK(exists(room.path("b.met")));
}

TEST_CASE("jobs: one that takes too long to stop is an error that names it") {
  const JobRoom room;
  const auto jobs = room.jobs();
  JobSpec spec = room.job("a", "trap '' TERM; touch up; while :; do sleep 0.01; done");
  spec.grace_ms = 200;
  REQUIRE(jobs->ensure(spec));
  REQUIRE(room.wait_for_file("up"));
  const auto early = stop_job(room.root, "a", 1);
  REQUIRE_FALSE(early);
  CHECK(early.error().message == "job 'a' did not end within 1 ms");
  CHECK(await_one(*jobs).how == ExitKind::stopped);
}

TEST_CASE("jobs: the log is for its owner's eyes, and a second job appends to it") {
  const JobRoom room;
  const auto jobs = room.jobs();
  JobSpec first = room.job("a", "printf 'out\\n'; printf err >&2");
  JobSpec second = room.job("b", "echo more");
  second.log = first.log;
  run_job(*jobs, first);
  run_job(*jobs, second);
  CHECK(room.text("a.log") == "out\nerr\nmore\n");
  struct stat info {};
  REQUIRE(::stat(first.log.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  REQUIRE(::stat(room.root.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("jobs: five megabytes of output are drained, the log keeps to its limit") {
  const JobRoom room;
  JobSpec spec = room.job("a", "head -c 5000000 /dev/zero | tr '\\0' 'x'; echo; echo done > finished");
  spec.log_limit = 100'000;
  CHECK(run_job(*room.jobs(), spec).code == 0);
  CHECK(room.text("finished") == "done\n");
  const std::string log = room.text("a.log");
  CHECK(log.find_first_not_of('x') == 50'000);
  CHECK(log.substr(50'000).starts_with("\ngit-par: the log has reached its limit;"));
  CHECK(log.ends_with(" bytes of output are left out here\n" + std::string(49'999, 'x') + "\n"));
}

TEST_CASE("jobs: the end of the output is in the log also of a command that had to be ended") {
  const JobRoom room;
  const auto jobs = room.jobs();
  JobSpec spec = room.job("a",
                          "trap 'echo bye; exit 9' TERM; yes | head -c 500000; touch up; "
                          "while :; do sleep 0.01; done");
  spec.log_limit = 10'000;
  spec.grace_ms = 10'000;
  REQUIRE(jobs->ensure(spec));
  REQUIRE(room.wait_for_file("up"));
  REQUIRE(stop_job(room.root, "a", 10'000));
  CHECK(await_one(*jobs).how == ExitKind::stopped);
  const auto log = room.text("a.log");
  CHECK(log.ends_with("\nbye\n"));
  CHECK(log.size() < 10'300);
}

TEST_CASE("jobs: when a job last printed is told, also beyond the limit of its log") {
  const JobRoom room;
  const auto jobs = room.jobs();
  const auto until = [](const std::string& file) {
    return "touch at." + file + "; until test -e " + file + "; do sleep 0.01; done; ";
  };
  JobSpec spec = room.job("a", until("one") + "echo one; " + until("two") + "yes | head -c 50000; " +
                                   until("three") + "echo three; " + until("end"));
  spec.log_limit = 10'000;
  REQUIRE(write_file_durably(spec.log, "of another job"));
  const auto set = [&](const std::string& name) { REQUIRE(touch(room.path(name))); };
  const auto printed = [&] { return last_output(room.root, "a", spec.log); };
  // The log looks, and stays, as if nobody had printed for long.
  const auto is_old = [&] {
    const struct timespec past[2] = {{1000, 0}, {1000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, spec.log.c_str(), past, 0) == 0);
    ::usleep(50'000);
    return printed() == 1'000'000;
  };
  CHECK_FALSE(printed());
  REQUIRE(jobs->ensure(spec));
  REQUIRE(room.wait_for_file("at.one"));
  CHECK_FALSE(printed());
  // As an older version recorded it.
  const std::string started = room.root + "/a/started";
  const auto record = read_file(started).value();
  REQUIRE(write_file_durably(started, "1\n"));
  CHECK(printed());
  REQUIRE(write_file_durably(started, record));
  set("one");
  REQUIRE(room.wait_for_file("at.two"));
  CHECK(eventually([&] { return printed().has_value(); }));
  set("two");
  REQUIRE(room.wait_for_file("at.three"));
  REQUIRE(eventually([&] { return room.text("a.log").ends_with("but for its end\n"); }));
  REQUIRE(eventually(is_old));
  set("three");
  CHECK(eventually([&] { return printed() > 1'000'000; }));
  set("end");
  CHECK(await_one(*jobs).code == 0);
}

TEST_CASE("jobs: all output of a large job within the limit is in the log") {
  const JobRoom room;
  CHECK(run_job(*room.jobs(), room.job("a", "head -c 5000000 /dev/zero | tr '\\0' 'x'")).code == 0);
  const std::string log = room.text("a.log");
  CHECK(log.find_first_not_of('x') == 5'000'000);
  CHECK(log.substr(5'000'000) == "\n");
}
