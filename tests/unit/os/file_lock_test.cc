#include "os/file_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "os/files.h"
#include "support/catch.h"
#include "support/forked.h"

using namespace par;
using namespace par::os;

namespace {

struct Room {
  TemporaryDirectory directory = *TemporaryDirectory::create("par-lock");
  std::string lock = directory.path() + "/lock";
};

}  // namespace

TEST_CASE("file lock: it has one holder, and the next after its end") {
  const Room room;
  {
    const auto held = FileLock::try_acquire(room.lock);
    REQUIRE(held);
    REQUIRE(held->has_value());
    CHECK_FALSE(FileLock::try_acquire(room.lock)->has_value());
    CHECK(*FileLock::holder(room.lock) == ::getpid());
  }
  CHECK(*FileLock::holder(room.lock) == std::nullopt);
  CHECK(FileLock::acquire(room.lock));
}

TEST_CASE(
    "file lock: a file that is not there is held by nobody, a directory that is not there is an error") {
  const Room room;
  CHECK(*FileLock::holder(room.lock) == std::nullopt);
  CHECK_FALSE(exists(room.lock));
  CHECK_FALSE(FileLock::try_acquire(room.directory.path() + "/missing/lock"));
}

TEST_CASE("file lock: a killed holder frees it") {
  const Room room;
  test::Forked holder([&](int pipe) {
    const auto lock = FileLock::acquire(room.lock);
    if (::write(pipe, "x", 1) != 1) return 1;
    ::pause();
    return 0;
  });
  REQUIRE(holder.read_at_least(1) == "x");
  const auto pid = FileLock::holder(room.lock);
  REQUIRE(pid->has_value());
  CHECK(**pid != ::getpid());
  CHECK_FALSE(FileLock::try_acquire(room.lock)->has_value());
  holder.kill();
  holder.wait();
  CHECK(*FileLock::holder(room.lock) == std::nullopt);
  CHECK(FileLock::try_acquire(room.lock)->has_value());
}

TEST_CASE("file lock: one that waits gets it when the holder lets go") {
  const Room room;
  auto held = FileLock::try_acquire(room.lock);
  REQUIRE(held->has_value());
  test::Forked waiter([&](int pipe) {
    held->reset();  // the copy that the fork inherited
    const auto lock = FileLock::acquire(room.lock);
    const auto holder = FileLock::holder(room.lock);
    const bool ours = lock && holder && *holder == ::getpid();
    return ours && ::write(pipe, "x", 1) == 1 ? 0 : 1;
  });
  held->reset();
  CHECK(waiter.read_rest() == "x");
  CHECK(waiter.wait() == 0);
}

namespace {

// Takes it in turn, and stops itself with it.
int take_and_stop(const std::string& lock, int pipe) {
  const auto held = FileLock::acquire_in_turn(lock);
  if (!held || ::write(pipe, "x", 1) != 1 || ::raise(SIGSTOP) != 0) return 1;
  return 0;
}

}  // namespace

TEST_CASE("file lock: in turn, a holder that is stopped is continued by who waits") {
  const Room room;
  test::Forked holder([&](int pipe) { return take_and_stop(room.lock, pipe); });
  REQUIRE(holder.read_at_least(1) == "x");
  CHECK(FileLock::acquire_in_turn(room.lock));
  CHECK(holder.wait() == 0);
}

TEST_CASE("file lock: in turn, the next is continued too when it is stopped") {
  const Room room;
  test::Forked next([&](int pipe) { return take_and_stop(room.lock + ".turn", pipe); });
  REQUIRE(next.read_at_least(1) == "x");
  CHECK(FileLock::acquire_in_turn(room.lock));
  CHECK(next.wait() == 0);
}

TEST_CASE("file lock: nobody holds a lock on a file that was removed") {
  const Room room;
  const auto old = FileLock::acquire(room.lock);
  REQUIRE(old);
  REQUIRE(remove_file(room.lock));
  const auto anew = FileLock::try_acquire(room.lock);
  REQUIRE(anew->has_value());
  CHECK(*FileLock::holder(room.lock) == ::getpid());
}

TEST_CASE("file lock: a symlink in its place is refused") {
  const Room room;
  const std::string precious = room.directory.path() + "/precious";
  REQUIRE(write_file_durably(precious, "mine"));
  REQUIRE(::symlink("precious", room.lock.c_str()) == 0);
  CHECK_FALSE(FileLock::try_acquire(room.lock));
  CHECK(*read_file(precious) == "mine");
}

TEST_CASE("file lock: many processes take it in turn, and asking who holds it disturbs nobody") {
  const Room room;
  const std::string counter = room.directory.path() + "/counter";
  REQUIRE(write_file_durably(counter, "0"));
  test::Forked observer([&](int) {
    for (;;)
      if (!FileLock::holder(room.lock)) return 1;
  });
  std::vector<test::Forked> workers;
  workers.reserve(4);
  for (int i = 0; i < 4; ++i)
    workers.emplace_back([&](int) {
      for (int done = 0; done < 10;) {
        const auto lock = FileLock::try_acquire(room.lock);
        if (!lock) return 1;
        if (!*lock) continue;
        const int count = std::stoi(*read_file(counter));
        if (!write_file_durably(counter, std::to_string(count + 1))) return 2;
        ++done;
      }
      return 0;
    });
  for (auto& worker : workers) CHECK(worker.wait() == 0);
  CHECK(*read_file(counter) == "40");
}
