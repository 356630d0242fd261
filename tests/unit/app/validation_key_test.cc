// What changes the name under which a result is kept.
#include "app/validation_key.h"

#include <set>

#include "support/catch.h"
#include "support/git_repo.h"

using namespace par;
using app::ValidationContext;

namespace {

const ObjectId kTree("4b825dc642cb6eb9a060e54bf8d69288fbee4904");

core::ValidationSpec unit_spec() {
  core::ValidationSpec spec;
  spec.name = "unit";
  spec.run = "make test";
  return spec;
}

ValidationContext plain_context() { return {{"PATH=/usr/bin"}, "", nullptr}; }

std::string key_of(const core::ValidationSpec& spec, const ObjectId& tree = kTree,
                   const ValidationContext& context = plain_context()) {
  const auto key = app::validation_key(spec, tree, context);
  if (!key) FAIL(key.error().message);
  return *key;
}

}  // namespace

TEST_CASE("validation key: whatever can change the result changes it") {
  std::set<std::string> keys{key_of(unit_spec()), key_of(unit_spec(), ObjectId(std::string(40, '1')))};
  const auto with = [&](const auto& change) {
    auto spec = unit_spec();
    change(spec);
    keys.insert(key_of(spec));
  };
  with([](auto& spec) { spec.run = "make tests"; });
  with([](auto& spec) { spec.report = core::ReportKind::tap; });
  with([](auto& spec) { spec.timeout = 7; });
  with([](auto& spec) { spec.reruns = 7; });
  with([](auto& spec) { spec.clean = true; });
  const auto among = [&](const auto& change) {
    auto context = plain_context();
    change(context);
    keys.insert(key_of(unit_spec(), kTree, context));
  };
  among([](auto& context) { context.environment.clear(); });
  among([](auto& context) { context.environment = {"PATH=/usr/bin", "A="}; });
  among([](auto& context) { context.environment = {"PATH=/usr/bin\nA="}; });
  among([](auto& context) { context.environment = {"PATH=/usr/bin", "A=\xe9"}; });  // not UTF-8
  among([](auto& context) { context.environment = {"PATH=/usr/bin", "A=\xe8"}; });
  among([](auto& context) { context.toolchain = "cc 12\n"; });
  CHECK(keys.size() == 13);
}

TEST_CASE("validation key: the name of a validation is none of it") {
  auto spec = unit_spec();
  spec.name = "other";
  CHECK(key_of(spec) == key_of(unit_spec()));
}

TEST_CASE("validation key: with inputs, trees that differ elsewhere have one, and changed patterns another") {
  const test::GitRepo repo;
  const auto objects = git::Objects::open(repo.git_dir());
  REQUIRE(objects);
  auto context = plain_context();
  context.restrict_tree = app::restrict_by_patterns(*objects, {});
  const auto tree_with = [&](const std::string& path, const std::string& content) {
    repo.write(path, content);
    repo.git({"add", "-A"});
    return ObjectId(repo.git({"write-tree"}));
  };
  const auto one = tree_with("src/a", "1");
  const auto docs = tree_with("docs/a", "1");
  const auto two = tree_with("src/a", "2");
  auto spec = unit_spec();
  CHECK(key_of(spec, one, context) != key_of(spec, docs, context));
  const auto whole = key_of(spec, one, context);
  spec.inputs = {"src/**"};
  const auto source = key_of(spec, one, context);
  CHECK(source == key_of(spec, docs, context));
  CHECK(source != key_of(spec, two, context));
  CHECK(source != whole);
  // What the patterns left out when they were others may have mattered: nothing below lib is there now.
  spec.inputs = {"src/**", "lib/**"};
  CHECK(key_of(spec, one, context) != source);
  spec.inputs = {"["};
  CHECK_FALSE(app::validation_key(spec, one, context));
}

TEST_CASE("toolchain: what the command prints, run with what validations see") {
  core::UserSettings user;
  CHECK(*app::toolchain_fingerprint(user, "/", {}) == "");
  user.toolchain = "pwd; echo $A; echo $PAR_TEST_B; echo not this >&2";
  const os::Environment environment{"PATH=/usr/bin:/bin", "A=1"};
  CHECK(*app::toolchain_fingerprint(user, "/usr", environment) == "/usr\n1\n\n");
  user.toolchain = "echo no such compiler >&2; exit 3";
  const auto failed = app::toolchain_fingerprint(user, "/", environment);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "'echo no such compiler >&2; exit 3' exited with 3");
  CHECK(failed.error().causes == std::vector<std::string>{"no such compiler"});
  CHECK(failed.error().hints.size() == 1);
}
