// git par merge --pr: the real gh against a stand-in for the forge's API, real git, a real remote.
#include <algorithm>
#include <csignal>
#include <optional>

#include "base/strings.h"
#include "support/catch.h"
#include "support/forge.h"
#include "support/sandbox.h"

using namespace par;
using test::Forge;
using test::Sandbox;

namespace {

const std::string kUrl = "https://github.com/octo/widget/pull/";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

int count(const std::vector<std::string>& requests, const std::string& kind) {
  return static_cast<int>(std::count_if(requests.begin(), requests.end(),
                                        [&](const auto& line) { return line.starts_with(kind + " "); }));
}

// Three agents whose work is accepted, in their order, not landed.
void write_ready_run(const Sandbox& sandbox) {
  test::write_three_agents(sandbox);
  const auto run = sandbox.par({"run", "-j", "1"});
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
}

// The branch of the remote that belongs to the run, or to one of its agents.
std::string head_of(const Forge& forge, const std::string& end) {
  const auto names = split_terminated(
      forge.git("for-each-ref --format='%(refname:short)' 'refs/heads/par/r1-*" + end + "'") + "\n", '\n');
  REQUIRE_FALSE(names.empty());
  return names.front();
}

struct World {
  Sandbox sandbox;
  std::optional<Forge> forge;

  World() {
    write_ready_run(sandbox);
    forge.emplace(sandbox);
  }
  // As its page at the forge does.
  void close(int number) const {
    const auto done = sandbox.shell("gh api -X PATCH repos/octo/widget/pulls/" + std::to_string(number) +
                                    " -f state=closed");
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
  }
  os::Finished merge(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {"merge", "--pr"});
    auto done = sandbox.par(std::move(args));
    UNSCOPED_INFO(done.out << done.err << sandbox.shell("cat ../forge.log").out);
    return done;
  }
};

}  // namespace

TEST_CASE("merge --pr: one pull request holds what was validated, and the target stays") {
  const World world;
  const auto main = world.sandbox.git({"rev-parse", "main"});
  const auto merge = world.merge();
  REQUIRE(merge.exit_code == 0);
  CHECK(merge.out == "'main' stays at " + main.substr(0, 10) + ": the forge lands it there\n  opened    " +
                         kUrl + "12 (alpha, beta, gamma)\n0 validation runs: it has passed already\n");
  CHECK(world.sandbox.git({"rev-parse", "main"}) == main);
  const auto head = head_of(*world.forge, "");
  CHECK(world.forge->git("rev-parse " + head + "^{tree}") ==
        world.sandbox.git({"rev-parse", "refs/par/r1/candidate^{tree}"}));
  CHECK(world.forge->git("log -1 --format=%s " + head) == "Merge 3 agents of run r1");
  CHECK(world.forge->field(12, "title") == "Land 3 agents of run r1");
  const auto body = world.forge->field(12, "body");
  for (const auto* part : {"Phase 1\n", "  alpha: 1 file, 1 commit\n", "  beta: 1 file, 1 commit\n",
                           "Phase 2\n  gamma: 1 file", "Par-Run: r1\nPar-Agent: ", "Par-Agent: alpha\n"})
    CHECK(has(body, part));
  world.sandbox.assert_clean();
}

TEST_CASE("merge --pr: done again, what is open is taken, and nothing is pushed") {
  World world;
  REQUIRE(world.merge().exit_code == 0);
  const auto head = head_of(*world.forge, "");
  const auto commit = world.forge->git("rev-parse " + head);
  static_cast<void>(world.forge->take_requests());
  world.sandbox.set("GIT_COMMITTER_DATE", "2031-01-01T00:00:00Z");
  const auto again = world.merge();
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "  kept      " + kUrl + "12 (alpha, beta, gamma)\n"));
  CHECK(world.forge->git("rev-parse " + head) == commit);
  const auto requests = world.forge->take_requests();
  CHECK(count(requests, "create") == 0);
  CHECK(count(requests, "edit") == 0);
}

TEST_CASE("merge --pr: after a rollback the open pull request is brought up to date") {
  const World world;
  REQUIRE(world.merge().exit_code == 0);
  // Somebody wrote something around what the run says.
  REQUIRE(world.sandbox
              .shell("gh api repos/octo/widget/pulls/12 --jq '\"Please look!\\n\\n\" + .body' >../body && "
                     "gh api -X PATCH repos/octo/widget/pulls/12 -F body=@../body")
              .exit_code == 0);
  REQUIRE(world.sandbox.par({"rollback", "beta"}).exit_code == 0);
  const auto again = world.merge();
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "  updated   " + kUrl + "12 (alpha, gamma)\n"));
  CHECK(has(again.out, "  left out  beta: rolled-back"));
  CHECK(world.forge->field(12, "title") == "Land 2 agents of run r1");
  const auto body = world.forge->field(12, "body");
  CHECK(body.starts_with("Please look!\n"));
  CHECK_FALSE(has(body, "beta"));
  CHECK(world.forge->git("ls-tree -r --name-only " + head_of(*world.forge, "")).find("src/beta/work.txt") ==
        std::string::npos);
}

TEST_CASE("merge --pr: what somebody else pushed to its branch is not lost") {
  const World world;
  REQUIRE(world.merge().exit_code == 0);
  const auto head = head_of(*world.forge, "");
  const auto foreign = world.forge->git("commit-tree -p " + head + " -m review '" + head + "^{tree}'");
  world.forge->git("update-ref refs/heads/" + head + " " + foreign);
  REQUIRE(world.sandbox.par({"rollback", "beta"}).exit_code == 0);
  static_cast<void>(world.forge->take_requests());
  const auto merge = world.merge();
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.err,
            "error: '" + head + "' has, at 'origin', commits that no run pushed there from here\nhint: "));
  CHECK(world.forge->git("rev-parse " + head) == foreign);
  CHECK(count(world.forge->take_requests(), "edit") == 0);
}

TEST_CASE("merge --pr=agent: one pull request for each accepted branch") {
  const World world;
  const auto merge = world.sandbox.par({"merge", "--pr=agent", "--json"});
  INFO(merge.out << merge.err);
  REQUIRE(merge.exit_code == 0);
  CHECK(has(merge.out, R"("landed":[])"));
  CHECK(has(merge.out,
            R"("pull_requests":[{"number":12,"url":")" + kUrl + R"(12","state":"open","change":"opened")"));
  const auto gamma = head_of(*world.forge, "-gamma");
  CHECK(has(merge.out,
            R"("head":")" + gamma + R"(","commit":")" + world.sandbox.git({"rev-parse", "par/r1/gamma/tip"}) +
                R"(","agents":["gamma"],"checks":"unknown","failed_checks":[],"merges_later":false}])"));
  CHECK(world.forge->git("rev-parse " + gamma) == world.sandbox.git({"rev-parse", "par/r1/gamma/tip"}));
  CHECK(has(world.forge->field(14, "body"), "Holds the work of `alpha`"));
  CHECK(count(world.forge->take_requests(), "create") == 3);
  // Cut off in the middle: what is there is found, what is not is made.
  world.forge->git("update-ref -d refs/heads/" + gamma);
  world.forge->script("fail", "list 500");
  CHECK(world.sandbox.par({"merge", "--pr=agent"}).exit_code == 128);
  const auto again = world.sandbox.par({"merge", "--pr=agent"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(world.forge->git("rev-parse " + gamma) == world.sandbox.git({"rev-parse", "par/r1/gamma/tip"}));
  CHECK(count(world.forge->take_requests(), "create") == 0);
}

TEST_CASE("merge --pr: cut off between push and pull request, the next one goes on") {
  const World world;
  world.forge->script("fail", "create 502");
  const auto cut = world.merge();
  CHECK(cut.exit_code == 128);
  CHECK(has(cut.err, "fatal: 'gh pr create' failed\n  "));
  CHECK(has(cut.err, "HTTP 502"));
  const auto commit = world.forge->git("rev-parse " + head_of(*world.forge, ""));
  const auto merge = world.merge();
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, "  opened    " + kUrl + "12 "));
  CHECK(world.forge->git("rev-parse " + head_of(*world.forge, "")) == commit);
}

TEST_CASE("merge --pr: one that was closed stays so, and the next is another one") {
  const World world;
  REQUIRE(world.merge().exit_code == 0);
  world.close(12);
  CHECK(has(world.merge().out, "  opened    " + kUrl + "13 (alpha, beta, gamma)\n"));
  world.forge->script("checks", "build=QUEUED\n");
  static_cast<void>(world.forge->take_requests());
  const auto waited = world.sandbox.shell(
      "git-par merge --pr --wait & pid=$!\n"
      "while ! grep -q '^checks' ../requests 2>/dev/null; do sleep 0.05; done\n"
      "gh api -X PATCH repos/octo/widget/pulls/13 -f state=closed >/dev/null; wait $pid");
  INFO(waited.out << waited.err);
  CHECK(waited.exit_code == 1);
  CHECK(has(waited.out, "  closed    " + kUrl + "13\n"));
}

TEST_CASE("merge --pr: killed anywhere, the next one ends with one pull request") {
  World world;
  world.sandbox.set("PAR_CRASH_LIST", world.sandbox.root() + "/points");
  REQUIRE(world.merge().exit_code == 0);
  world.sandbox.unset("PAR_CRASH_LIST");
  const auto points = split_terminated(world.sandbox.shell("sort -u ../points").out, '\n');
  CHECK(has(join(points, " "), "land.written pull.built pull.kept pull.opened pull.pushed"));
  const auto head = head_of(*world.forge, "");
  const auto tree = world.sandbox.git({"rev-parse", "refs/par/r1/candidate^{tree}"});
  int number = 12;
  for (const auto& point : points) {
    INFO("killed at " << point);
    // As if nothing had been asked for yet.
    world.close(number++);
    world.forge->git("update-ref -d refs/heads/" + head);
    for (const auto& ref :
         split(world.sandbox.git({"for-each-ref", "--format=%(refname)", "refs/par/r1/pr"}), '\n'))
      world.sandbox.git({"update-ref", "-d", ref});
    static_cast<void>(world.forge->take_requests());
    world.sandbox.set("PAR_CRASH", point + "=kill");
    REQUIRE(world.merge().exit_code == 128 + SIGKILL);
    world.sandbox.unset("PAR_CRASH");
    const auto again = world.merge();
    CHECK(again.exit_code == 0);
    CHECK(has(again.out, kUrl + std::to_string(number) + " (alpha, beta, gamma)\n"));
    CHECK(count(world.forge->take_requests(), "create") == 1);
    CHECK(world.forge->git("rev-parse " + head + "^{tree}") == tree);
  }
  world.sandbox.assert_clean();
}

TEST_CASE("merge --pr: killed while it changes what is there, the next one finds it changed") {
  World world;
  REQUIRE(world.merge().exit_code == 0);
  REQUIRE(world.sandbox.par({"rollback", "beta"}).exit_code == 0);
  world.sandbox.git({"config", "par.prMerge", "squash"});
  world.sandbox.set("PAR_CRASH", "pull.written=kill");
  REQUIRE(world.merge().exit_code == 128 + SIGKILL);
  world.sandbox.set("PAR_CRASH", "pull.merged=kill");
  static_cast<void>(world.forge->take_requests());
  REQUIRE(world.merge().exit_code == 128 + SIGKILL);
  world.sandbox.unset("PAR_CRASH");
  const auto again = world.merge();
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "  merged    " + kUrl + "12 (alpha, gamma)\n"));
  const auto requests = world.forge->take_requests();
  CHECK(count(requests, "edit") == 0);
  CHECK(count(requests, "merge") == 1);
}

TEST_CASE("merge --pr: a signal ends the pauses of a push that nobody answers") {
  const World world;
  world.sandbox.write("../ssh", "#!/bin/sh\nfor last; do :; done\ncase $last in *receive-pack*) echo >>" +
                                    world.sandbox.root() + "/asked; exit 255 ;; esac\ncd '" +
                                    world.sandbox.root() + "' && exec sh -c \"$last\"\n");
  const auto cut = world.sandbox.shell(
      "git-par merge --pr & pid=$!\n"
      "while ! test -s ../asked; do sleep 0.05; done; kill -TERM $pid; wait $pid");
  INFO(cut.out << cut.err);
  CHECK(cut.exit_code == 143);
  CHECK(has(cut.err, "' was not pushed to 'origin': "));
  CHECK(has(cut.err, "'git par merge --run r1 --pr' goes on\n"));
  CHECK(has(cut.out, "  accepted  alpha (1 file)\n"));
  CHECK(world.sandbox.shell("wc -l <../asked").out == "1\n");
}

TEST_CASE("merge --pr: existing branches keep their names and are not moved") {
  Sandbox sandbox;
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[[validate]]\nname = \"unit\"\nrun = '! test -e bad.txt'\n");
  sandbox.commit_all("base");
  for (const auto* name : {"good", "bad"}) {
    sandbox.git({"checkout", "-q", "-b", name, "main"});
    sandbox.write(std::string(name) + ".txt", "x\n");
    sandbox.commit_all(std::string("make ") + name);
  }
  sandbox.git({"checkout", "-q", "main"});
  const Forge forge(sandbox);
  const auto merge = sandbox.par({"merge", "--branches", "good", "--branches", "bad", "--pr=agent"});
  INFO(merge.out << merge.err);
  CHECK(merge.exit_code == 1);
  CHECK(has(merge.out, "  opened    " + kUrl + "12 (good)\n"));
  CHECK(has(merge.out, "  left out  bad: rejected: "));
  CHECK(forge.git("rev-parse good") == sandbox.git({"rev-parse", "good"}));
  CHECK(forge.field(12, "title") == "make good");
  CHECK(sandbox.shell("git -C ../octo/widget.git rev-parse -q --verify refs/heads/bad").exit_code == 1);
  CHECK(has(sandbox.par({"merge", "--pr=agent"}).out, "  kept      " + kUrl + "12 (good)\n"));
  // It grows, and another one is made of the same changes.
  sandbox.git({"checkout", "-q", "good"});
  sandbox.write("more.txt", "x\n");
  sandbox.commit_all("more of good");
  sandbox.git({"checkout", "-q", "-b", "zgood", "main"});
  sandbox.git({"checkout", "-q", "good", "--", "good.txt", "more.txt"});
  sandbox.commit_all("the same at once");
  sandbox.git({"checkout", "-q", "main"});
  const auto again = sandbox.par({"merge", "--branches", "*good", "--pr=agent"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "  updated   " + kUrl + "12 (good)\n  accepted  zgood (2 files)\n"));
  CHECK(forge.git("rev-parse good") == sandbox.git({"rev-parse", "good"}));
  // It is made anew, and nothing that another run pushed is in the way.
  sandbox.git({"checkout", "-q", "good"});
  sandbox.git({"commit", "-q", "--amend", "-m", "better"});
  sandbox.git({"checkout", "-q", "main"});
  const auto anew = sandbox.par({"merge", "--branches", "good", "--pr=agent"});
  INFO(anew.out << anew.err);
  CHECK(has(anew.out, "  updated   " + kUrl + "12 (good)\n"));
  CHECK(forge.git("rev-parse good") == sandbox.git({"rev-parse", "good"}));
  CHECK(sandbox.git({"rev-parse", "main"}) == sandbox.git({"rev-parse", "origin/main"}));
  sandbox.assert_clean();
}

TEST_CASE("merge --pr --wait: checks that pass, and checks that fail") {
  const World world;
  world.forge->script("checks", "build=QUEUED ci/lint=PENDING\nbuild=SUCCESS ci/lint=SUCCESS\n");
  const auto passed = world.merge({"--wait"});
  CHECK(passed.exit_code == 0);
  CHECK(has(passed.out, "  passed    " + kUrl + "12\n"));
  CHECK(count(world.forge->take_requests(), "checks") == 2);
  world.forge->script("checks", "build=SUCCESS ci/lint=FAILURE test=TIMED_OUT\n");
  const auto failed = world.merge({"--wait"});
  CHECK(failed.exit_code == 1);
  CHECK(has(failed.out, "  failed    " + kUrl + "12: test, ci/lint\n"));
  CHECK(failed.err.find("error") == std::string::npos);
}

TEST_CASE("merge --pr --wait: a moment without an answer does not end the waiting") {
  const World world;
  world.forge->script("checks", "build=SUCCESS\n");
  world.forge->script("fail", "checks 502");
  const auto merge = world.merge({"--wait", "--json"});
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.out, R"("checks":"passed")"));
}

TEST_CASE("merge --pr --wait: a signal ends the waiting and leaves everything as it is") {
  const World world;
  world.forge->script("checks", "build=QUEUED\n");
  // A shell's background commands ignore SIGINT.
  const auto cut = world.sandbox.shell(
      "git-par merge --pr --wait & pid=$!\n"
      "while ! grep -q '^checks' ../requests 2>/dev/null; do sleep 0.05; done; kill -TERM $pid; wait $pid");
  INFO(cut.out << cut.err);
  CHECK(cut.exit_code == 143);
  CHECK(has(cut.err,
            "hint: the pull requests stay as they are; 'git par merge --run r1 --pr --wait' goes on\n"));
  world.forge->script("checks", "build=SUCCESS\n");
  const auto again = world.merge({"--wait"});
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "  kept      " + kUrl + "12 "));
  world.sandbox.assert_clean();
}

TEST_CASE("merge --pr: with par.prMerge the forge merges it, and git pull brings it") {
  const World world;
  world.sandbox.git({"config", "par.prMerge", "squash"});
  world.forge->script("status", "UNKNOWN\nBLOCKED\n");
  const auto later = world.merge();
  CHECK(later.exit_code == 0);
  CHECK(has(later.out, "  to merge  " + kUrl + "12: as soon as the forge allows it\n"));
  CHECK(count(world.forge->take_requests(), "merge-later") == 1);
  world.forge->script("status", "CLEAN\n");
  const auto now = world.merge();
  CHECK(now.exit_code == 0);
  CHECK(has(now.out, "  merged    " + kUrl + "12\n"));
  CHECK(world.forge->git("log -1 --format=%s main") == "Land 3 agents of run r1");
  const auto message = world.forge->git("log -1 --format=%B main");
  CHECK(has(message, "Phase 2\n  gamma: 1 file"));
  CHECK(has(world.forge->git("log -1 --format='%(trailers:key=Par-Agent,valueonly)' main"), "gamma"));
  // Found as merged from now on, also when its branch is gone.
  world.forge->git("update-ref -d refs/heads/" + head_of(*world.forge, ""));
  static_cast<void>(world.forge->take_requests());
  const auto again = world.merge();
  CHECK(again.exit_code == 0);
  CHECK(has(again.out, "  merged    " + kUrl + "12 (alpha, beta, gamma)\n"));
  CHECK(count(world.forge->take_requests(), "create") == 0);
  world.sandbox.git({"pull", "-q"});
  CHECK(world.sandbox.read("src/gamma/work.txt") == "alpha\n");
}

TEST_CASE("merge --pr --wait: the forge merges nothing whose checks fail") {
  const World world;
  world.sandbox.git({"config", "par.prMerge", "merge"});
  world.forge->script("checks", "build=FAILURE\n");
  CHECK(world.merge({"--wait"}).exit_code == 1);
  CHECK(count(world.forge->take_requests(), "merge") == 0);
}

TEST_CASE("merge --pr: nothing starts where it could only fail") {
  World world;
  const auto main = world.forge->git("for-each-ref");
  SECTION("not logged in") {
    world.sandbox.unset("GH_TOKEN");
    const auto merge = world.merge();
    CHECK(merge.exit_code == 128);
    CHECK(merge.err == "fatal: 'gh' is not logged in\nhint: 'gh auth login' does that; then do this again\n");
  }
  SECTION("a token that the forge does not take") {
    world.forge->script("fail", "list 401");
    const auto merge = world.merge();
    CHECK(merge.exit_code == 128);
    CHECK(has(merge.err, "fatal: 'gh pr list' failed\n  HTTP 401"));
    CHECK(has(merge.err, "gh auth login"));
  }
  SECTION("no gh") {
    world.sandbox.set("PATH", world.sandbox.root() + "/bin");
    REQUIRE(
        world.sandbox
            .shell("PATH=/usr/bin:/bin; mkdir ../bin && ln -s $(command -v git) /bin/sh ../bin && ln -s " +
                   shell_quote(PAR_PROGRAM) + " ../bin/git-par")
            .exit_code == 0);
    const auto merge = world.sandbox.par({"merge", "--pr"});
    CHECK(merge.exit_code == 128);
    CHECK(has(merge.err, "fatal: 'gh', the program that --pr needs, is not installed\nhint: "));
    world.sandbox.unset("PATH");
  }
  SECTION("the target follows nothing") {
    world.sandbox.git({"branch", "--unset-upstream", "main"});
    const auto merge = world.merge();
    CHECK(merge.exit_code == 128);
    CHECK(has(merge.err, "fatal: 'main' follows no branch of a remote\nhint: "));
  }
  SECTION("a remote that is no forge") {
    world.sandbox.git({"remote", "set-url", "origin", "../octo/widget.git"});
    const auto merge = world.merge();
    CHECK(merge.exit_code == 128);
    CHECK(has(merge.err, "fatal: 'origin' is at '../octo/widget.git', where no pull requests are\nhint: "));
  }
  SECTION("another strategy than that of the run") {
    const auto merge = world.merge({"--strategy", "rebase"});
    CHECK(merge.exit_code == 1);
    CHECK(has(merge.err, "error: run 'r1' was validated for 'main' as 'merge'\nhint: "));
  }
  SECTION("only said") {
    CHECK(world.merge({"-n"}).out ==
          "would open a pull request onto 'origin/main' of:\n  alpha\n  beta\n  gamma\n");
  }
  SECTION("with --push") { CHECK(world.merge({"--push"}).exit_code == 129); }
  SECTION("--wait alone") { CHECK(world.sandbox.par({"merge", "--wait"}).exit_code == 129); }
  CHECK(world.forge->git("for-each-ref") == main);
  CHECK(count(world.forge->take_requests(), "create") == 0);
  CHECK(world.sandbox.git({"for-each-ref", "refs/par/r1/pr"}).empty());
}

TEST_CASE("merge --pr: from a fork, as remote.pushDefault says") {
  const World world;
  world.sandbox.git({"remote", "add", "fork", "git@github.com:ada/widget.git"});
  REQUIRE(world.sandbox.shell("mkdir ../ada && ln -s ../octo/widget.git ../ada/widget.git").exit_code == 0);
  world.sandbox.git({"config", "remote.pushDefault", "fork"});
  CHECK(world.merge().exit_code == 0);
  const auto head = head_of(*world.forge, "");
  CHECK(world.sandbox.git({"for-each-ref", "--format=%(refname)", "refs/remotes/fork"}) ==
        "refs/remotes/fork/" + head);
  const auto requests = world.forge->take_requests();
  CHECK(std::find(requests.begin(), requests.end(), "create ada:" + head) != requests.end());
  CHECK(has(world.merge().out, "  kept      " + kUrl + "12 "));
}

TEST_CASE("merge --pr: what the remote lacks of the base is said") {
  const World world;
  world.sandbox.git({"update-ref", "refs/remotes/origin/main",
                     world.sandbox.git({"commit-tree", "-m", "older", "main^{tree}"})});
  const auto merge = world.merge();
  CHECK(merge.exit_code == 0);
  CHECK(has(merge.err, "warning: 'origin/main' does not have all of what this was validated on"));
}
