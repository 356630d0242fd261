#include "import/paths.h"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"

using namespace par::import;
using Path = std::optional<std::string>;

TEST_CASE("import paths: what is inside the repository becomes relative and has one spelling") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"src/a.c", "src/a.c"},         {"./src//a.c", "src/a.c"},    {"src/./a.c/", "src/a.c"},
      {"src/x/../a.c", "src/a.c"},    {"/work/repo/a.c", "a.c"},    {"/work//repo/./x/a.c", "x/a.c"},
      {"..a/b..", "..a/b.."},         {".gitignore", ".gitignore"}, {"src/.github/x", "src/.github/x"},
      {"/work/x/../repo/a.c", "a.c"}, {"a b\xff", "a b\xff"}};
  for (const auto& [given, expected] : cases) {
    CAPTURE(given);
    CHECK(repository_path(given, "/work/repo") == Path(expected));
    CHECK(repository_path(given, "/work/repo/") == Path(expected));
  }
}

TEST_CASE("import paths: what is not inside the repository is refused") {
  const std::vector<std::string> cases = {"",
                                          ".",
                                          "..",
                                          "../a.c",
                                          "a/../../b",
                                          "/etc/passwd",
                                          "/work/repository/a",
                                          "/work/repo",
                                          "/work/repo/../x",
                                          "/",
                                          ".git/config",
                                          "sub/.git/HEAD",
                                          ".GIT/x",
                                          "a/.git",
                                          std::string("a\0b", 3)};
  for (const auto& given : cases) {
    CAPTURE(given);
    CHECK_FALSE(repository_path(given, "/work/repo"));
  }
  CHECK_FALSE(repository_path("/a.c", ""));
  CHECK_FALSE(repository_path("/a.c", "relative"));
}

TEST_CASE("import paths: file URIs and relative references become paths, others none") {
  CHECK(path_of_uri("src/a%20b%2Bc.cc") == Path("src/a b+c.cc"));
  CHECK(path_of_uri("file:///work/a%25.c") == Path("/work/a%.c"));
  CHECK(path_of_uri("file://localhost/a") == Path("/a"));
  CHECK(path_of_uri("file:/a") == Path("/a"));
  CHECK(path_of_uri("100%.c") == Path("100%.c"));
  CHECK(path_of_uri("a%zz%4") == Path("a%zz%4"));
  CHECK(path_of_uri("%2e%2e/a%00") == Path(std::string("../a\0", 5)));
  CHECK_FALSE(path_of_uri("https://example.org/a.c"));
  CHECK_FALSE(path_of_uri("file://server/a.c"));
  CHECK_FALSE(path_of_uri("C:/src/a.c"));
  CHECK(is_absolute_uri("file:///a"));
  CHECK(is_absolute_uri("/a"));
  CHECK_FALSE(is_absolute_uri("src/a:b"));
}
