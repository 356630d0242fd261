#include "base/utf8.h"

#include <string>

#include "support/catch.h"

using namespace par;

TEST_CASE("utf8: the start of a character at the end of a text is told from a whole one") {
  for (const std::string whole : {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(whole << " " << size);
      CHECK(utf8_cut_off("x" + whole.substr(0, size)) == size);
    }
    CHECK(utf8_cut_off("x" + whole) == 0);
    CHECK(utf8_cut_off(whole) == 0);
  }
  CHECK(utf8_cut_off("") == 0);
  CHECK(utf8_cut_off("\x80\x80\x80\x80") == 0);
  CHECK(utf8_cut_off("\xC3") == 1);
}
