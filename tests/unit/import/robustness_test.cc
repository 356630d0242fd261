#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "import_support.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;
using import::Format;
using Texts = std::vector<std::string>;

namespace {

bool is_json_document(Format format) {
  return format == Format::sarif || format == Format::eslint || format == Format::sonarqube;
}

void check_sums(const import::Imported& imported) {
  CHECK(imported.records == imported.items.size() + imported.duplicates + imported.skipped + imported.bad);
  CHECK(imported.first_bad.size() == std::min<std::size_t>(imported.bad, import::kBadRecordsKept));
}

// How many items of `some` are not, member for member, among those of `all`.
std::size_t invented(const import::Imported& some, const import::Imported& all) {
  return static_cast<std::size_t>(
      std::count_if(some.items.begin(), some.items.end(), [&](const core::Item& item) {
        return std::find(all.items.begin(), all.items.end(), item) == all.items.end();
      }));
}

Result<import::Format> detected(std::string_view text, const std::string& name) {
  PAR_ASSIGN(const auto imported, import::read_findings(in_chunks(text, 5), name, {}));
  return imported.format;
}

}  // namespace

TEST_CASE("import: the size of the chunks does not show") {
  for (const auto format : all_formats()) {
    CAPTURE(name_of(format));
    const auto whole = read(format, example(format));
    REQUIRE(whole.items.size() >= 2);
    for (const auto chunk : std::vector<std::size_t>{1, 2, 3, 7, 64})
      CHECK(read(format, example(format), chunk) == whole);
    check_sums(whole);
  }
}

TEST_CASE("import: a byte order mark and CR LF change nothing but the places") {
  for (const auto format : all_formats()) {
    CAPTURE(name_of(format));
    const std::string text(example(format));
    const auto whole = read(format, text);
    CHECK(read(format, "\xef\xbb\xbf" + text).items == whole.items);
    if (format == Format::csv) continue;
    std::string with_cr;
    for (const char c : text) with_cr += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const auto crlf = read(format, with_cr);
    CHECK(crlf.items == whole.items);
    CHECK(crlf.bad == whole.bad);
  }
}

TEST_CASE("import: input that is cut off anywhere changes at most its last record, and of JSON none") {
  for (const auto format : all_formats()) {
    CAPTURE(name_of(format));
    const auto text = example(format);
    const auto whole = read(format, text);
    const bool is_json = is_json_document(format) || format == Format::jsonl;
    for (std::size_t size = 0; size < text.size(); ++size) {
      CAPTURE(size);
      const auto cut = read(format, text.substr(0, size));
      CHECK(invented(cut, whole) <= (is_json ? 0 : 1));
      check_sums(cut);
      if (is_json_document(format)) CHECK(cut.complete == (size + 1 >= text.size()));
    }
  }
}

TEST_CASE("import: a bad record between good ones is counted at its place and costs no other") {
  const std::string good = R"({"filePath":"a.js","messages":[{"ruleId":"r","message":"m","severity":1}]})";
  const std::string other = R"({"filePath":"b.js","messages":[{"ruleId":"r","message":"m","severity":1}]})";
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"filePath":})", "not JSON"},
      {R"({"filePath":"a}]" ])", "not JSON"},
      {"{\"filePath\":\"\xc3\"}", "not UTF-8"},
      {std::string("{\"filePath\":\"\0\"}", 16), "not JSON"},
      {std::string("\0", 1), "not JSON"},
      {deep, "nested too deeply"},
      {"nul", "not JSON"},
      {"\"text\"", "not an object"}};
  for (const auto& [record, reason] : cases) {
    CAPTURE(reason, record.substr(0, 30));
    const auto imported = read(Format::eslint, "[" + good + ", " + record + " ," + other + "]");
    CHECK(imported.items.size() == 2);
    CHECK(bad_of(imported) == Texts{fmt::format("byte {}: {}", good.size() + 3, reason)});
    CHECK_FALSE(imported.complete);
  }
}

TEST_CASE("import: a broken document is one bad record, and what was read before stays") {
  const std::string good = R"({"filePath":"a.js","messages":[{"ruleId":"r","message":"m","severity":1}]})";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {good, "the document ends too early"},
      {good + "]]", "more text behind the document"},
      {good + "] {", "more text behind the document"},
      {good + " " + good, "expected ',' or ']' here"},
      {good + ",]", "expected a value here"},
      {good + ",:", "expected a value here"},
      {good + R"(,{"x)", "the document ends too early"}};
  for (const auto& [text, reason] : cases) {
    CAPTURE(text);
    const auto imported = read(Format::eslint, "[" + text);
    CHECK(imported.items.size() == 1);
    REQUIRE(imported.bad == 1);
    CHECK(imported.first_bad.front().reason == reason);
    CHECK_FALSE(imported.complete);
  }
  CHECK(bad_of(read(Format::sarif, "{7:1}")) == Texts{"byte 1: expected the name of a member here"});
  CHECK(bad_of(read(Format::sarif, "{\"a\" 1}")) == Texts{"byte 5: expected ':' here"});
  CHECK(bad_of(read(Format::sarif, "[]")) == Texts{"byte 0: expected an object here"});
  CHECK(bad_of(read(Format::sarif, "")) == Texts{"byte 0: the document ends too early"});
}

TEST_CASE("import: depth that is skipped costs nothing") {
  const std::string deep = std::string(3'000'000, '[') + std::string(3'000'000, ']');
  const auto imported = read(Format::sonarqube, R"({"x":)" + deep + R"(,"issues":[]})");
  CHECK(imported.complete);
}

TEST_CASE("import: a record above the limit is bad, and the next one is read") {
  const std::string huge(17U << 20U, 'x');
  const auto check_one = [](Format format, const std::string& text, const std::string& where) {
    CAPTURE(name_of(format));
    const auto imported = read(format, text, 1U << 20U);
    CHECK(bad_of(imported) == Texts{where + ": longer than 16 MiB"});
    CHECK(imported.items.size() == 1);
  };
  check_one(Format::jsonl, "{\"id\":\"" + huge + "\"}\n{\"id\":\"a\"}\n", "line 1");
  check_one(Format::csv, "id,title\n\"" + huge + "\"\na,b\n", "line 2");
  check_one(Format::compiler, "a.c:1: error: " + huge + "\na.c:1: error: x\n", "line 1");
  check_one(Format::eslint, R"([{"x":")" + huge + R"("},{"filePath":"a","messages":[{"message":"m"}]}])",
            "byte 1");
  check_one(Format::sonarqube, R"({"issues":[{"x":")" + huge + R"("},{"component":"p:a","message":"m"}]})",
            "byte 11");
}

TEST_CASE("csv: a quote that is not closed is given up at the limit, and reading goes on behind it") {
  std::string text = "id,title\n\"open";
  for (int i = 0; i < 18; ++i) text += "\n" + std::string(1U << 20U, 'x') + std::to_string(i) + ",t";
  const auto imported = read(Format::csv, text + "\nlast,t\n");
  CHECK(bad_of(imported) == Texts{"line 2: longer than 16 MiB"});
  REQUIRE(imported.items.size() == 3);
  CHECK(imported.items.back().id == ItemId("last"));
}

TEST_CASE("import: only the first bad records are kept, and all are counted") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "{\n";
  const auto imported = read(Format::jsonl, text);
  CHECK(imported.bad == 50);
  REQUIRE(imported.first_bad.size() == import::kBadRecordsKept);
  CHECK(imported.first_bad.back().at == 20);
}

TEST_CASE("import: when strict, the first bad record is the error") {
  for (const auto format : all_formats()) {
    const auto lenient = read(format, example(format));
    const auto strict =
        import::read_findings(in_chunks(example(format), 9), "in", {format, "/work/repo", true});
    REQUIRE(strict.has_value() == (lenient.bad == 0));
    if (!strict) CHECK(strict.error().message == "'in' has a bad record at " + bad_of(lenient).front());
  }
}

TEST_CASE("import: the source's error is the import's") {
  const std::string blanks(100'000, '\n');  // more than is read to tell the format
  for (const auto format : all_formats()) {
    std::string_view text = blanks;
    const import::Source source = [&](std::span<char> room) -> Result<std::size_t> {
      if (text.empty()) return Error("the disk is gone");
      const auto piece = text.substr(0, std::min<std::size_t>(room.size(), 9999));
      text.remove_prefix(piece.size());
      std::copy(piece.begin(), piece.end(), room.begin());
      return piece.size();
    };
    const auto imported = import::read_findings(source, "in", {format, "", false});
    REQUIRE_FALSE(imported);
    CHECK(imported.error().message == "cannot read 'in'");
    CHECK(imported.error().causes == Texts{"the disk is gone"});
  }
}

TEST_CASE("import: the format is told from the content") {
  for (const auto format : all_formats()) {
    CAPTURE(name_of(format));
    const auto found = detected(example(format), "input");
    REQUIRE(found);
    CHECK(*found == format);
    CHECK(*detected("\xef\xbb\xbf \r\n" + std::string(example(format)), "input.bin") == format);
  }
  CHECK(*detected("[]", "x") == Format::eslint);
  CHECK(*detected(R"({"$schema":"https://x/sarif-2.1.0.json","properties":{)", "x") == Format::sarif);
  CHECK(*detected(R"({"properties":{"issues":[],"runs":[]},"title":"t"})", "x") == Format::jsonl);
}

TEST_CASE("import: the name decides where the content says nothing, and otherwise it is an error") {
  CHECK(*detected("", "x.jsonl") == Format::jsonl);
  CHECK(*detected("all is well\n", "build.log") == Format::compiler);
  CHECK(*detected("{}", "x.sarif") == Format::sarif);
  const auto unknown = detected("all is well\n", "x");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message == "cannot tell the format of 'x'");
  CHECK(unknown.error().hints ==
        Texts{"name it with --format: sarif, jsonl, csv, compiler, eslint, sonarqube"});
  CHECK(detected("  \n", "x").error().causes == Texts{"it is empty"});
  CHECK(detected(std::string_view("\xff\xfe[\0", 4), "x").error().causes ==
        Texts{"it is UTF-16 text, and only UTF-8 is read"});
}
