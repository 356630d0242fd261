#include "base/folding.h"

#include <string>

#include "base/utf8.h"
#include "support/catch.h"

namespace par {
namespace {

constexpr Folding kBoth{true, true};

std::string utf8(std::uint32_t c) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0U | c >> 6U), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0U | c >> 12U), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | c >> 18U), tail(12), tail(6), tail(0)};
}

TEST_CASE("folding: nothing is folded unless it is asked for") {
  CHECK(fold_name("Caf\xc3\x89", {}) == "Caf\xc3\x89");
  CHECK(fold_name("Cafe\xcc\x81", {true, false}) == "cafe\xcc\x81");
  CHECK(fold_name("Cafe\xcc\x81", {false, true}) == "Caf\xc3\xa9");
  CHECK(fold_name("CAFE\xcc\x81", kBoth) == "caf\xc3\xa9");
}

TEST_CASE("folding: marks are put in order before their case is folded") {
  // Alpha with an acute accent and a small iota below, in both orders.
  const std::string one = "\xce\xb1\xcd\x85\xcc\x81";
  const std::string other = "\xce\xb1\xcc\x81\xcd\x85";
  CHECK(fold_name(one, kBoth) == fold_name(other, kBoth));
}

TEST_CASE("folding: bytes that are not UTF-8 stay, what is around them is folded") {
  CHECK(fold_name("A\xff"
                  "B\xc3",
                  kBoth) ==
        "a\xff"
        "b\xc3");
  CHECK(fold_name("\xc3\x89\xff\xc3\x89", kBoth) == "\xc3\xa9\xff\xc3\xa9");
}

TEST_CASE("folding: a name that is folded already is not copied") {
  std::string buffer;
  const std::string_view name = "src/a.c";
  CHECK(folded(name, kBoth, buffer).data() == name.data());
  CHECK(folded("src/A.c", {}, buffer) == "src/A.c");
  CHECK(folded("src/A.c", kBoth, buffer) == "src/a.c");
}

TEST_CASE("folding: folds every character once and for all, and makes no separator") {
  // Planes 3 to 14 hold ideographs and tags, which fold to themselves.
  for (std::uint32_t c = 1; c <= 0x1FFFF; c += c < 0x3400 || c > 0xF8FF ? 1 : 37) {
    const std::string character = utf8(c);
    if (utf8_sequence_length(character) == 0) continue;  // a surrogate
    const std::string name = "x" + character + "y";
    for (const Folding folding : {Folding{true, false}, kBoth}) {
      const std::string once = fold_name(name, folding);
      const bool keeps_separators = (once.find('/') == std::string::npos) == (c != '/');
      if (fold_name(once, folding) != once || !keeps_separators || once.find('\0') != std::string::npos)
        FAIL("U+" << std::hex << c);
    }
  }
  SUCCEED();
}

}  // namespace
}  // namespace par
