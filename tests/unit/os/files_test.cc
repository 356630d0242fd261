#include "os/files.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "support/catch.h"
#include "support/forked.h"

using namespace par;
using namespace par::os;

namespace {

struct Room {
  TemporaryDirectory directory = *TemporaryDirectory::create("par-files");
  [[nodiscard]] std::string path(const std::string& name) const { return directory.path() + "/" + name; }
};

unsigned mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

}  // namespace

TEST_CASE("files: what is written durably is read back, whatever the bytes") {
  const Room room;
  std::string content(300'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7);
  REQUIRE(write_file_durably(room.path("f"), content));
  CHECK(*read_file(room.path("f")) == content);
  REQUIRE(write_file_durably(room.path("f"), ""));
  CHECK(read_file(room.path("f"))->empty());
}

TEST_CASE(
    "files: a durable write replaces the name, not what a link points to, and leaves no temporary file") {
  const Room room;
  REQUIRE(write_file_durably(room.path("target"), "old"));
  REQUIRE(::symlink("target", room.path("link").c_str()) == 0);
  REQUIRE(write_file_durably(room.path("link"), "new", 0640));
  CHECK(*read_file(room.path("target")) == "old");
  CHECK(*read_file(room.path("link")) == "new");
  CHECK(*list_directory(room.directory.path()) == std::vector<std::string>{"link", "target"});
  CHECK(mode_of(room.path("target")) == 0600);
  CHECK((mode_of(room.path("link")) & ~0640U) == 0);
}

TEST_CASE("files: a durable write that fails leaves the old content and no temporary file") {
  const Room room;
  REQUIRE(write_file_durably(room.path("f"), "old"));
  test::Forked limited([&](int) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = write_file_durably(room.path("f"), std::string(5000, 'x'));
    return !written && written.error().message == "cannot write '" + room.path("f") + "': File too large" ? 0
                                                                                                          : 1;
  });
  CHECK(limited.wait() == 0);
  CHECK(*read_file(room.path("f")) == "old");
  CHECK(*list_directory(room.directory.path()) == std::vector<std::string>{"f"});
  CHECK_FALSE(write_file_durably(room.path("missing/f"), "x"));
  REQUIRE(make_directories(room.path("directory/full")));
  CHECK_FALSE(write_file_durably(room.path("directory"), "x"));
  CHECK(list_directory(room.directory.path())->size() == 2);
}

TEST_CASE("files: reading what is not a file is an error that names it") {
  const Room room;
  const auto missing = read_file(room.path("missing"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message == "cannot open '" + room.path("missing") + "': No such file or directory");
  const auto directory = read_file(room.directory.path());
  REQUIRE_FALSE(directory);
  CHECK(directory.error().message == "cannot read '" + room.directory.path() + "': Is a directory");
}

TEST_CASE("files: existence does not follow symlinks, being a directory does") {
  const Room room;
  REQUIRE(::symlink("nowhere", room.path("dangling").c_str()) == 0);
  REQUIRE(::symlink(".", room.path("here").c_str()) == 0);
  CHECK(exists(room.path("dangling")));
  CHECK_FALSE(exists(room.path("nowhere")));
  CHECK_FALSE(is_directory(room.path("dangling")));
  CHECK(is_directory(room.path("here")));
}

TEST_CASE("files: directories are made with all their parents, once more is fine") {
  const Room room;
  REQUIRE(make_directories(room.path("a/b/c"), 0700));
  CHECK(mode_of(room.path("a/b")) == 0700);
  CHECK(mode_of(room.path("a/b/c")) == 0700);
  REQUIRE(make_directories(room.path("a/b/c/")));
  REQUIRE(::symlink("a", room.path("link").c_str()) == 0);
  REQUIRE(make_directories(room.path("link/b/d")));
  CHECK(is_directory(room.path("a/b/d")));
  REQUIRE(write_file_durably(room.path("file"), ""));
  CHECK_FALSE(make_directories(room.path("file")));
  CHECK_FALSE(make_directories(room.path("file/below")));
}

TEST_CASE("files: a listing is sorted, a missing directory has no entries") {
  const Room room;
  for (const std::string name : {"b", "a", ".c"}) REQUIRE(write_file_durably(room.path(name), ""));
  CHECK(*list_directory(room.directory.path()) == std::vector<std::string>{".c", "a", "b"});
  CHECK(list_directory(room.path("missing"))->empty());
  CHECK_FALSE(list_directory(room.path("a")));
}

TEST_CASE("files: removing a file is fine when it is gone, a directory is refused") {
  const Room room;
  REQUIRE(write_file_durably(room.path("f"), ""));
  REQUIRE(remove_file(room.path("f")));
  REQUIRE(remove_file(room.path("f")));
  CHECK_FALSE(remove_file(room.directory.path()));
}

TEST_CASE("files: a removed tree takes no target of its symlinks along") {
  const Room room;
  REQUIRE(make_directories(room.path("outside/deep")));
  REQUIRE(write_file_durably(room.path("outside/deep/precious"), "mine"));
  REQUIRE(make_directories(room.path("tree/a/b")));
  REQUIRE(write_file_durably(room.path("tree/a/f"), ""));
  REQUIRE(::symlink("../../outside", room.path("tree/a/to-directory").c_str()) == 0);
  REQUIRE(::symlink("../../outside/deep/precious", room.path("tree/a/to-file").c_str()) == 0);
  REQUIRE(::symlink("tree", room.path("to-tree").c_str()) == 0);

  REQUIRE(remove_tree(room.path("to-tree/")));
  CHECK_FALSE(exists(room.path("to-tree")));
  CHECK(exists(room.path("tree/a/f")));

  REQUIRE(remove_tree(room.path("tree")));
  CHECK_FALSE(exists(room.path("tree")));
  REQUIRE(remove_tree(room.path("tree")));
  CHECK(*read_file(room.path("outside/deep/precious")) == "mine");
}

TEST_CASE("files: a tree deeper than any path can name is removed") {
  const Room room;
  test::Forked digger([&](int) {
    if (::chdir(room.directory.path().c_str()) != 0) return 1;
    if (::mkdir("tree", 0700) != 0 || ::chdir("tree") != 0) return 2;
    const std::string name(200, 'd');
    for (int i = 0; i < 150; ++i)
      if (::mkdir(name.c_str(), 0700) != 0 || ::chdir(name.c_str()) != 0) return 3;
    return 0;
  });
  REQUIRE(digger.wait() == 0);
  REQUIRE(remove_tree(room.path("tree")));
  CHECK(list_directory(room.directory.path())->empty());
}

TEST_CASE("files: read-only directories are removed by a user without special rights") {
  const Room room;
  REQUIRE(::chmod(room.directory.path().c_str(), 0777) == 0);
  test::Forked user([&](int) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 1;
    if (!make_directories(room.path("cache/module/deep"))) return 2;
    if (!write_file_durably(room.path("cache/module/f"), "")) return 3;
    for (const std::string name : {"cache/module/deep", "cache/module", "cache"})
      if (::chmod(room.path(name).c_str(), 0555) != 0) return 4;
    return remove_tree(room.path("cache")) && !exists(room.path("cache")) ? 0 : 5;
  });
  CHECK(user.wait() == 0);
}

TEST_CASE("files: closed directories are removed by a user without special rights") {
  const Room room;
  REQUIRE(::chmod(room.directory.path().c_str(), 0777) == 0);
  test::Forked user([&](int) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 1;
    for (const unsigned mode : {0000U, 0444U, 0111U, 0222U}) {
      if (!make_directories(room.path("a/closed/deep"))) return 2;
      if (!write_file_durably(room.path("a/closed/deep/f"), "")) return 3;
      for (const std::string name : {"a/closed/deep", "a/closed", "a"})
        if (::chmod(room.path(name).c_str(), mode) != 0) return 4;
      if (!remove_tree(room.path("a")) || exists(room.path("a"))) return 5;
    }
    return 0;
  });
  CHECK(user.wait() == 0);
}

TEST_CASE("files: absolute paths are normal and resolve symlinks as far as they exist") {
  const Room room;
  const std::string here = absolute_path(room.directory.path());
  REQUIRE(make_directories(room.path("a/b")));
  REQUIRE(::symlink("a/b", room.path("link").c_str()) == 0);
  CHECK(absolute_path("link/../c/./d/", here) == here + "/a/c/d");
  CHECK(absolute_path("x/../../y", here + "/a") == here + "/y");
  CHECK(absolute_path("/usr//bin/", here) == absolute_path("/usr/bin"));
  CHECK(absolute_path("/") == "/");
  CHECK(absolute_path(".").front() == '/');
}

TEST_CASE("files: parents and base names") {
  CHECK(parent_directory("/a/b") == "/a");
  CHECK(parent_directory("/a//b//") == "/a");
  CHECK(parent_directory("/a") == "/");
  CHECK(parent_directory("/") == "/");
  CHECK(parent_directory("a") == ".");
  CHECK(parent_directory("") == ".");
  CHECK(base_name("/a/b.c/") == "b.c");
  CHECK(base_name("a") == "a");
  CHECK(base_name("/") == "/");
}

TEST_CASE("files: a temporary directory takes its content with it, unless it is released") {
  const Room room;
  ::setenv("TMPDIR", room.directory.path().c_str(), 1);
  std::string kept;
  {
    auto first = TemporaryDirectory::create("one");
    auto second = TemporaryDirectory::create("two");
    REQUIRE((first && second));
    CHECK(mode_of(first->path()) == 0700);
    REQUIRE(write_file_durably(first->path() + "/f", ""));
    const TemporaryDirectory moved = *std::move(first);
    kept = second->release();
  }
  ::unsetenv("TMPDIR");
  CHECK(*list_directory(room.directory.path()) == std::vector<std::string>{base_name(kept)});
}

TEST_CASE("files: file systems can be flushed and asked whether they are remote") {
  const Room room;
  CHECK(sync_file_system(room.directory.path()));
  CHECK(sync_directory(room.directory.path()));
  CHECK_FALSE(sync_file_system(room.path("missing")));
  CHECK_FALSE(on_network_file_system(room.path("not/yet/there")));
}
