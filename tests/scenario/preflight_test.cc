// The checklist before a run, with the real program.
#include <algorithm>

#include "support/catch.h"
#include "support/sandbox.h"
#include "support/snapshot.h"

using par::test::check_snapshot;
using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The line of a check: its result, its name and the rest.
std::string line_of(const std::string& text, const std::string& check) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (has(line, "  " + check + "  ")) return line;
    at = end + 1;
  }
  return "";
}

void check_line(const Sandbox& sandbox, const std::string& check, const std::string& start,
                const std::string& part, int exit_code) {
  const auto listed = sandbox.par({"plan", "--check"});
  INFO(listed.out << listed.err);
  CHECK(line_of(listed.out, check).starts_with(start));
  CHECK(has(line_of(listed.out, check), part));
  CHECK(listed.exit_code == exit_code);
}

}  // namespace

TEST_CASE("plan --check: a project that can run, from not validated yet to green") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  check_line(sandbox, "validation", "warning", "'git par validate main' does it", 0);
  REQUIRE(sandbox.par({"validate", "-q", "main"}).exit_code == 0);
  check_line(sandbox, "validation", "ok", "green on the base", 0);
  CHECK(sandbox.shell("git par plan --check | grep -vc ^ok").out == "0\n");
  sandbox.write("src/alpha/file.txt", "broken\n");
  sandbox.commit_all("red");
  REQUIRE(sandbox.par({"validate", "-q"}).exit_code == 1);
  check_line(sandbox, "validation", "warning", "red on the base: ", 0);
  sandbox.assert_clean();
}

TEST_CASE("plan --check: what is wrong, and what to do about it") {
  Sandbox sandbox;
  sandbox.write(
      ".gitpar.toml",
      "target = \"main\"\n[agent.a]\nowns = [\"src/**\", \"nothing/**\"]\nrun = \"no-such-tool -x\"\n"
      "[agent.b]\nowns = [\"docs\"]\nrun = \"X=1 ./tools/fix.sh\"\n"
      "[[item]]\nid = \"lost\"\ntitle = \"t\"\nfiles = [\"elsewhere\"]\n");
  sandbox.write("src/x", "x\n");
  sandbox.write("docs/y", "y\n");
  sandbox.commit_all("base");
  sandbox.write("src/x", "changed\n");
  const auto listed = sandbox.par({"plan", "--check"});
  INFO(listed.out << listed.err);
  CHECK(listed.exit_code == 1);
  CHECK(has(line_of(listed.out, "target"), "has changes that are not committed"));
  CHECK(has(line_of(listed.out, "patterns"), "a: nothing/**"));
  CHECK(has(line_of(listed.out, "items"), "1 of 1 items belong to no agent: lost"));
  CHECK(has(line_of(listed.out, "commands"), "'no-such-tool' of agent 'a' is not found, './tools/fix.sh'"));
  CHECK(line_of(listed.out, "validation").starts_with("warning"));
  const auto json =
      sandbox.shell("git par plan --check --json | grep -o '\"name\":\"commands\",\"result\":\"error\"'");
  CHECK(json.out == "\"name\":\"commands\",\"result\":\"error\"\n");
  CHECK(sandbox.par({"plan", "--check", "--target", "nowhere"}).exit_code == 1);
  CHECK(sandbox.par({"plan", "--check", "--dot"}).exit_code == 129);
  CHECK(sandbox.shell("ls .git/par").exit_code != 0);  // nothing was stored

  sandbox.write("src/x", "x\n");
  sandbox.write("tools/fix.sh", "true\n");
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.a]\nowns = [\"src/**\"]\nrun = \"cd src && true\"\n"
                "[agent.b]\nowns = [\"docs\"]\nrun = \"X=1 ./tools/fix.sh\"\n");
  sandbox.commit_all("mended");
  check_snapshot(sandbox, "plan-check", sandbox.shell("git par plan --check | grep -v ' disk '"));
  CHECK(line_of(sandbox.par({"plan", "--check"}).out, "disk").starts_with("ok"));
}

TEST_CASE("plan --check: behind the branch it follows, as far as that was fetched") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  REQUIRE(sandbox
              .shell("git clone -q . ../other && git remote add origin ../other && git fetch -q && "
                     "git branch -q -u origin/main")
              .exit_code == 0);
  check_line(sandbox, "upstream", "ok", "'main' has all of 'origin/main' that was fetched", 0);
  REQUIRE(sandbox.shell("cd ../other && echo x >new && git add new && git commit -qm new").exit_code == 0);
  check_line(sandbox, "upstream", "ok", "", 0);  // the network is not asked
  sandbox.git({"fetch", "-q"});
  check_line(sandbox, "upstream", "warning", "'main' lacks 1 commit of 'origin/main'", 0);
  sandbox.git({"update-ref", "-d", "refs/remotes/origin/main"});
  check_line(sandbox, "upstream", "warning", "'git fetch' brings it", 0);
}

TEST_CASE("plan --check: earlier runs that are not over, and what they left") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  check_line(sandbox, "leftovers", "warning", "run 'r1' is not over", 0);
  REQUIRE(sandbox.par({"merge", "-q"}).exit_code == 0);
  check_line(sandbox, "leftovers", "warning", "run 'r1' left 3 worktrees; 'git par clean' removes them", 0);
  REQUIRE(sandbox.par({"clean", "-q"}).exit_code == 0);
  check_line(sandbox, "leftovers", "ok", "", 0);
  sandbox.git({"branch", "par/r2/alpha/tip", "main"});
  check_line(sandbox, "leftovers", "error", "branch 'par/r2/alpha/tip' already exists", 1);
}

TEST_CASE("plan --check: a command that lies out of the worktree is not called missing") {
  Sandbox sandbox;
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.a]\nowns = [\"src/**\"]\nrun = \"../tools/fix.sh\"\n"
                "[agent.b]\nowns = [\"docs/**\"]\nrun = \"src/../tools/fix.sh\"\n");
  sandbox.write("src/x", "x\n");
  sandbox.write("docs/y", "y\n");
  sandbox.commit_all("base");
  check_line(sandbox, "commands", "error", "  'src/../tools/fix.sh' of agent 'b' is not found", 1);
}

TEST_CASE("plan --check: no text of the configuration makes a line of its own") {
  Sandbox sandbox;
  sandbox.write(".gitpar.toml",
                "target = \"main\"\nworktrees = \"../w\\nok  disk  {run}-{agent}\"\n"
                "[agent.a]\nowns = [\"src/**\", \"x\\nok  commands  all\"]\nrun = \"'a\\nok'\"\n");
  sandbox.write("src/x", "x\n");
  sandbox.commit_all("base");
  sandbox.write("../w\nok  disk  r1-a/file", "in the way\n");
  const auto listed = sandbox.par({"plan", "--check"});
  INFO(listed.out << listed.err);
  CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') == 8);
  CHECK(has(line_of(listed.out, "leftovers"), "ok  disk  r1-a' already exists"));
}
