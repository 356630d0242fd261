#include "os/job_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include "os/files.h"
#include "support/catch.h"

using namespace par;
using namespace par::os;

namespace {

constexpr std::string_view kFull =
    "git-par: the log has reached its limit; what follows is left out, but for its end\n";

std::string left_out(int bytes) {
  return "git-par: " + std::to_string(bytes) + " bytes of output are left out here\n";
}

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

TEST_CASE("job log: of more than the limit the beginning and the end are kept, to the byte") {
  const Room room;
  JobLog log = room.open(20);
  log.append("12345678");
  log.append("90\n45678\nxyz");
  CHECK(room.text() == "1234567890");
  CHECK(log.is_whole());
  log.append("1");
  CHECK_FALSE(log.is_whole());
  CHECK(room.text() == "1234567890\n" + std::string(kFull));  // said once, as soon as something is lost
  log.append("");
  log.append("2\n4567890\n");
  log.append("4567\n");
  CHECK(room.text() == "1234567890\n" + std::string(kFull));
  log.finish();
  log.notice("the end");
  CHECK(room.text() == "1234567890\n" + std::string(kFull) + left_out(21) + "4567\ngit-par: the end\n");
}

TEST_CASE("job log: the end of a single long line is kept without its beginning") {
  const Room room;
  JobLog log = room.open(20);
  log.append("1234567890" + std::string(1000, 'x') + "0123456789");
  log.finish();
  CHECK(room.text() == "1234567890\n" + std::string(kFull) + left_out(1000) + "0123456789\n");
}

TEST_CASE("job log: the end has its own share of a limit, however much is printed") {
  const Room room;
  JobLog log = room.open(1 << 20);
  for (int i = 0; i < 100'000; ++i) log.append("line " + std::to_string(i) + " of a hundred thousand\n");
  log.finish();
  const auto text = room.text();
  const auto cut = text.find(" are left out here\n");
  REQUIRE(cut != std::string::npos);
  CHECK(text.substr(cut).starts_with(" are left out here\nline "));
  CHECK(text.size() - cut <= kLogEnd + 20);
  CHECK(text.size() - cut > kLogEnd - 100);
  CHECK(text.ends_with("line 99999 of a hundred thousand\n"));
  CHECK(text.size() < (1 << 20) + 300);
}

TEST_CASE("job log: output that fits exactly is not cut") {
  for (std::size_t cut = 0; cut <= 8; ++cut) {
    const Room room;
    JobLog log = room.open(8);
    const std::string output = "123\n567\n";
    log.append(output.substr(0, cut));
    log.append(output.substr(cut));
    log.finish();
    CHECK(room.text() == output);
  }
}

TEST_CASE("job log: stamps count, and a second job has its own limit") {
  const Room room;
  JobLog first = room.open(26, true);
  first.append("1234");
  first.append("56\n");
  first.append("yz\n");
  first.append("w\n");
  first.finish();
  CHECK(without_times(room.text()) == "[] 12\n[] " + std::string(kFull) + "[] " + left_out(19) + "[] w\n");
  JobLog second = room.open(4);
  second.append("abc\n");
  second.finish();
  CHECK(room.text().ends_with("w\nabc\n"));
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
