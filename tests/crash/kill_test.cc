// kill -9 of the real program at every named point it passes, then `git par resume`: the same trees, nothing
// left over.
#include <algorithm>

#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::split_terminated;
using par::test::Sandbox;

namespace {

struct End {
  std::string main_tree;
  std::string agents;  // "name state" lines

  bool operator==(const End&) const = default;
};

std::string states(const Sandbox& sandbox) {
  return sandbox
      .shell(
          "git par status --json | tr '{' '\\n' | sed -n "
          "'s/.*\"agent\":\"\\([a-z]*\\)\".*\"state\":\"\\([a-z-]*\\)\".*/\\1 \\2/p'")
      .out;
}

void prepare(const Sandbox& sandbox) {
  sandbox.write(".gitpar.toml",
                par::test::three_agents_config() +
                    "\n[agent.wrong]\nowns = [\"src/wrong/**\"]\nrun = \"echo broken > src/wrong/x\"\n");
  for (const auto* name : {"alpha", "beta", "gamma", "wrong"})
    sandbox.write(std::string("src/") + name + "/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

End end_of(const Sandbox& sandbox) { return {sandbox.git({"rev-parse", "main^{tree}"}), states(sandbox)}; }

// The points an undisturbed `run --land` passes, each once, in order.
const std::vector<std::string>& points() {
  static const auto list = [] {
    Sandbox sandbox;
    prepare(sandbox);
    sandbox.set("PAR_CRASH_LIST", sandbox.root() + "/points");
    CHECK(sandbox.par({"run", "--land"}).exit_code == 1);
    std::vector<std::string> names;
    for (auto& name : split_terminated(sandbox.shell("cat ../points").out, '\n'))
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    return names;
  }();
  return list;
}

const End& undisturbed() {
  static const End end = [] {
    Sandbox sandbox;
    prepare(sandbox);
    CHECK(sandbox.par({"run", "--land"}).exit_code == 1);
    return end_of(sandbox);
  }();
  return end;
}

// Goes on until the run has landed, as a user would: resume, and merge when it is ready.
void finish(Sandbox& sandbox) {
  const auto status = sandbox.par({"status"});
  if (status.exit_code != 0) {  // it died before there was a run
    sandbox.par({"run", "--land"});
    return;
  }
  sandbox.par({"resume"});
  sandbox.par({"merge"});
}

void check_point(const std::string& point, int passage) {
  INFO("killed at " << point << ", passage " << passage);
  Sandbox sandbox;
  prepare(sandbox);
  sandbox.set("PAR_CRASH", point + "@" + std::to_string(passage) + "=kill");
  sandbox.par({"run", "--land"});
  sandbox.unset("PAR_CRASH");
  finish(sandbox);
  CHECK(end_of(sandbox) == undisturbed());
  sandbox.assert_clean();
}

// The tests share the points between them, so that they run side by side.
void check_share(std::size_t share, std::size_t shares) {
  const auto& all = points();
  REQUIRE(all.size() >= 40);
  for (std::size_t i = share; i < all.size(); i += shares) check_point(all[i], 1);
}

}  // namespace

TEST_CASE("crash: killed at any named point, resume reaches the same end (1 of 4)") { check_share(0, 4); }
TEST_CASE("crash: killed at any named point, resume reaches the same end (2 of 4)") { check_share(1, 4); }
TEST_CASE("crash: killed at any named point, resume reaches the same end (3 of 4)") { check_share(2, 4); }
TEST_CASE("crash: killed at any named point, resume reaches the same end (4 of 4)") { check_share(3, 4); }

TEST_CASE("crash: killed twice, also during recovery, resume reaches the same end") {
  for (const std::string point :
       {"journal.after.agentstarting", "worktree.added", "candidate.moved", "land.files"}) {
    for (const std::string again : {"journal.before.runresumed", "journal.after.accepted", "land.moved"}) {
      INFO("killed at " << point << ", then at " << again);
      Sandbox sandbox;
      prepare(sandbox);
      sandbox.set("PAR_CRASH", point + "=kill");
      sandbox.par({"run", "--land"});
      sandbox.set("PAR_CRASH", again + "=kill");
      finish(sandbox);
      sandbox.unset("PAR_CRASH");
      finish(sandbox);
      CHECK(end_of(sandbox) == undisturbed());
      sandbox.assert_clean();
    }
  }
}
