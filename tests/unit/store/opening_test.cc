#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "os/files.h"
#include "support/catch.h"
#include "support/forked.h"
#include "unit/store/state.h"

using namespace par;
using par::store::Database;
using par::test::Forked;
using par::test::message_of;
using par::test::State;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

// The bytes of everything below the state directory but SQLite's shared memory.
std::string snapshot(const State& state) {
  std::string out;
  const auto names = os::list_directory(state.dir());
  REQUIRE(names);
  for (const auto& name : *names)
    if (name != "state.db-shm" && !os::is_directory(state.dir() + "/" + name))
      out += name + ":" + *os::read_file(state.dir() + "/" + name) + "\n";
  return out;
}

std::string open_message(const State& state) {
  const auto message = message_of(Database::open(state.dir()));
  CHECK(message_of(Database::open_existing(state.dir())) == message);
  return message;
}

}  // namespace

TEST_CASE("store: nobody else can read the state, whatever the umask") {
  State state;
  const auto before = ::umask(0);
  {
    auto database = state.open();
    REQUIRE(database.record_green(ObjectId("t")));
    for (const auto* file : {"/state.db", "/state.db-wal", "/state.db-shm", "/locks/db.lock"})
      CHECK(mode_of(state.dir() + file) == 0600);
  }
  ::umask(before);
  CHECK(mode_of(state.dir()) == 0700);
  CHECK(mode_of(state.dir() + "/locks") == 0700);
}

TEST_CASE("store: a state directory that was there is closed to others") {
  State state;
  REQUIRE(os::make_directories(state.dir(), 0755));
  static_cast<void>(state.open());
  CHECK(mode_of(state.dir()) == 0700);
}

TEST_CASE("store: looking for a state makes nothing") {
  State state;
  const auto missing = Database::open_existing(state.dir());
  REQUIRE(missing);
  CHECK_FALSE(*missing);
  CHECK_FALSE(os::exists(state.dir()));

  REQUIRE(os::make_directories(state.dir(), 0700));
  CHECK_FALSE(*Database::open_existing(state.dir()));
  CHECK(os::list_directory(state.dir())->empty());

  static_cast<void>(state.open());
  const auto there = Database::open_existing(state.dir());
  REQUIRE(there);
  CHECK(there->has_value());
}

TEST_CASE("store: a newer schema is refused and left alone") {
  State state;
  static_cast<void>(state.open());
  state.change("PRAGMA user_version=4");
  const auto before = snapshot(state);
  const auto refusal = Database::open(state.dir());
  REQUIRE_FALSE(refusal);
  CHECK(refusal.error().message.ends_with("was written by a newer git par (schema 4, this one knows 3)"));
  CHECK(refusal.error().hints.size() == 1);
  CHECK(open_message(state) == refusal.error().message);
  CHECK(snapshot(state) == before);
}

namespace {

// As the first schema had it.
void make_old(const State& state) {
  static_cast<void>(state.open());
  state.change(
      "DROP TABLE plan_head; DROP TABLE queue; DROP TABLE queue_agent; DROP TABLE queue_item;"
      "DROP TABLE queue_after; DROP TABLE holder; DROP TABLE claimed_path; DROP TABLE queue_probe;"
      "PRAGMA user_version=1");
}

}  // namespace

TEST_CASE("store: a database of the first schema is taken to ours, by whoever opens it first") {
  State state;
  make_old(state);
  if (GENERATE(true, false))
    static_cast<void>(state.open());
  else
    REQUIRE(Database::open_existing(state.dir()));
  CHECK(state.number("PRAGMA user_version") == 3);
  CHECK(state.number("SELECT count(*) FROM plan_head") == 0);
}

TEST_CASE("store: many processes that find an older schema agree") {
  State state;
  make_old(state);
  std::vector<Forked> children;
  for (int i = 0; i < 8; ++i) children.emplace_back([&](int) { return Database::open(state.dir()) ? 0 : 1; });
  for (auto& child : children) CHECK(child.wait() == 0);
  CHECK(state.number("PRAGMA user_version") == 3);
}

TEST_CASE("store: a database without a schema version is damaged, not new") {
  State state;
  static_cast<void>(state.open());
  state.change("PRAGMA user_version=0");
  CHECK(open_message(state) == "'" + state.file() + "' is damaged: its schema version is 0");
}

TEST_CASE("store: somebody else's database is refused and left alone") {
  State state;
  REQUIRE(os::make_directories(state.dir(), 0700));
  REQUIRE(os::write_file_durably(state.file(), ""));
  state.change("CREATE TABLE t(x); PRAGMA application_id=77; PRAGMA user_version=1");
  const auto before = snapshot(state);
  CHECK(open_message(state) == "'" + state.file() + "' is not a database of git par");
  CHECK(snapshot(state) == before);
}

TEST_CASE("store: an empty file and a file that is no database are refused") {
  State state;
  REQUIRE(os::make_directories(state.dir(), 0700));
  REQUIRE(os::write_file_durably(state.file(), ""));
  CHECK(open_message(state) == "'" + state.file() + "' is not a database of git par");
  REQUIRE(os::write_file_durably(state.file(), std::string(5000, 'x')));
  CHECK(open_message(state) == "cannot use '" + state.file() + "': file is not a database");
}

TEST_CASE("store: a log without its database is neither applied nor thrown away") {
  State state;
  static_cast<void>(state.open());
  REQUIRE(os::write_file_durably(state.file() + "-wal", "acknowledged work"));
  REQUIRE(os::remove_file(state.file()));
  CHECK(open_message(state) ==
        "'" + state.file() + "' is missing, but its log '" + state.file() + "-wal' is there");
  CHECK_FALSE(os::exists(state.file()));
  CHECK(*os::read_file(state.file() + "-wal") == "acknowledged work");
}

TEST_CASE("store: a directory that cannot be written is an error with its cause") {
  State state;
  REQUIRE(os::write_file_durably(state.dir(), "a file where the directory belongs"));
  CHECK_FALSE(Database::open(state.dir()));
}

#ifdef PAR_CRASH_POINTS
TEST_CASE("store: a process killed while it makes the database leaves all of it or nothing") {
  State state;
  const auto point = GENERATE(std::string("state.filled"), std::string("state.created"));
  Forked child([&](int) {
    ::setenv("PAR_CRASH", (point + "=kill").c_str(), 1);
    static_cast<void>(Database::open(state.dir()));
    return 0;
  });
  CHECK(child.wait() == 128 + 9);
  CHECK(os::exists(state.file()) == (point == "state.created"));
  auto database = state.open();
  REQUIRE(database.record_green(ObjectId("t")));
  CHECK_FALSE(os::exists(state.file() + ".new"));
}
#endif

#ifdef PAR_CRASH_POINTS
TEST_CASE("store: a process killed while it upgrades the schema leaves the old one") {
  State state;
  make_old(state);
  Forked child([&](int) {
    ::setenv("PAR_CRASH", "state.upgraded=kill", 1);
    static_cast<void>(Database::open(state.dir()));
    return 0;
  });
  CHECK(child.wait() == 128 + 9);
  CHECK(state.number("PRAGMA user_version") == 1);
  static_cast<void>(state.open());
  CHECK(state.number("PRAGMA user_version") == 3);
}
#endif

TEST_CASE("store: many processes that find no state make one") {
  State state;
  std::vector<Forked> children;
  for (int i = 0; i < 8; ++i)
    children.emplace_back([&](int) {
      auto database = Database::open(state.dir());
      return database && database->record_green(ObjectId(std::to_string(::getpid()))) ? 0 : 1;
    });
  for (auto& child : children) CHECK(child.wait() == 0);
  CHECK(state.number("SELECT count(*) FROM green") == 8);
}
