#include "os/job_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include "os/files.h"
#include "support/catch.h"

using namespace par;
using namespace par::os;

namespace {

constexpr std::string_view kFull = "git-par: the log has reached its limit; further output is dropped\n";

struct Room {
  TemporaryDirectory directory = *TemporaryDirectory::create("par-log");
  std::string path = directory.path() + "/log";
  [[nodiscard]] std::string text() const { return *read_file(path); }
  [[nodiscard]] JobLog open(std::int64_t limit = 1000, bool timestamps = false) const {
    auto log = JobLog::open(path, limit, timestamps);
    REQUIRE(log);
    return *std::move(log);
  }
};

// "[12:34:56] " -> "[] "
std::string without_times(std::string text) {
  for (std::size_t at = 0; (at = text.find('[', at)) != std::string::npos; ++at) {
    REQUIRE(text.size() > at + 10);
    CHECK(text[at + 3] == ':');
    CHECK(text[at + 9] == ']');
    text.erase(at + 1, 8);
  }
  return text;
}

}  // namespace

TEST_CASE("job log: every line has one stamp, wherever the output is cut") {
  const std::string output = "one\n\ntwo two\nthree";
  for (std::size_t cut = 0; cut <= output.size(); ++cut) {
    const Room room;
    JobLog log = room.open(1000, true);
    log.append(output.substr(0, cut));
    log.append(output.substr(cut));
    log.finish();
    CHECK(without_times(room.text()) == "[] one\n[] \n[] two two\n[] three\n");
  }
}

TEST_CASE("job log: an unfinished line can be seen at once") {
  const Room room;
  JobLog log = room.open();
  log.append("50%");
  CHECK(room.text() == "50%");
  log.append(" 100%\n");
  log.finish();
  CHECK(room.text() == "50% 100%\n");
}

TEST_CASE("job log: the limit holds to the byte and is said once") {
  const Room room;
  JobLog log = room.open(10);
  log.append("12345");
  log.append("67890");
  CHECK(room.text() == "1234567890");
  log.append("x");
  log.append("y\n");
  log.finish();
  CHECK(room.text() == "1234567890\n" + std::string(kFull));
}

TEST_CASE("job log: output that fits exactly is not cut") {
  const Room room;
  JobLog log = room.open(4);
  log.append("123\n");
  log.finish();
  CHECK(room.text() == "123\n");
}

TEST_CASE("job log: stamps count, and a second job has its own limit") {
  const Room room;
  JobLog first = room.open(13, true);
  first.append("123\n");
  CHECK(without_times(room.text()) == "[] 12\n[] " + std::string(kFull));
  JobLog second = room.open(4);
  second.append("abc\n");
  CHECK(room.text().ends_with("dropped\nabc\n"));
}

TEST_CASE("job log: a line left unfinished by a killed keeper is ended first") {
  const Room room;
  REQUIRE(write_file_durably(room.path, "killed he"));
  JobLog log = room.open();
  log.append("new\n");
  CHECK(room.text() == "killed he\nnew\n");
}

TEST_CASE("job log: only a regular file will do") {
  const Room room;
  REQUIRE(::mkfifo(room.path.c_str(), 0600) == 0);
  CHECK_FALSE(JobLog::open(room.path, 10, false));
  REQUIRE(remove_file(room.path));
  REQUIRE(::symlink("elsewhere", room.path.c_str()) == 0);
  CHECK_FALSE(JobLog::open(room.path, 10, false));
  CHECK_FALSE(exists(room.directory.path() + "/elsewhere"));
  CHECK_FALSE(JobLog::open(room.directory.path(), 10, false));
}
