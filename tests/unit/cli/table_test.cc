#include "cli/table.h"

#include "support/catch.h"

using par::cli::table_text;

TEST_CASE("table: columns are as wide as their widest cell, the last is not padded") {
  CHECK(table_text({{"agent", "state"}, {"a", "running"}, {"errors-and-more", "ok"}}) ==
        "agent            state\n"
        "a                running\n"
        "errors-and-more  ok\n");
}

TEST_CASE("table: lines are indented and end without blanks") {
  CHECK(table_text({{"a", "", ""}, {"", "b", ""}}, 2) == "  a\n     b\n");
}

TEST_CASE("table: characters count, not bytes") {
  CHECK(table_text({{"\xc3\xa9t\xc3\xa9", "x"}, {"ete", "x"}}) == "\xc3\xa9t\xc3\xa9  x\nete  x\n");
}

TEST_CASE("table: rows may be short, or there may be none") {
  CHECK(table_text({}) == "");
  CHECK(table_text({{"a"}, {"bb", "c"}}) == "a\nbb  c\n");
}
