#include "base/strings.h"

#include "base/ids.h"
#include "support/catch.h"

using namespace par;

TEST_CASE("strings: split keeps empty parts, split_terminated drops the last terminator") {
  CHECK(split("a,b,", ',') == std::vector<std::string>{"a", "b", ""});
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(split_terminated(std::string_view("a\0b\0", 4), '\0') == std::vector<std::string>{"a", "b"});
  CHECK(split_terminated("", '\n').empty());
}

TEST_CASE("strings: a text for JSON is itself, or quoted where it is not UTF-8") {
  CHECK(text_or_quoted("caf\xc3\xa9 \"x\"\n") == "caf\xc3\xa9 \"x\"\n");
  CHECK(text_or_quoted("a\xff") == "\"a\\377\"");
  CHECK(text_or_quoted("") == "");
}

TEST_CASE("strings: what a placeholder stands for is not looked into") {
  const Placeholder values[] = {{"{a}", "<{b}>"}, {"{b}", "{a}"}};
  CHECK(fill_placeholders("{a}{b} {c} {a", values) == "<{b}>{a} {c} {a");
  CHECK(fill_placeholders("", values) == "");
}

TEST_CASE("strings: a shell gets back the very bytes that were quoted") {
  CHECK(shell_quote("it's") == "'it'\\''s'");
  CHECK(shell_quote("") == "''");
}

TEST_CASE("strings: paths are quoted as git quotes them") {
  CHECK(quote_path("src/a b.c") == "src/a b.c");
  CHECK(quote_path("\xc3\xbcn") == "\"\\303\\274n\"");
  CHECK(quote_path("tab\tq\"u") == "\"tab\\tq\\\"u\"");
}

TEST_CASE("strings: a quoted path gives back every byte") {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  const std::vector<std::string> paths{"",
                                       "a b",
                                       "\"",
                                       "\\",
                                       "\"a\"",
                                       "\xc3\xbcn",
                                       "\xff\xfe"
                                       "1",
                                       "a\\",
                                       bytes};
  for (const auto& path : paths) CHECK(unquote_path(quote_path(path)) == path);
}

TEST_CASE("strings: a path that is quoted wrongly is refused") {
  for (const auto* bad :
       {"\"", "\"a", "\"a\\\"", "\"a\"b\"", "\"\\x\"", "\"\\12\"", "\"\\400\"", "\"\\18a\""})
    CHECK_FALSE(unquote_path(bad));
}

TEST_CASE("strings: what a terminal would act on is made visible") {
  CHECK(display_text("plain \xc3\xbc\n") == "plain \xc3\xbc\n");
  CHECK(display_text("\x1b[31m") == "\\x1b[31m");
  CHECK(display_text("a\xe2\x80\xae"
                     "b") == "a\\u{202e}b");
  CHECK(display_text("\xff") == "\\xff");
  CHECK(display_text("\xc2\x9b") == "\\u{9b}");
}

TEST_CASE("strings: a misspelt word finds its neighbour, a foreign one none") {
  const std::vector<std::string> keys{"target", "strategy", "worktrees"};
  CHECK(did_you_mean("taget", keys) == "target");
  CHECK(did_you_mean("stragety", keys) == "strategy");
  CHECK(did_you_mean("zzzzzz", keys).empty());
}

TEST_CASE("strings: durations read as people say them") {
  CHECK(human_duration(4.4) == "4s");
  CHECK(human_duration(125) == "2m 05s");
  CHECK(human_duration(3780) == "1h 03m");
  CHECK(human_duration(-1) == "0s");
}

TEST_CASE("ids: names are safe in refs, files and completion") {
  CHECK(is_valid_name("errors-2.x"));
  for (const auto* bad : {"", "Errors", "a:b", "a=b", ".a", "-a", "a..b", "a.lock", "a/b", "a b", "a."})
    CHECK_FALSE(is_valid_name(bad));
  CHECK_FALSE(is_valid_name(std::string(65, 'a')));
}

TEST_CASE("strings: a count and its noun") {
  CHECK(counted(0, "item") == "0 items");
  CHECK(counted(1, "branch") == "1 branch");
  CHECK(counted(2, "branch") == "2 branches");
}

TEST_CASE("strings: a line for a terminal stays one line") {
  CHECK(display_line("a\nb\x1b[2J") == "a\\x0ab\\x1b[2J");
}
