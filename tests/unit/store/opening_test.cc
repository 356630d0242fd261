#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "os/file_lock.h"
#include "os/files.h"
#include "os/sha256.h"
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

TEST_CASE("store: a state that cannot be looked into is not taken for none") {
  const State state;
  REQUIRE(os::write_file_durably(state.dir(), "", 0600));
  CHECK(message_of(Database::open_existing(state.dir())) ==
        "cannot look for '" + state.file() + "': Not a directory");
}

TEST_CASE("store: a newer schema is refused and left alone") {
  State state;
  static_cast<void>(state.open());
  state.change("PRAGMA user_version=6");
  const auto before = snapshot(state);
  const auto refusal = Database::open(state.dir());
  REQUIRE_FALSE(refusal);
  CHECK(refusal.error().message.ends_with("was written by a newer git par (schema 6, this one knows 5)"));
  CHECK(refusal.error().hints.size() == 1);
  CHECK(open_message(state) == refusal.error().message);
  CHECK(snapshot(state) == before);
}

namespace {

// As the first schema had it.
void make_old(const State& state) {
  static_cast<void>(state.open());
  state.change(
      "DROP TABLE plan_head; DROP TABLE work; DROP INDEX reopened_item;"
      "ALTER TABLE item DROP COLUMN reopened_after; DROP TABLE queue; DROP TABLE queue_agent;"
      "DROP TABLE queue_item; DROP TABLE queue_after; DROP TABLE holder; DROP TABLE claimed_path;"
      "DROP TABLE queue_probe; PRAGMA user_version=1");
}

}  // namespace

TEST_CASE("store: a database of the first schema is taken to ours, by whoever opens it first") {
  State state;
  make_old(state);
  if (GENERATE(true, false))
    static_cast<void>(state.open());
  else
    REQUIRE(Database::open_existing(state.dir()));
  CHECK(state.number("PRAGMA user_version") == 5);
  CHECK(state.number("SELECT count(*) FROM plan_head") == 0);
}

// A plan as versions with the first schema wrote it, byte by byte.
constexpr const char* kOldPlan =
    R"({"base":"b0","target":"refs/heads/main","strategy":"squash","worktrees":"../{repo}-{agent}","jobs":2,)"
    R"("ignore_case":false,"precompose":false,"validations":[{"name":"unit","run":"make test",)"
    R"("report":"exit","inputs":[],"timeout":600,"reruns":1,"when":"both"}],"agents":[{"spec":{"name":"errors",)"
    R"("owns":["/src/**"],"rules":[],"forbids":[],"after":[],"run":"true","prompt":"","validate":[],)"
    R"("categories":[],"count":1,"pool":"","timeout":7200,"estimate":0},"phase":1,"items":[{"id":"SEC-1",)"
    R"("title":"t","files":["src/x.c"],"severity":"major","category":"c","estimate":0,"after":[],"agent":""}],)"
    R"("validations":["unit"],"file_count":1}],"phases":1,"decision":{"mode":"sequential","sequential_s":0,)"
    R"("parallel_s":0,"speedup":1,"efficiency":0,"reasons":["one agent"]},"overlaps":[],"conflicts":[],)"
    R"("unowned_items":[],"unowned_paths":3,"hot":[]})";

TEST_CASE("store: a plan of the first schema is read, and what it does not hold is as it was then") {
  State state;
  make_old(state);
  const auto id = "p-" + os::sha256_hex(kOldPlan).substr(0, 12);
  state.change(std::string("INSERT INTO plan VALUES ('") + id + "', '" + kOldPlan + "')");
  const auto database = state.open();
  const auto plan = database.plan(id);
  REQUIRE(message_of(plan) == "no error");
  CHECK(plan->strategy == core::Strategy::squash);
  CHECK(plan->agents.front().items.front().id == ItemId("SEC-1"));
  CHECK(plan->unowned_paths == 3);
  CHECK(plan->finished_items == 0);
  CHECK(plan->predictions.empty());
  const auto head = database.plan_head(PlanId(id));
  REQUIRE(head);
  CHECK(head->item_counts == std::vector<std::int64_t>{1});
}

TEST_CASE("store: many processes that find an older schema agree") {
  State state;
  make_old(state);
  std::vector<Forked> children;
  for (int i = 0; i < 8; ++i) children.emplace_back([&](int) { return Database::open(state.dir()) ? 0 : 1; });
  for (auto& child : children) CHECK(child.wait() == 0);
  CHECK(state.number("PRAGMA user_version") == 5);
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

namespace {

// Until somebody waits for this lock.
void await_waiter(const std::string& lock) {
  struct stat status {};
  REQUIRE(::stat(lock.c_str(), &status) == 0);
  const auto inode = ":" + std::to_string(status.st_ino) + " ";
  for (int i = 0; i < 6000; ++i, ::usleep(10'000)) {
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);)
      if (line.find(" -> FLOCK ") != std::string::npos && line.find(inode) != std::string::npos) return;
  }
  FAIL("nobody waits for " << lock);
}

}  // namespace

TEST_CASE("store: an upgrade that waited for a newer version's leaves that as it is") {
  State state;
  make_old(state);
  const auto lock = store::lock_file(state.dir());
  Forked holder([&](int pipe) {
    const auto held = os::FileLock::acquire(lock);
    if (!held || ::write(pipe, "x", 1) != 1) return 1;
    ::pause();
    return 0;
  });
  REQUIRE(holder.read_at_least(1) == "x");
  Forked older([&](int pipe) {
    const auto message = message_of(Database::open(state.dir()));
    return ::write(pipe, message.data(), message.size()) > 0 ? 0 : 1;
  });
  await_waiter(lock);
  state.change("PRAGMA user_version=6");
  holder.kill();
  holder.wait();
  CHECK(older.read_rest().ends_with("was written by a newer git par (schema 6, this one knows 5)"));
  CHECK(older.wait() == 0);
  CHECK(state.number("PRAGMA user_version") == 6);
}

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
  CHECK(state.number("PRAGMA user_version") == 5);
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
