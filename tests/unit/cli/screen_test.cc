#include "cli/screen.h"

#include "support/catch.h"

using par::cli::screenful;

TEST_CASE("screen: what fits is drawn as it is, each line over the old one") {
  CHECK(screenful("one\ntwo\n", 2, 80) == "one\x1b[K\r\ntwo\x1b[K");
  CHECK(screenful("", 2, 80).empty());
}

TEST_CASE("screen: what does not fit is cut, and said to be") {
  CHECK(screenful("1\n2\n3\n4\n", 3, 80) == "1\x1b[K\r\n2\x1b[K\r\n... 2 more lines\x1b[K");
  CHECK(screenful("abcdef\n", 3, 4) == "abcd\x1b[K");
  CHECK(screenful("a\xc3\xa4"
                  "b\n",
                  3, 2) == "a\xc3\xa4\x1b[K");
  CHECK(screenful("1\n2\n", 1, 5) == "... 2\x1b[K");
}
