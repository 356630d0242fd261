// git par rollback --landed --auto: only on evidence.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Agents a, b and c have landed, each with src/<name>/new.txt; then somebody commits src/user. `check` is the
// validation, which passes until then.
void land_with(const Sandbox& sandbox, const std::string& check, const std::string& more = "") {
  std::string config =
      "target = \"main\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = \"" + check + "\"\n";
  for (const std::string name : {"a", "b", "c"}) {
    config += "[agent." + name + "]\nowns = [\"/src/" + name + "/**\"]\nrun = \"echo x > src/" + name +
              "/new.txt\"\n";
    if (name == "c") config += more;
    sandbox.write("src/" + name + "/file.txt", "as it was\n");
  }
  sandbox.write(".gitpar.toml", config);
  sandbox.commit_all("base");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  REQUIRE(sandbox.par({"merge", "-q"}).exit_code == 0);
  sandbox.write("src/user", "x\n");
  sandbox.commit_all("use it");
}

void check_nobody(const Sandbox& sandbox, const std::string& why) {
  const auto before = sandbox.git({"for-each-ref"});
  const auto done = sandbox.par({"rollback", "--landed", "--auto"});
  INFO(done.out << done.err);
  CHECK(done.exit_code == 1);
  CHECK(has(done.err, "error: nobody is to blame for sure: " + why));
  CHECK(sandbox.git({"for-each-ref"}) == before);
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

}  // namespace

TEST_CASE("rollback --auto: whose work makes the target red goes, and the evidence is said") {
  Sandbox sandbox;
  land_with(sandbox, "test ! -e src/user -o ! -e src/b/new.txt");
  const auto tip = sandbox.git({"rev-parse", "--short=7", "main"});
  const auto dry = sandbox.par({"rollback", "--landed", "--auto", "-n"});
  INFO(dry.err);
  CHECK(dry.out == "would roll back:\n  b\n");
  CHECK(sandbox.git({"rev-parse", "--short=7", "main"}) == tip);
  const auto done = sandbox.par({"rollback", "--landed", "--auto"});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(has(done.err, "fails, twice: 'unit'\nwithout 'b' it passes, twice\n"));
  CHECK(has(done.out, "  rolled back  b (1 file)\n"));
  CHECK(sandbox.git({"diff", "--name-only", "main^", "main"}) == "src/b/new.txt");
  check_nobody(sandbox, "'main' fails nothing new\n");
}

TEST_CASE("rollback --auto: whoever came after it goes with it") {
  Sandbox sandbox;
  land_with(sandbox, "test ! -e src/user -o ! -e src/b/new.txt", "after = [\"b\"]\n");
  const auto done = sandbox.par({"rollback", "--landed", "--auto"});
  INFO(done.out << done.err);
  REQUIRE(done.exit_code == 0);
  CHECK(has(done.err, "without 'b', 'c' it passes, twice\n"));
  CHECK(sandbox.git({"diff", "--name-only", "main^", "main"}) == "src/b/new.txt\nsrc/c/new.txt");
  sandbox.assert_clean();
}

TEST_CASE("rollback --auto: what also fails without any of them is nobody's") {
  Sandbox sandbox;
  land_with(sandbox, "test ! -e src/user");
  check_nobody(sandbox, "'main' fails 'unit' also without any one of them\n");
}

TEST_CASE("rollback --auto: a target that is red once and then green is no evidence") {
  Sandbox sandbox;
  const std::string seen = sandbox.root() + "/seen";
  land_with(sandbox, "test ! -e src/user || test -e " + seen + " || { touch " + seen + "; false; }");
  check_nobody(sandbox, "'main' failed 'unit', but not again\n");
}

TEST_CASE("rollback --auto: what passes once without it and then does not is no evidence") {
  Sandbox sandbox;
  const std::string seen = sandbox.root() + "/seen";
  land_with(sandbox, "test ! -e src/user || { test ! -e src/b/new.txt && test ! -e " + seen + " && touch " +
                         seen + "; }");
  check_nobody(sandbox, "'main' fails 'unit' also without any one of them\n");
}

TEST_CASE("rollback --auto: a target that moved since it was looked at is looked at again first") {
  Sandbox sandbox;
  // Somebody commits to the target while it is validated without b, the first or the second time.
  const std::string passage = GENERATE("1", "2");
  const std::string seen = sandbox.root() + "/seen";
  land_with(sandbox, "test -e src/user || exit 0; test ! -e src/b/new.txt || exit 1; echo >> " + seen +
                         "; test $(wc -l < " + seen + ") != " + passage + " || git -C " + sandbox.repo() +
                         " update-ref refs/heads/main theirs");
  sandbox.git({"checkout", "-q", "-b", "theirs"});
  sandbox.write("docs/theirs", "x\n");
  sandbox.commit_all("theirs");
  const auto done = sandbox.par({"rollback", "--landed", "--auto"});
  INFO(done.out << done.err);
  CHECK(done.exit_code == 1);
  CHECK(has(done.err,
            "error: not rolled back: 'main' has moved since it was looked at\n"
            "hint: 'git par rollback --landed --auto' looks again\n"));
  CHECK(sandbox.git({"rev-parse", "main"}) == sandbox.git({"rev-parse", "theirs"}));
  CHECK(sandbox.par({"rollback", "--landed", "--auto"}).exit_code == 0);
  CHECK(sandbox.git({"diff", "--name-only", "theirs", "main"}) == "src/b/new.txt");
  sandbox.assert_clean();
}

TEST_CASE("rollback --auto: names nobody itself, and is only for what landed") {
  Sandbox sandbox;
  land_with(sandbox, "true");
  for (const auto& words : {std::vector<std::string>{"--auto"}, {"--landed", "--auto", "a"}, {"--landed"}}) {
    auto command = words;
    command.insert(command.begin(), "rollback");
    CHECK(sandbox.par(command).exit_code == 129);
  }
}
