// What landed is pushed: real git, a real remote.
#include <csignal>

#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// main follows main of a bare repository beside it; a branch waits to be landed.
void write_project(const Sandbox& sandbox) {
  sandbox.write(".gitpar.toml", "target = \"main\"\n[[validate]]\nname = \"unit\"\nrun = 'true'\n");
  sandbox.commit_all("base");
  sandbox.git({"clone", "-q", "--bare", ".", "../remote.git"});
  sandbox.git({"remote", "add", "origin", "../remote.git"});
  sandbox.git({"push", "-q", "-u", "origin", "main"});
  sandbox.git({"checkout", "-q", "-b", "topic"});
  sandbox.write("new.txt", "new\n");
  sandbox.commit_all("new");
  sandbox.git({"checkout", "-q", "main"});
}

std::string remote_main(const Sandbox& sandbox) {
  return sandbox.git({"ls-remote", "origin", "refs/heads/main"}).substr(0, 40);
}

// A commit of somebody else's, in the remote alone.
std::string push_foreign(const Sandbox& sandbox) {
  const auto made = sandbox.shell(
      "git -C ../remote.git update-ref refs/heads/main "
      "$(git -C ../remote.git commit-tree -p main -m foreign 'main^{tree}')");
  REQUIRE(made.exit_code == 0);
  return remote_main(sandbox);
}

}  // namespace

TEST_CASE("merge --push: what landed is where the target is followed") {
  Sandbox sandbox;
  write_project(sandbox);
  const auto merge = sandbox.par({"merge", "--branches", "topic", "--push"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "pushed to 'origin/main'\n"));
  CHECK(remote_main(sandbox) == sandbox.git({"rev-parse", "main"}));
  CHECK(sandbox.git({"rev-parse", "origin/main"}) == sandbox.git({"rev-parse", "main"}));
  sandbox.assert_clean();
}

TEST_CASE("merge --push: push rejected: somebody else's commit stays, and so does the landing") {
  Sandbox sandbox;
  write_project(sandbox);
  const auto foreign = push_foreign(sandbox);
  const auto merge = sandbox.par({"merge", "--branches", "topic", "--push"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.err, "error: landed, but not pushed to 'origin/main': [rejected] (stale info)\n"));
  CHECK(has(merge.err, "\n  error: failed to push some refs to '../remote.git'\nhint: "));
  CHECK(remote_main(sandbox) == foreign);
  CHECK(sandbox.read("new.txt") == "new\n");
  CHECK(has(sandbox.par({"status"}).out, "landed"));
  sandbox.assert_clean();
}

TEST_CASE("merge --push: a remote that refuses is not asked twice") {
  Sandbox sandbox;
  write_project(sandbox);
  REQUIRE(sandbox
              .shell("printf '#!/bin/sh\\necho x >> ../asked\\necho not on mondays >&2\\nexit 1\\n' > "
                     "../remote.git/hooks/pre-receive && "
                     "chmod +x ../remote.git/hooks/pre-receive")
              .exit_code == 0);
  const auto merge = sandbox.par({"merge", "--branches", "topic", "--push"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.err, "[remote rejected] (pre-receive hook declined)\n"));
  CHECK(has(merge.err, "\n  remote: not on mondays"));
  CHECK(sandbox.shell("cat ../asked").out == "x\n");
}

TEST_CASE("merge --push: nothing starts where the push could only fail") {
  Sandbox sandbox;
  write_project(sandbox);
  push_foreign(sandbox);
  sandbox.git({"fetch", "-q"});
  const auto behind = sandbox.par({"merge", "--branches", "topic", "--push"});
  CHECK(behind.exit_code == 1);
  CHECK(has(behind.err, "error: 'origin/main' has 1 commit that 'main' does not have\n"));
  sandbox.git({"branch", "--unset-upstream", "main"});
  const auto nowhere = sandbox.par({"merge", "--branches", "topic", "--push"});
  CHECK(nowhere.exit_code == 128);
  CHECK(has(nowhere.err, "fatal: 'main' follows no branch of a remote"));
  sandbox.git({"branch", "-u", "origin/main", "main"});
  sandbox.git({"reset", "-q", "--hard", "origin/main"});
  sandbox.git({"remote", "add", "fork", "../fork.git"});
  sandbox.git({"config", "remote.pushDefault", "fork"});
  const auto fork = sandbox.par({"merge", "--branches", "topic", "--push"});
  CHECK(fork.exit_code == 1);
  CHECK(has(fork.err, "error: 'main' follows 'origin/main', but git pushes it to 'fork'\nhint: "));
  CHECK(sandbox.read("new.txt").empty());
  CHECK(sandbox.par({"status"}).exit_code == 128);
}

TEST_CASE("merge --push: what a hook of one's own says against it is shown") {
  Sandbox sandbox;
  write_project(sandbox);
  sandbox.write(".git/hooks/pre-push", "#!/bin/sh\necho first the changelog >&2\nexit 1\n");
  REQUIRE(sandbox.shell("chmod +x .git/hooks/pre-push").exit_code == 0);
  const auto merge = sandbox.par({"merge", "--branches", "topic", "--push"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.err,
            "error: landed, but not pushed to 'origin/main': git push failed\n"
            "  first the changelog\n"));
}

TEST_CASE("merge --push: Ctrl-C ends the pause before a remote is asked again") {
  Sandbox sandbox;
  write_project(sandbox);
  // A transport that answers by a signal to the program.
  sandbox.write("../ssh",
                "#!/bin/sh\necho x >> " + sandbox.root() +
                    "/tries\np=$PPID\nwhile read -r name < /proc/$p/comm && test $name != git-par; do\n"
                    "p=$(sed 's/.*) . \\([0-9]*\\) .*/\\1/' /proc/$p/stat)\ndone\nkill -INT $p\n"
                    "echo no route to host >&2\nexit 255\n");
  REQUIRE(sandbox.shell("chmod +x ../ssh").exit_code == 0);
  sandbox.set("GIT_SSH_COMMAND", sandbox.root() + "/ssh");
  sandbox.git({"remote", "set-url", "origin", "ssh://host" + sandbox.root() + "/remote.git"});
  const auto merge = sandbox.par({"merge", "--branches", "topic", "--push"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 130);
  CHECK(sandbox.shell("cat ../tries").out == "x\n");
  CHECK(sandbox.read("new.txt") == "new\n");
  CHECK(has(merge.err, "\n  no route to host\n"));
  CHECK(has(merge.err, "hint: 'git push' does it when the remote answers again"));
}

TEST_CASE("merge --push: push transient: a failure that passes is tried again, a lasting one not for ever") {
  Sandbox sandbox;
  write_project(sandbox);
  // A transport that fails so many times before it answers.
  const auto count = GENERATE(1, 100);
  sandbox.write("../ssh", "#!/bin/sh\nn=$(cat " + sandbox.root() + "/tries 2>/dev/null || echo 0)\n" +
                              "echo $((n + 1)) > " + sandbox.root() + "/tries\ntest $n -ge " +
                              std::to_string(count) + " || exit 255\n" +
                              "for last; do :; done\nexec sh -c \"$last\"\n");
  REQUIRE(sandbox.shell("chmod +x ../ssh").exit_code == 0);
  sandbox.set("GIT_SSH_COMMAND", sandbox.root() + "/ssh");
  sandbox.git({"remote", "set-url", "origin", "ssh://host" + sandbox.root() + "/remote.git"});
  const auto merge = sandbox.par({"merge", "--branches", "topic", "--push"});
  INFO(merge.out << merge.err);
  CHECK(sandbox.read("new.txt") == "new\n");
  CHECK(merge.exit_code == (count == 1 ? 0 : 1));
  CHECK(sandbox.shell("cat ../tries").out == (count == 1 ? "2\n" : "4\n"));
  if (count == 1)
    CHECK(remote_main(sandbox) == sandbox.git({"rev-parse", "main"}));
  else
    CHECK(has(merge.err, "hint: 'git push' does it when the remote answers again"));
}

TEST_CASE("merge --push: a landing that was cut off is pushed by whoever finishes it") {
  Sandbox sandbox;
  write_project(sandbox);
  const std::string command = GENERATE("resume", "merge");
  sandbox.set("PAR_CRASH", "land.moved=kill");
  CHECK(sandbox.par({"merge", "--branches", "topic", "--push"}).exit_code == 128 + SIGKILL);
  sandbox.unset("PAR_CRASH");
  CHECK(remote_main(sandbox) != sandbox.git({"rev-parse", "main"}));
  const auto end = sandbox.par({command});
  INFO(end.out << end.err);
  CHECK(end.exit_code == 0);
  CHECK(has(end.out, "pushed to 'origin/main'\n"));
  CHECK(remote_main(sandbox) == sandbox.git({"rev-parse", "main"}));
  CHECK_FALSE(has(sandbox.par({"resume"}).err, "git push"));
  sandbox.assert_clean();
}

TEST_CASE("merge --push: what has landed and is not pushed is, or it is said how") {
  Sandbox sandbox;
  write_project(sandbox);
  sandbox.set("PAR_CRASH", "journal.after.landed=kill");
  CHECK(sandbox.par({"merge", "--branches", "topic", "--push"}).exit_code == 128 + SIGKILL);
  sandbox.unset("PAR_CRASH");
  for (const std::string command : {"resume", "merge"}) {
    const auto landed = sandbox.par({command});
    CHECK(landed.exit_code == 1);
    CHECK(has(landed.err, "\nhint: it was not pushed: 'git push' does that\n"));
  }
  const auto dry = sandbox.par({"merge", "--branches", "topic", "--push", "-n"});
  CHECK(dry.exit_code == 0);
  CHECK(remote_main(sandbox) != sandbox.git({"rev-parse", "main"}));
  const auto again = sandbox.par({"merge", "--branches", "topic", "--push"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "  in it     topic"));
  CHECK(remote_main(sandbox) == sandbox.git({"rev-parse", "main"}));
  CHECK_FALSE(has(sandbox.par({"merge", "--branches", "topic", "--push"}).out, "pushed"));

  push_foreign(sandbox);
  sandbox.git({"fetch", "-q"});
  CHECK(sandbox.par({"merge", "--branches", "topic", "--push"}).exit_code == 1);
  sandbox.assert_clean();
}
