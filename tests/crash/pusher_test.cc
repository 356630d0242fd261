// Somebody else pushes to the target again and again while runs land on it. PAR_SWEEP=<pushes>; 1,000 take
// some minutes.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "os/files.h"
#include "support/catch.h"
#include "support/forked.h"
#include "support/random_rules.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

constexpr int kMostTries = 30;

// Each push adds a file, and is tried again when it was overtaken; a pause now and then lets a landing win.
std::string pushing(std::size_t pushes) {
  return "i=0; while [ $i -lt " + std::to_string(pushes) + R"( ]; do
  old=$(git rev-parse refs/heads/main)
  blob=$(echo "pushed $i" | git hash-object -w --stdin)
  tree=$({ git ls-tree "$old"; printf '100644 blob %s\tpushed-%s\n' "$blob" "$i"; } | git mktree)
  new=$(git commit-tree -p "$old" -m "pushed $i" "$tree")
  if git update-ref refs/heads/main "$new" "$old" 2>/dev/null; then
    echo "$new" >> ../pushed
    i=$((i + 1))
    [ $((i % 10)) != 0 ] || sleep 0.7
  fi
done; touch ../pushed-all)";
}

// Every validation notes the tree it sees.
std::string config(const Sandbox& sandbox) {
  return "target = \"main\"\n[[validate]]\nname = \"unit\"\nreruns = 0\nrun = \"git log -1 --format=%T >> " +
         sandbox.root() +
         "/validated\"\n[agent.a]\nowns = [\"/src/a/**\"]\nrun = \"echo $PAR_RUN > src/a/new\"\n"
         "[agent.b]\nowns = [\"/src/b/**\"]\nrun = \"echo $PAR_RUN > src/b/new\"\n";
}

std::set<std::string> lines_of(const std::string& text) {
  const auto lines = split_terminated(text, '\n');
  return {lines.begin(), lines.end()};
}

// Merges until it lands: a target that keeps moving is given up for the time being.
void land(const Sandbox& sandbox) {
  for (int attempt = 0; attempt < kMostTries; ++attempt) {
    const auto merge = sandbox.par({"merge", "-q"});
    if (merge.exit_code == 0) return;
    INFO(merge.out << merge.err);
    REQUIRE(merge.exit_code == 1);
    REQUIRE(merge.err.find("keeps moving") != std::string::npos);
  }
  FAIL("no landing ever won");
}

}  // namespace

TEST_CASE("merge: while somebody pushes to the target, no commit is lost and only tested trees land") {
  const auto pushes = test::sweep_count(30);
  Sandbox sandbox;
  sandbox.write(".gitpar.toml", config(sandbox));
  for (const std::string name : {"a", "b"}) sandbox.write("src/" + name + "/file", "as it was\n");
  sandbox.commit_all("base");
  sandbox.git({"checkout", "-q", "--detach"});

  std::size_t landings = 0;
  {
    test::Forked pusher([&](int) { return sandbox.shell(pushing(pushes)).exit_code; });
    do {
      const auto run = sandbox.par({"run", "-q"});
      INFO(run.out << run.err);
      REQUIRE(run.exit_code == 0);
      land(sandbox);
      ++landings;
    } while (!os::exists(sandbox.root() + "/pushed-all"));
    CHECK(pusher.wait() == 0);
  }

  const auto pushed = split_terminated(sandbox.shell("cat ../pushed").out, '\n');
  REQUIRE(pushed.size() == pushes);
  const auto history = lines_of(sandbox.git({"rev-list", "main"}));
  const auto files = lines_of(sandbox.git({"ls-tree", "--name-only", "main"}));
  for (std::size_t i = 0; i < pushes; ++i) {
    CHECK(history.contains(pushed[i]));
    CHECK(files.contains("pushed-" + std::to_string(i)));
  }
  // The target never stood anywhere but on the tip that it moved from: its history is the log of its moves.
  CHECK(sandbox.git({"rev-list", "--first-parent", "main"}) ==
        sandbox.git({"reflog", "show", "--format=%H", "main"}));
  const auto validated = lines_of(sandbox.shell("cat ../validated").out);
  std::size_t landed = 0;
  const auto log = sandbox.git({"log", "--first-parent", "--grep=^Par-Run:", "--format=%T", "main"});
  for (const auto& tree : split_terminated(log, '\n')) {
    ++landed;
    CHECK(validated.contains(tree));
  }
  CHECK(landed == landings);
  // Pushes did come between the test of a candidate and its landing.
  CHECK(validated.size() > landings + 1);
  sandbox.assert_clean();
}
