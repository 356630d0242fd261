#include "core/trailers.h"

#include "support/catch.h"

namespace par::core {
namespace {

const std::string kOurs = "Par-Run: r1\n";

TEST_CASE("trailers: behind a message without any they are a paragraph of their own") {
  CHECK(with_trailers("fix it\n", kOurs) == "fix it\n\nPar-Run: r1\n");
  CHECK(with_trailers("fix it\n\nBecause.\n\n\n", kOurs) == "fix it\n\nBecause.\n\nPar-Run: r1\n");
  CHECK(with_trailers("fix it", kOurs) == "fix it\n\nPar-Run: r1\n");
  CHECK(with_trailers("", kOurs) == kOurs);
}

TEST_CASE("trailers: they join the block of trailers that is there") {
  const std::string signed_off = "fix it\n\nSigned-off-by: A <a@example.com>\n";
  CHECK(with_trailers(signed_off, kOurs) == signed_off + kOurs);
  const std::string folded = "fix it\n\nFixes: #1\n  and #2\n(cherry picked from commit 0123)\n";
  CHECK(with_trailers(folded, kOurs) == folded + kOurs);
}

TEST_CASE("trailers: a subject, or prose with a colon in it, is no block of trailers") {
  CHECK(with_trailers("parser: accept tabs\n", kOurs) == "parser: accept tabs\n\n" + kOurs);
  CHECK(with_trailers("fix it\n\nNote: this\nis prose\n", kOurs) ==
        "fix it\n\nNote: this\nis prose\n\n" + kOurs);
  CHECK(with_trailers("fix it\n\nIn short: yes\n", kOurs) == "fix it\n\nIn short: yes\n\n" + kOurs);
}

}  // namespace
}  // namespace par::core
