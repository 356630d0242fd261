// Who is left out of a landing, and whom it breaks with: real git, real commands. The cases bear the names of
// the scenarios of landing (tests/data/landing_scenarios.txt).
#include "base/strings.h"
#include "support/branch_project.h"
#include "support/catch.h"

using namespace par;
using namespace par::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A shell command: so many of these have their new file.
std::string count_is(const std::string& directories, int count) {
  std::string files;
  for (const char name : directories) files += std::string(" src/") + name + "/new.txt";
  return "test $(ls" + files + " 2>/dev/null | wc -l) = " + std::to_string(count);
}

void branch_each(const Sandbox& sandbox, const std::string& directories) {
  for (const char name : directories)
    branch(sandbox, std::string("topic/") + name, add_file(std::string(1, name)));
}

std::string left_out(const std::string& name, const std::string& with, const std::string& tests) {
  return R"({"branch":"topic/)" + name + R"(","with":[)" + with + R"(],"tests":[)" + tests + "]";
}

std::string agent(const std::string& name, const std::string& command, const std::string& more = "") {
  return "[agent." + name + "]\nowns = [\"/src/" + name + "/**\"]\n" + more + "run = '''" + command + "'''\n";
}

}  // namespace

TEST_CASE("landing: independent groups: each pair names its own, and who is in none lands") {
  Sandbox sandbox;
  sandbox.git({"config", "par.validations", std::to_string(GENERATE(1, 3))});
  write_project(sandbox, "! { " + count_is("ab", 2) + "; } && ! { " + count_is("cd", 2) + "; }");
  branch_each(sandbox, "abcde");
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  for (const auto& [one, other] : {std::pair("a", "b"), std::pair("c", "d")}) {
    REQUIRE(is_in(sandbox, one) != is_in(sandbox, other));
    const std::string in = is_in(sandbox, one) ? one : other;
    const std::string out = in == one ? other : one;
    CHECK(has(merge.out, left_out(out, "\"topic/" + in + "\"", "\"unit\"")));
  }
  CHECK(is_in(sandbox, "e"));
  sandbox.assert_clean();
}

TEST_CASE("landing: two heads fail: both are left out, and neither is said to break with the other") {
  Sandbox sandbox;
  write_project(sandbox);
  for (const std::string name : {"a", "b", "c", "d"})
    branch(sandbox, "topic/" + name, add_file(name, name < "c" ? "broken" : "x"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, left_out("a", "", "\"unit\"")));
  CHECK(has(merge.out, left_out("b", "", "\"unit\"")));
  CHECK(is_in(sandbox, "c"));
  CHECK(is_in(sandbox, "d"));
  sandbox.assert_clean();
}

TEST_CASE("landing: head fails behind a full window: thirty that wait for two slots land without it") {
  Sandbox sandbox;
  sandbox.git({"config", "par.validations", "2"});
  write_project(sandbox);
  const auto made = sandbox.shell(
      "base=$(git rev-parse main) && for i in $(seq -w 30); do test $i = 01 && text=broken || text=fine; "
      "printf 'commit refs/heads/many/%s\\ncommitter A <a@example.com> 1700000000 +0000\\ndata 1\\nx\\n"
      "from %s\\nM 100644 inline src/many/%s.txt\\ndata <<END\\n%s\\nEND\\n\\n' $i $base $i $text; done | "
      "git fast-import --quiet");
  REQUIRE(made.exit_code == 0);
  const auto merge = sandbox.par({"merge", "-q", "--branches", "many/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, R"("rejected":[{"branch":"many/01","with":[],"tests":["unit"])"));
  CHECK(sandbox.shell("ls src/many | wc -l").out == "29\n");
  sandbox.assert_clean();
}

TEST_CASE("landing: three-way set: two of them land, and the third names both") {
  Sandbox sandbox;
  write_project(sandbox, "! { " + count_is("abd", 3) + "; }");
  branch_each(sandbox, "abcde");
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  std::string in;
  std::string out;
  for (const std::string name : {"a", "b", "d"})
    if (is_in(sandbox, name))
      in += (in.empty() ? "\"topic/" : ",\"topic/") + name + "\"";
    else
      out += name;
  CHECK(has(merge.out, left_out(out, in, "\"unit\"")));
  CHECK(is_in(sandbox, "c"));
  CHECK(is_in(sandbox, "e"));
  sandbox.assert_clean();
}

TEST_CASE("landing: masked failure blames no innocent: a pair behind one that is bad alone") {
  Sandbox sandbox;
  write_project(sandbox, kNothingBroken + " && ! { " + count_is("ad", 2) + "; }");
  for (const std::string name : {"a", "b", "c", "d", "e"})
    branch(sandbox, "topic/" + name, add_file(name, name == "b" ? "broken" : "x"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, left_out("b", "", "\"unit\"")));
  REQUIRE(is_in(sandbox, "a") != is_in(sandbox, "d"));
  CHECK(has(merge.out, is_in(sandbox, "a") ? left_out("d", "\"topic/a\"", "\"unit\"")
                                           : left_out("a", "\"topic/d\"", "\"unit\"")));
  CHECK(is_in(sandbox, "c"));
  CHECK(is_in(sandbox, "e"));
  sandbox.assert_clean();
}

TEST_CASE("landing: superset of a red set green: who is red without another one lands with it") {
  Sandbox sandbox;
  sandbox.git({"config", "par.validations", std::to_string(GENERATE(1, 4))});
  // b alone is red, b and d are green, and a is red with anybody.
  write_project(sandbox, kNothingBroken + " && test ! -e src/b/new.txt -o -e src/d/new.txt");
  for (const std::string name : {"a", "b", "c", "d"})
    branch(sandbox, "topic/" + name, add_file(name, name == "a" ? "broken" : "x"));
  const auto merge = sandbox.par({"merge", "--branches", "topic/*", "--json"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, left_out("a", "", "\"unit\"")));
  for (const std::string name : {"b", "c", "d"}) CHECK(is_in(sandbox, name));
  sandbox.assert_clean();
}

TEST_CASE("landing: all conflict: the first lands, and no run is spent on the others") {
  Sandbox sandbox;
  write_project(sandbox);
  for (const std::string name : {"a", "b", "c", "d"})
    branch(sandbox, "topic/" + name, "sed -i s/5/" + name + "/ src/a/file.txt");
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, "landed    topic/a (1 file)\n"));
  for (const std::string name : {"b", "c", "d"})
    CHECK(has(merge.out,
              "left out  topic/" + name + ": rejected: conflicts with the candidate in 'src/a/file.txt'\n"));
  CHECK(has(merge.out, "1 validation run, 3 saved by testing together\n"));
  sandbox.assert_clean();
}

TEST_CASE("landing: batch of one: green it lands, red it is told from the target's own failures") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", add_file("a"));
  branch(sandbox, "topic/b", add_file("b", "broken"));
  const auto green = sandbox.par({"merge", "--branches", "topic/a", "--json"});
  CHECK(green.exit_code == 0);
  CHECK(has(green.out, R"("rejected":[],"validation_runs":1,)"));
  const auto red = sandbox.par({"merge", "--branches", "topic/b", "--json"});
  INFO(red.out << red.err);
  CHECK(red.exit_code == 1);
  CHECK(has(red.out, R"("landed":[],"rejected":[)" + left_out("b", "", "\"unit\"")));
  // The target's tree passed when it was made: only the branch is run.
  CHECK(has(red.out, R"("validation_runs":1,"cache_hits":1)"));
  CHECK_FALSE(is_in(sandbox, "b"));
  sandbox.assert_clean();
}

TEST_CASE("landing: rolling red but green alone, pair named: who came later names who was in") {
  Sandbox sandbox;
  const std::string wait =
      "until git cat-file -e refs/par/r1/candidate:src/a/new.txt 2>/dev/null; do sleep 0.05; done; ";
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = '''! { " +
                    count_is("ab", 2) + "; }'''\n" + agent("a", add_file("a")) +
                    agent("b", wait + add_file("b")) + agent("c", wait + add_file("c")));
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "breaks 'unit' together with 'a'"));
  CHECK(has(run.out, "2 of 3 agents landed"));
  CHECK(is_in(sandbox, "a"));
  CHECK_FALSE(is_in(sandbox, "b"));
  CHECK(is_in(sandbox, "c"));
  sandbox.assert_clean();
}

TEST_CASE("landing: conflict only after an earlier landing; conflict with one that later leaves") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "topic/a", "sed -i s/5/a/ src/a/file.txt");
  branch(sandbox, "topic/b", "sed -i s/5/b/ src/a/file.txt");
  REQUIRE(sandbox.par({"merge", "-q", "--branches", "topic/a"}).exit_code == 0);
  const auto late = sandbox.par({"merge", "--branches", "topic/b"});
  INFO(late.out << late.err);
  CHECK(late.exit_code == 1);
  CHECK(has(late.out, "left out  topic/b: rejected: conflicts with 'main' in 'src/a/file.txt'\n"));
  CHECK(has(late.out, "nothing was validated\n"));
  REQUIRE(sandbox.par({"rollback", "-q", "--landed", "topic-a"}).exit_code == 0);
  const auto again = sandbox.par({"merge", "--branches", "topic/b"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(sandbox.read("src/a/file.txt") == "1\n2\n3\n4\nb\n6\n7\n8\n9\n");
  sandbox.assert_clean();
}

TEST_CASE("landing: dependency rejected, dependents held: failure cascades in one pass") {
  Sandbox sandbox;
  write_project(sandbox);
  branch(sandbox, "stack/1", add_file("a", "broken"));
  for (const std::string number : {"2", "3", "4"})
    branch(sandbox, "stack/" + number, add_file("b" + number),
           "stack/" + std::string(1, static_cast<char>(number.front() - 1)));
  branch(sandbox, "alone", add_file("d"));
  const auto merge = sandbox.par({"merge", "--branches", "stack/*", "--branches", "alone"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, "left out  stack/1: rejected: breaks 'unit' on top of the candidate\n"));
  CHECK(has(merge.out, "left out  stack/2: held: needs 'stack-1', which is rejected\n"));
  CHECK(has(merge.out, "left out  stack/3: held: needs 'stack-2', which is held\n"));
  CHECK(has(merge.out, "left out  stack/4: held: needs 'stack-3', which is held\n"));
  CHECK(is_in(sandbox, "d"));
  sandbox.assert_clean();
}

TEST_CASE("landing: red does not reproduce: what passes when it is run again lands, and blames nobody") {
  Sandbox sandbox;
  const std::string mark = sandbox.root() + "/seen";
  write_project(sandbox, "if test -e src/b/new.txt -a ! -e " + mark + "; then touch " + mark + "; exit 1; fi",
                "reruns = 1\n");
  branch_each(sandbox, "abc");
  const auto merge = sandbox.par({"merge", "--branches", "topic/*"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "2 validation runs"));
  CHECK(sandbox.read("src/b/new.txt") == "x\n");
  sandbox.assert_clean();
}
