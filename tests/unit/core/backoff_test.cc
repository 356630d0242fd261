#include "core/backoff.h"

#include "support/catch.h"

using par::core::backoff;

TEST_CASE("backoff: the pause doubles up to the longest, and chance takes up to a half of it") {
  CHECK(backoff(0, 300'000, 0) == 500);
  CHECK(backoff(0, 300'000, 0.5) == 750);
  CHECK(backoff(3, 300'000, 0.999999) == 7999);
  CHECK(backoff(8, 300'000, 0) == 128'000);
  CHECK(backoff(9, 300'000, 0) == 150'000);
  CHECK(backoff(1'000'000, 300'000, 0.999999) == 299'999);
  CHECK(backoff(6, 60'000, 0) == 30'000);
}
