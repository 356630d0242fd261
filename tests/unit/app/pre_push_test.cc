#include "app/pre_push.h"

#include "support/catch.h"

using namespace par;
using app::parse_pushed_refs;

TEST_CASE("pre-push: git's lines are read, zeros mean nothing there") {
  const std::string none(40, '0');
  const std::string some(40, 'a');
  const auto refs = parse_pushed_refs("refs/heads/main " + some + " refs/heads/main " + none + "\n(delete) " +
                                      none + " refs/heads/old " + some + "\n");
  REQUIRE(refs);
  REQUIRE(refs->size() == 2);
  CHECK(refs->at(0).local == RefName("refs/heads/main"));
  CHECK(refs->at(0).commit == ObjectId(some));
  CHECK(refs->at(0).remote_has.empty());
  CHECK(refs->at(1).commit.empty());
  CHECK(refs->at(1).remote == RefName("refs/heads/old"));
  CHECK(refs->at(1).remote_has == ObjectId(some));
}

TEST_CASE("pre-push: nothing pushed is nothing to check, anything else is no hook's input") {
  CHECK(parse_pushed_refs("")->empty());
  const auto wrong = parse_pushed_refs("hello\n");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().kind == ErrorKind::usage);
}
