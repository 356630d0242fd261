// Bad input gets a clear error with a hint, and changes nothing.
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The command fails with this code and these words, gives a hint, and leaves refs, files and state as they
// were.
void refuses(const Sandbox& sandbox, const std::vector<std::string>& args, int code,
             const std::string& message) {
  const auto snapshot = [&] {
    return sandbox
        .shell("git for-each-ref; git status --porcelain; git worktree list; ls ..; git par status 2>&1")
        .out;
  };
  const auto before = snapshot();
  const auto done = sandbox.par(args);
  INFO(done.out << done.err);
  CHECK(done.exit_code == code);
  CHECK(has(done.err, message));
  CHECK(has(done.err, "hint: "));
  CHECK(snapshot() == before);
}

const std::string kAgent = "[agent.a]\nowns = [\"src/**\"]\nrun = \"true\"\n";

void commit_config(const Sandbox& sandbox, const std::string& text) {
  sandbox.write(".gitpar.toml", text);
  sandbox.write("src/file", "x\n");
  sandbox.commit_all("config");
}

}  // namespace

TEST_CASE("bad input: broken TOML is located") {
  Sandbox sandbox;
  commit_config(sandbox, "target = \"main\n");
  refuses(sandbox, {"run"}, 128, "HEAD:.gitpar.toml:1");
}

TEST_CASE("bad input: an unknown key is located and the near one named") {
  Sandbox sandbox;
  commit_config(sandbox, "target = \"main\"\nstragety = \"merge\"\n" + kAgent);
  refuses(sandbox, {"plan"}, 128, ".gitpar.toml:2: unknown key 'stragety'");
  CHECK(has(sandbox.par({"plan"}).err, "did you mean 'strategy'?"));
}

TEST_CASE("bad input: an agent without a command, and an unknown agent in 'after'") {
  Sandbox sandbox;
  commit_config(sandbox, "[agent.a]\nowns = [\"src/**\"]\n");
  refuses(sandbox, {"run"}, 128, "run");
  commit_config(sandbox, kAgent + "after = [\"b\"]\n");
  refuses(sandbox, {"run"}, 128, "'b'");
}

TEST_CASE("bad input: no configuration, or one that is not committed") {
  Sandbox sandbox;
  sandbox.write("file", "x\n");
  sandbox.commit_all("no config");
  refuses(sandbox, {"run"}, 128, "no '.gitpar.toml'");
  sandbox.write(".gitpar.toml", kAgent);
  refuses(sandbox, {"run"}, 128, "no '.gitpar.toml'");
  CHECK(has(sandbox.par({"run"}).err, "commit it first"));
}

TEST_CASE("bad input: no repository") {
  Sandbox sandbox;
  sandbox.set("GIT_CEILING_DIRECTORIES", sandbox.root());
  const auto done = sandbox.shell("cd .. && mkdir empty && cd empty && git par status");
  CHECK(done.exit_code == 128);
  CHECK(has(done.err, "fatal: not a git repository"));
  CHECK(has(done.err, "hint: "));
}

TEST_CASE("bad input: a git that is too old, or none") {
  Sandbox sandbox;
  commit_config(sandbox, kAgent);
  const std::string fake = "#!/bin/sh\ncase \" $* \" in *' version '*) echo git version ";
  sandbox.write("../old/git", fake + "2.30.0 ;; *) exec $REAL_GIT \"$@\" ;; esac\n");
  sandbox.write("../older/git", fake + "2.20.0 ;; *) exit 129 ;; esac\n");
  sandbox.shell("chmod +x ../old/git ../older/git");
  const std::string real = "par=$(command -v git-par) REAL_GIT=$(command -v git); export REAL_GIT; ";
  const auto plan = sandbox.shell(real + "PATH=$PWD/../old:$PATH $par plan");
  CHECK(plan.exit_code == 128);
  CHECK(has(plan.err, "git 2.30.0 is too old"));
  CHECK(has(plan.err, "hint: install git 2.38 or newer"));
  CHECK(has(sandbox.shell(real + "PATH=$PWD/../older $par status").err, "git 2.20.0 is too old"));
  const auto none = sandbox.shell(real + "PATH=/nowhere $par status");
  CHECK(none.exit_code == 128);
  CHECK(has(none.err, "hint: install git 2.38 or newer"));
}

TEST_CASE("bad input: an unborn branch") {
  Sandbox sandbox;
  refuses(sandbox, {"run"}, 128, "there is no commit yet");
}

TEST_CASE("bad input: a detached HEAD without a target; with one it works") {
  Sandbox sandbox;
  commit_config(sandbox, kAgent);
  sandbox.git({"checkout", "-q", "--detach"});
  refuses(sandbox, {"run"}, 128, "HEAD is detached");
  CHECK(sandbox.par({"plan", "--target", "main"}).exit_code == 0);
}

TEST_CASE("bad input: a target that does not exist") {
  Sandbox sandbox;
  commit_config(sandbox, "target = \"trunk\"\n" + kAgent);
  refuses(sandbox, {"run"}, 128, "the target branch 'trunk' does not exist");
  sandbox.git({"update-ref", "refs/remotes/origin/trunk", "HEAD"});
  for (const std::string command : {"run", "validate"})
    refuses(sandbox, {command}, 128, "hint: 'git branch trunk origin/trunk' makes it from the remote's");
}

TEST_CASE("bad input: a directory that is gone") {
  Sandbox sandbox;
  const auto gone = sandbox.shell("mkdir gone && cd gone && rmdir ../gone && git-par status");
  CHECK(gone.exit_code == 128);
  CHECK(gone.err ==
        "fatal: the directory that you are in does not exist any more\nhint: 'cd' to one that does\n");
}

TEST_CASE("bad input: a branch or directory stands where the run would write") {
  Sandbox sandbox;
  commit_config(sandbox, kAgent);
  sandbox.git({"branch", "par/r1/a/tip"});
  refuses(sandbox, {"run"}, 128, "branch 'par/r1/a/tip' already exists");
  sandbox.git({"branch", "-m", "par/r1/a/tip", "mine"});
  sandbox.git({"branch", "-m", "mine", "par"});
  refuses(sandbox, {"run"}, 128, "branch 'par' already exists");
  sandbox.git({"branch", "-D", "par"});
  sandbox.write("../repo.par/r1/a/precious", "mine\n");
  refuses(sandbox, {"run"}, 128, "already exists");
}

TEST_CASE("bad input: what a lost record has left is not taken for a new run's") {
  Sandbox sandbox;
  commit_config(sandbox, "[agent.a]\nowns = [\"src/**\"]\nrun = \"echo y > src/file\"\n");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  sandbox.git({"branch", "-m", "par/r1/a/tip", "kept"});
  sandbox.shell("cd .. && rm -rf repo.par && rm repo/.git/par/state.db*");
  SECTION("refs") {
    sandbox.shell("rm -r .git/par/jobs");
    refuses(sandbox, {"run"}, 128, "'refs/par/r1/base' is left of a run 'r1' that is not in the record");
  }
  SECTION("results of jobs") {
    sandbox.shell("git for-each-ref --format='delete %(refname)' refs/par/r1 | git update-ref --stdin");
    refuses(sandbox, {"run"}, 128, "par/jobs/r1' is left of a run 'r1' that is not in the record");
  }
}

TEST_CASE("bad input: two validations at once") {
  Sandbox sandbox;
  commit_config(sandbox, kAgent + std::string("[[validate]]\nname = \"slow\"\nrun = \"true\"\n"));
  const auto second =
      sandbox.shell("mkdir -p .git/par/locks && flock .git/par/locks/validate.lock git par validate --base");
  CHECK(second.exit_code == 1);
  CHECK(second.err.find("another 'git par validate' is at work here") != std::string::npos);
}

TEST_CASE("bad input: a cycle is printed") {
  Sandbox sandbox;
  commit_config(sandbox,
                "[agent.a]\nowns = [\"a/\"]\nrun = \"true\"\nafter = [\"b\"]\n"
                "[agent.b]\nowns = [\"b/\"]\nrun = \"true\"\nafter = [\"a\"]\n");
  refuses(sandbox, {"plan"}, 128, "a -> b -> a");
}

TEST_CASE("bad input: an overlap that the policy refuses names agents and witness") {
  Sandbox sandbox;
  commit_config(sandbox,
                "[policy]\non_overlap = \"refuse\"\n[agent.a]\nowns = [\"src/**\"]\nrun = \"true\"\n"
                "[agent.b]\nowns = [\"src/file\"]\nrun = \"true\"\n");
  refuses(sandbox, {"plan"}, 1, "src/file");
}

TEST_CASE("bad input: a SHA-256 repository") {
  Sandbox sandbox;
  const auto done =
      sandbox.shell("git init -q --object-format=sha256 ../sha256 && cd ../sha256 && git par plan");
  CHECK(done.exit_code == 128);
  CHECK(has(done.err, "SHA-256"));
}

TEST_CASE("bad input: unknown commands, options and words") {
  Sandbox sandbox;
  commit_config(sandbox, kAgent);
  refuses(sandbox, {"stauts"}, 129, "'stauts' is not a git par command");
  CHECK(has(sandbox.par({"stauts"}).err, "did you mean 'status'?"));
  refuses(sandbox, {"run", "--no-such-option"}, 129, "no-such-option");
  refuses(sandbox, {"run", "-j", "0"}, 129, "");
  refuses(sandbox, {"run", "--on", "slurm"}, 129, "local");
  refuses(sandbox, {"rollback"}, 129, "");
  refuses(sandbox, {"status", "r7"}, 128, "there is no run");
  CHECK(sandbox.par({"-h"}).exit_code == 129);
  CHECK(sandbox.par({"run", "-h"}).exit_code == 129);
}

TEST_CASE(
    "bad input: an agent whose command is missing is rejected, a validation that is missing stops the run") {
  Sandbox sandbox;
  commit_config(sandbox,
                "[[validate]]\nname = \"unit\"\nrun = \"no-such-validation\"\n[agent.a]\nowns = "
                "[\"src/**\"]\nrun = \"echo y > src/file\"\n");
  const auto run = sandbox.par({"run"});
  INFO(run.err);
  CHECK(run.exit_code == 128);
  CHECK(has(run.err, "validation 'unit' cannot run on the base commit"));
  CHECK(has(run.err, "git par resume r1"));
  sandbox.assert_clean();
}

TEST_CASE("odd repositories: sparse, partial clone, worktreeConfig, linked worktree and bare work") {
  Sandbox sandbox;
  par::test::write_three_agents(sandbox);
  SECTION("sparse") {
    sandbox.git({"sparse-checkout", "set", "--cone", "src/alpha"});
    CHECK(sandbox.par({"run", "--land"}).exit_code == 0);
    CHECK(sandbox.git({"status", "--porcelain"}).empty());
    CHECK_FALSE(par::os::exists(sandbox.repo() + "/src/beta"));
    CHECK(sandbox.git({"show", "main:src/beta/work.txt"}) == "beta");
  }
  SECTION("worktreeConfig") {
    sandbox.git({"config", "core.repositoryFormatVersion", "1"});
    sandbox.git({"config", "extensions.worktreeConfig", "true"});
    CHECK(sandbox.par({"run", "--land"}).exit_code == 0);
  }
  SECTION("from a linked worktree") {
    sandbox.git({"worktree", "add", "-q", "-b", "side", "../side"});
    const auto done = sandbox.shell("cd ../side && git par run --land");
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(sandbox.git({"status", "--porcelain"}).empty());
  }
  SECTION("partial clone") {
    sandbox.git({"config", "uploadpack.allowFilter", "true"});
    const auto done = sandbox.shell(
        "git clone -q --filter=blob:none \"file://$PWD\" ../partial && cd ../partial && git par run --land");
    INFO(done.err);
    CHECK(done.exit_code == 0);
  }
  SECTION("bare") {
    const auto done = sandbox.shell(
        "git clone -q --bare . ../bare.git && cd ../bare.git && git par run --land && git show "
        "main:src/gamma/work.txt");
    INFO(done.err);
    CHECK(done.exit_code == 0);
    CHECK(has(done.out, "alpha"));
  }
  sandbox.assert_clean();
}
