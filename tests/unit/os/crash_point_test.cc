#include "os/crash_point.h"

#include <csignal>
#include <cstdlib>
#include <string>

#include "os/files.h"
#include "support/catch.h"
#include "support/forked.h"

using namespace par;
using namespace par::os;

#ifdef PAR_CRASH_POINTS

namespace {

// Sets a variable for as long as it lives.
struct Setting {
  Setting(const char* variable, const std::string& value) : name(variable) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Setting() { ::unsetenv(name); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;
  const char* name;
};

}  // namespace

TEST_CASE("crash point: nothing happens unless its name is asked for") {
  CHECK(crash_point("test.step"));
  const Setting other("PAR_CRASH", "test.other=eio");
  CHECK(crash_point("test.step"));
}

TEST_CASE("crash point: the n-th passage fails, those before and after do not") {
  const Setting setting("PAR_CRASH", "test.step@3=enospc");
  CHECK(crash_point("test.step"));
  CHECK(crash_point("test.other"));
  CHECK(crash_point("test.step"));
  const auto third = crash_point("test.step");
  REQUIRE_FALSE(third);
  CHECK(third.error().message == "crash point 'test.step': No space left on device");
  CHECK(crash_point("test.step"));
}

TEST_CASE("crash point: eio is an input/output error, kill is the end") {
  {
    const Setting setting("PAR_CRASH", "test.step=eio");
    CHECK(crash_point("test.step").error().message == "crash point 'test.step': Input/output error");
  }
  const Setting setting("PAR_CRASH", "test.step@2=kill");
  test::Forked child([](int) {
    static_cast<void>(crash_point("test.step"));
    static_cast<void>(crash_point("test.step"));
    return 0;
  });
  CHECK(child.wait() == 128 + SIGKILL);
}

TEST_CASE("crash point: a setting that is not understood fails every point") {
  for (const std::string bad :
       {"test.step", "test.step=explode", "test.step@=kill", "test.step@0=kill", "x@2y=eio"}) {
    const Setting setting("PAR_CRASH", bad);
    const auto result = crash_point("test.step");
    REQUIRE_FALSE(result);
    CHECK(result.error().message == "cannot understand PAR_CRASH '" + bad + "'");
  }
}

TEST_CASE("crash point: passages are listed") {
  const auto room = TemporaryDirectory::create("par-crash");
  REQUIRE(room);
  const std::string list = room->path() + "/list";
  const Setting setting("PAR_CRASH_LIST", list);
  CHECK(crash_point("test.one"));
  CHECK(crash_point("test.two"));
  CHECK(*read_file(list) == "test.one\ntest.two\n");
}

#else

TEST_CASE("crash point: compiled out it does nothing") {
  ::setenv("PAR_CRASH", "test.step=eio", 1);
  CHECK(crash_point("test.step"));
  ::unsetenv("PAR_CRASH");
}

#endif
