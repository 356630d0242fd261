#include "base/stable_hash.h"

#include <string>

#include "support/catch.h"

using namespace par;

TEST_CASE("stable hash: it is SipHash-2-4-128, as its authors' test vectors have it") {
  std::string bytes;
  CHECK(stable_hash(bytes) == Hash128{0xe6a825ba047f81a3, 0x930255c71472f66d});
  bytes += '\0';
  CHECK(stable_hash(bytes) == Hash128{0x44af996bd8c187da, 0x45fc229b11597634});
  bytes += '\1';
  CHECK(stable_hash(bytes) == Hash128{0xc75da4a48d227781, 0xe4ff0af6de8ba3fc});
}

TEST_CASE("stable hash: texts that differ in one byte or in length differ, beyond the first block too") {
  const std::string text(40, 'a');
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto other = text;
    other[i] = 'b';
    CHECK(stable_hash(other) != stable_hash(text));
    CHECK(stable_hash(text.substr(0, i)) != stable_hash(text));
  }
}

TEST_CASE("stable hash: base32 gives five bits per digit, lowest first") {
  CHECK(base32({0, 0}, 3) == "aaa");
  CHECK(base32({0x1f | 0x1a << 5, 0}, 3) == "72a");
  CHECK(base32({0, 1}, 13) == "aaaaaaaaaaaaq");
  CHECK(base32({~0ULL, ~0ULL}, 25) == std::string(25, '7'));
}
