// The hooks in real repositories, with a real `git push` to a bare one and real commits.
#include "base/strings.h"
#include "os/files.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

// A remote "origin" that has the base, and one more commit here.
void with_remote(const Sandbox& sandbox) {
  test::write_three_agents(sandbox);
  REQUIRE(sandbox.shell("git init -q --bare ../origin.git").exit_code == 0);
  sandbox.git({"remote", "add", "origin", sandbox.root() + "/origin.git"});
  sandbox.git({"push", "-q", "origin", "main"});
  sandbox.write("src/alpha/file.txt", "changed\n");
  sandbox.commit_all("change");
}

os::Finished push(const Sandbox& sandbox, const std::string& arguments = "origin main") {
  return sandbox.shell("git push -q " + arguments);
}

std::string remote_main(const Sandbox& sandbox) {
  return sandbox.shell("git -C ../origin.git rev-parse main").out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void foreign_hook(const Sandbox& sandbox, const std::string& body) {
  sandbox.write(".git/hooks/pre-push", "#!/bin/sh\n" + body);
  REQUIRE(sandbox.shell("chmod 0751 .git/hooks/pre-push").exit_code == 0);
}

}  // namespace

TEST_CASE("hook: a push of the target is refused until its tree has passed") {
  const Sandbox sandbox;
  with_remote(sandbox);
  const auto before = remote_main(sandbox);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);

  const auto refused = push(sandbox);
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "error: 'main' would move to "));
  CHECK(contains(refused.err, "hint: 'git par validate main' "));
  CHECK(contains(refused.err, "hint: 'git push --no-verify' "));
  CHECK(remote_main(sandbox) == before);

  CHECK(sandbox.par({"validate", "main"}).exit_code == 0);
  const auto accepted = push(sandbox);
  CHECK(accepted.exit_code == 0);
  CHECK(accepted.err == "");
  CHECK(remote_main(sandbox) == sandbox.git({"rev-parse", "main"}) + "\n");
  sandbox.assert_clean();
}

TEST_CASE("hook: what a run has landed may be pushed at once") {
  const Sandbox sandbox;
  with_remote(sandbox);
  CHECK(sandbox.par({"hook", "install", "-q"}).out == "");
  CHECK(sandbox.par({"run", "-q", "--land"}).exit_code == 0);
  CHECK(push(sandbox).exit_code == 0);
}

TEST_CASE("hook: --no-verify pushes without the check") {
  const Sandbox sandbox;
  with_remote(sandbox);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  CHECK(push(sandbox, "--no-verify origin main").exit_code == 0);
}

TEST_CASE("hook: only the target is looked at, and only what it did not have before") {
  const Sandbox sandbox;
  with_remote(sandbox);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  CHECK(push(sandbox, "origin main:other").exit_code == 0);
  CHECK(push(sandbox, "origin main:refs/tags/t").exit_code == 0);
  CHECK(push(sandbox, "origin HEAD:main").exit_code == 1);
  CHECK(push(sandbox, "origin main:other2 main").exit_code == 1);
  CHECK(push(sandbox, "--no-verify origin main").exit_code == 0);
  CHECK(push(sandbox, "origin main").exit_code == 0);
  CHECK(push(sandbox, "-f origin main~1:main").exit_code == 0);
  CHECK(push(sandbox, "origin :other").exit_code == 0);
}

TEST_CASE("hook: the target is not deleted") {
  const Sandbox sandbox;
  with_remote(sandbox);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  CHECK(sandbox.shell("git -C ../origin.git config receive.denyDeleteCurrent ignore").exit_code == 0);
  const auto refused = push(sandbox, "origin :main");
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "error: 'main' is the target of git par: it is not deleted on 'origin'"));
  CHECK(remote_main(sandbox) == sandbox.git({"rev-parse", "main~1"}) + "\n");
}

TEST_CASE("hook: without a configuration nothing is checked, and that is said") {
  const Sandbox sandbox;
  sandbox.write("file", "1");
  sandbox.commit_all("base");
  REQUIRE(sandbox.shell("git init -q --bare ../origin.git").exit_code == 0);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  const auto pushed = push(sandbox, "../origin.git main");
  CHECK(pushed.exit_code == 0);
  CHECK(pushed.err == "hint: no '.gitpar.toml' on 'main': the push is not checked\n");
}

TEST_CASE("hook: where the configuration names no target, the remote's default branch is it") {
  const Sandbox sandbox;
  with_remote(sandbox);
  sandbox.write(".gitpar.toml", replace_all(test::three_agents_config(), "target = \"main\"", ""));
  sandbox.commit_all("no target");
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  const auto unknown = push(sandbox, "origin main:elsewhere");
  CHECK(unknown.exit_code == 0);
  CHECK(contains(unknown.err, "names no target"));
  sandbox.git({"remote", "set-head", "origin", "main"});
  CHECK(push(sandbox, "origin main").exit_code == 1);
  const auto feature = push(sandbox, "origin main:feature");
  CHECK(feature.exit_code == 0);
  CHECK(feature.err == "");
}

TEST_CASE("hook: a target whose configuration is broken is not pushed") {
  const Sandbox sandbox;
  with_remote(sandbox);
  sandbox.git({"remote", "set-head", "origin", "main"});
  sandbox.write(".gitpar.toml", "target = 1\n");
  sandbox.commit_all("broken");
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  const auto refused = push(sandbox);
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "main:.gitpar.toml:1"));
  CHECK(contains(refused.err, "--no-verify"));
}

TEST_CASE("hook: an existing hook runs first, with the same arguments and input") {
  const Sandbox sandbox;
  with_remote(sandbox);
  foreign_hook(sandbox, "cat >seen.input; printf '%s|' \"$@\" >seen.arguments\n");
  const auto installed = sandbox.par({"hook", "install"});
  CHECK(installed.exit_code == 0);
  CHECK(contains(installed.out, "pre-push.before-par' and runs first"));
  CHECK(push(sandbox).exit_code == 1);
  CHECK(sandbox.read("seen.arguments") == "origin|" + sandbox.root() + "/origin.git|");
  CHECK(sandbox.read("seen.input") == "refs/heads/main " + sandbox.git({"rev-parse", "main"}) +
                                          " refs/heads/main " + sandbox.git({"rev-parse", "main~1"}) + "\n");
}

TEST_CASE("hook: when the existing hook fails, nothing is pushed and nothing else is asked") {
  const Sandbox sandbox;
  with_remote(sandbox);
  CHECK(sandbox.par({"validate", "main"}).exit_code == 0);
  foreign_hook(sandbox, "echo 'not on Fridays' >&2; exit 3\n");
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  const auto refused = push(sandbox);
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "not on Fridays"));
  CHECK_FALSE(contains(refused.err, "git par"));
}

TEST_CASE("hook: uninstall puts back what was there, bytes and mode") {
  const Sandbox sandbox;
  with_remote(sandbox);
  foreign_hook(sandbox, "# no newline at the end\nexit 0");
  const std::string look =
      "cat .git/hooks/pre-push; stat -c %a%Y%i .git/hooks/pre-push; ls .git/hooks | grep -v sample";
  const auto before = sandbox.shell(look).out;
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  CHECK(sandbox.shell(look).out != before);
  const auto again = sandbox.par({"hook", "install"});
  CHECK(again.exit_code == 0);
  CHECK(contains(again.out, "is installed already"));
  CHECK(sandbox.par({"hook", "uninstall"}).exit_code == 0);
  CHECK(sandbox.shell(look).out == before);
  const auto absent = sandbox.par({"hook", "uninstall"});
  CHECK(absent.exit_code == 0);
  CHECK(contains(absent.out, "no hook of git par"));
  CHECK(sandbox.shell(look).out == before);
}

TEST_CASE("hook: uninstall of ours alone leaves no hook") {
  const Sandbox sandbox;
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  CHECK(sandbox.shell("stat -c %a .git/hooks/pre-push").out == "755\n");
  CHECK(sandbox.par({"hook", "uninstall"}).exit_code == 0);
  CHECK(sandbox.shell("ls .git/hooks | grep -v sample").out == "");
}

TEST_CASE("hook: an older version of ours is renewed") {
  const Sandbox sandbox;
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  const auto current = sandbox.read(".git/hooks/pre-push");
  CHECK(sandbox.shell("echo '# more' >>.git/hooks/pre-push").exit_code == 0);
  CHECK(contains(sandbox.par({"hook", "install"}).out, "updated"));
  CHECK(sandbox.read(".git/hooks/pre-push") == current);
}

TEST_CASE("hook: two foreign hooks are too many, and stay as they are") {
  const Sandbox sandbox;
  foreign_hook(sandbox, "exit 0\n");
  sandbox.write(".git/hooks/pre-push.before-par", "mine");
  const auto refused = sandbox.par({"hook", "install", "--force"});
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "error: there are both"));
  CHECK(sandbox.read(".git/hooks/pre-push") == "#!/bin/sh\nexit 0\n");
  CHECK(sandbox.read(".git/hooks/pre-push.before-par") == "mine");
}

TEST_CASE("hook: where core.hooksPath leads elsewhere, install refuses with the line to add, unless forced") {
  const Sandbox sandbox;
  sandbox.git({"config", "core.hooksPath", ".husky"});
  const auto refused = sandbox.par({"hook", "install"});
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "/.husky'"));
  CHECK(contains(refused.err, "git par hook run pre-push \"$@\""));
  CHECK(contains(refused.err, "--force"));
  CHECK_FALSE(os::exists(sandbox.repo() + "/.husky"));
  CHECK(sandbox.par({"hook", "install", "--force"}).exit_code == 0);
  CHECK(os::exists(sandbox.repo() + "/.husky/pre-push"));
  CHECK(sandbox.par({"hook", "uninstall"}).exit_code == 0);
  CHECK_FALSE(os::exists(sandbox.repo() + "/.husky/pre-push"));
}

TEST_CASE("hook: a linked worktree has the same hook") {
  const Sandbox sandbox;
  with_remote(sandbox);
  sandbox.git({"worktree", "add", "-q", "--detach", "../linked", "main"});
  CHECK(sandbox.par({"-C", "../linked", "hook", "install"}).exit_code == 0);
  CHECK(os::exists(sandbox.repo() + "/.git/hooks/pre-push"));
  const auto refused = sandbox.shell("cd ../linked && git push -q origin HEAD:main");
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "'main' would move to"));
}

TEST_CASE("hook: where git-par is not installed, the push passes with a notice") {
  Sandbox sandbox;
  with_remote(sandbox);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  sandbox.set("PATH", "/usr/bin:/bin");
  if (sandbox.shell("command -v git-par || test -e \"$(git --exec-path)/git-par\"").exit_code == 0) {
    WARN("skipped: git-par is installed on this machine");
    return;
  }
  const auto pushed = push(sandbox);
  CHECK(pushed.exit_code == 0);
  CHECK(pushed.err == "hint: git-par is not installed: the push is not checked\n");
}

TEST_CASE("hook: the script is clean under shellcheck") {
  if (!os::find_program("shellcheck")) {
    WARN("skipped: shellcheck is not installed");
    return;
  }
  const Sandbox sandbox;
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  CHECK(sandbox.shell("shellcheck .git/hooks/pre-push .git/hooks/pre-commit").out == "");
}

TEST_CASE("hook: what somebody else has claimed is not committed, until it is released") {
  Sandbox sandbox;
  test::write_three_agents(sandbox);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  REQUIRE(sandbox.par({"claim", "--agent", "me", "src/alpha"}).exit_code == 0);
  const auto commit = [&](const std::string& path, const std::string& before = "") {
    sandbox.write(path, sandbox.git({"rev-parse", "HEAD"}) + before + "\n");
    return sandbox.shell("git add " + path + " && " + before + " git commit -q -m change");
  };
  const auto refused = commit("src/alpha/new/file.txt");
  CHECK(refused.exit_code == 1);
  CHECK(refused.err ==
        "error: 'src/alpha/new/file.txt' is claimed by agent 'me'\n"
        "hint: if that is you, commit with PAR_AGENT='me'\n"
        "hint: 'git par claims' shows what is claimed, and for how long\n"
        "hint: 'git commit --no-verify' commits without this check\n");
  CHECK(contains(commit("src/alpha/new/file.txt", "PAR_AGENT=you").err, "is claimed by agent 'me'"));
  CHECK(commit("src/alpha/new/file.txt", "PAR_AGENT=me").exit_code == 0);
  // Only what is in this commit counts, and only what is below a claim.
  sandbox.write("src/alpha/other.txt", "not added");
  CHECK(commit("src/alphabet.txt").exit_code == 0);
  sandbox.git({"add", "src/alpha/other.txt"});
  sandbox.write("src/alphabet.txt", "once more\n");
  CHECK(sandbox.shell("git commit -q -m one src/alphabet.txt").exit_code == 0);
  sandbox.git({"rm", "-q", "src/alpha/file.txt"});
  CHECK(sandbox.shell("git commit -q -m removed").exit_code == 1);
  CHECK(sandbox.shell("git commit -q --no-verify -m removed").exit_code == 0);

  REQUIRE(sandbox.par({"release", "--agent", "me", "src/alpha"}).exit_code == 0);
  CHECK(commit("src/alpha/other.txt").exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("hook: a claim without a name is the working tree's, and others do not commit what it claimed") {
  Sandbox sandbox;
  test::write_three_agents(sandbox);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  sandbox.git({"worktree", "add", "-q", "-b", "other", "../linked", "main"});
  REQUIRE(sandbox.par({"claim", "src/alpha"}).exit_code == 0);
  const auto commit = [&](const std::string& place, const std::string& before = "") {
    return sandbox.shell("cd " + place + " && echo x >>src/alpha/new.txt && git add . && " + before +
                         " git commit -q -m change");
  };
  const auto refused = commit("../linked");
  CHECK(refused.exit_code == 1);
  CHECK(refused.err == "error: 'src/alpha/new.txt' is claimed by the working tree '" + sandbox.repo() +
                           "'\nhint: if that is you, commit with PAR_AGENT='" + sandbox.repo() +
                           "'\nhint: 'git par claims' shows what is claimed, and for how long\n"
                           "hint: 'git commit --no-verify' commits without this check\n");
  CHECK(commit(".").exit_code == 0);
  CHECK(commit(".", "PAR_AGENT=you").exit_code == 1);
  CHECK(commit("../linked", "PAR_AGENT='" + sandbox.repo() + "'").exit_code == 0);

  const auto linked = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {"-C", "../linked"});
    return sandbox.par(std::move(args));
  };
  CHECK(contains(linked({"claim", "src"}).err, "'src' is held by the working tree '" + sandbox.repo() + "'"));
  CHECK(linked({"release", "src/alpha"}).exit_code == 1);
  CHECK(contains(linked({"claims"}).out, sandbox.repo() + "  -    -     -"));
  // Again, to extend it.
  CHECK(sandbox.par({"claim", "src/alpha"}).exit_code == 0);
  CHECK(sandbox.par({"release", "src/alpha"}).exit_code == 0);
  REQUIRE(linked({"claim", "src/alpha"}).exit_code == 0);
  CHECK(commit("../linked").exit_code == 0);
  CHECK(commit(".").exit_code == 1);
  sandbox.git({"worktree", "remove", "--force", "../linked"});
  CHECK(sandbox.par({"release", "--agent", sandbox.root() + "/linked", "src/alpha"}).exit_code == 0);
  CHECK(commit(".").exit_code == 0);
  sandbox.assert_clean();
}

TEST_CASE("hook: a merge that is concluded by hand may hold what others have claimed") {
  const Sandbox sandbox;
  test::write_three_agents(sandbox);
  CHECK(sandbox.par({"hook", "install"}).exit_code == 0);
  sandbox.git({"switch", "-q", "-c", "side"});
  sandbox.write("src/alpha/file.txt", "theirs\n");
  sandbox.write("src/beta/file.txt", "theirs\n");
  sandbox.commit_all("side");
  sandbox.git({"switch", "-q", "main"});
  sandbox.write("src/beta/file.txt", "ours\n");
  sandbox.commit_all("main");
  REQUIRE(sandbox.par({"claim", "--agent", "me", "src/alpha"}).exit_code == 0);
  REQUIRE(sandbox.shell("git merge -q side").exit_code != 0);
  sandbox.write("src/beta/file.txt", "both\n");
  CHECK(sandbox.shell("git commit -q -a -m merged").exit_code == 0);
}

TEST_CASE("hook: an existing pre-commit hook runs first, and is back after uninstall") {
  const Sandbox sandbox;
  sandbox.write(".git/hooks/pre-commit", "#!/bin/sh\necho 'not on Fridays' >&2; exit 3\n");
  REQUIRE(sandbox.shell("chmod 0755 .git/hooks/pre-commit").exit_code == 0);
  CHECK(contains(sandbox.par({"hook", "install"}).out, "pre-commit.before-par' and runs first"));
  sandbox.write("file", "x");
  const auto refused = sandbox.shell("git add file && git commit -q -m x");
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "not on Fridays"));
  CHECK(sandbox.par({"hook", "uninstall"}).exit_code == 0);
  CHECK(contains(sandbox.read(".git/hooks/pre-commit"), "not on Fridays"));
}

TEST_CASE("hook: trouble of ours keeps nobody from committing") {
  const Sandbox sandbox;
  REQUIRE(sandbox.par({"hook", "install", "-q"}).exit_code == 0);
  REQUIRE(sandbox.par({"claim", "--agent", "other", "file"}).exit_code == 0);
  sandbox.write(".git/par/state.db", "what is left of a database");
  sandbox.write("file", "x");
  const auto commit = sandbox.shell("git add file && git commit -q -m x");
  CHECK(commit.exit_code == 0);
  CHECK(contains(commit.err, "warning: claims of paths are not checked: "));
}

TEST_CASE("hook: wrong usage says so") {
  const Sandbox sandbox;
  CHECK(sandbox.par({"hook"}).exit_code == 129);
  CHECK(sandbox.par({"hook", "remove"}).exit_code == 129);
  CHECK(sandbox.par({"hook", "install", "pre-push"}).exit_code == 129);
  CHECK(sandbox.par({"hook", "run", "post-commit"}).exit_code == 129);
  CHECK(sandbox.par({"hook", "run"}).exit_code == 129);
  CHECK(sandbox.shell("echo nonsense | git par hook run pre-push origin url").exit_code == 129);
}
