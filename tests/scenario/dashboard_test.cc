// A run that is watched while it works.
#include "os/posix.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// One agent that prints three lines, waits for ../go, and ends.
void write_project(const Sandbox& sandbox) {
  const std::string go = sandbox.root() + "/go";
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.slow]\nowns = [\"src/**\"]\n"
                "run = '''echo one; echo two; echo three; until test -e " +
                    go + "; do sleep 0.05; done; echo four; echo x > src/new.txt'''\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

void start_and_wait(const Sandbox& sandbox) {
  REQUIRE(sandbox.start({"run", "-q"}) > 0);
  for (int i = 0; i < 500 && !has(sandbox.par({"log", "slow"}).out, "three"); ++i) par::os::nap(20);
  REQUIRE(has(sandbox.par({"log", "slow"}).out, "three"));
}

std::string wait_for(const Sandbox& sandbox, const std::string& file, const std::string& part) {
  std::string text;
  for (int i = 0; i < 500 && !has(text, part); ++i) {
    text = sandbox.shell("cat " + file + " 2>/dev/null").out;
    par::os::nap(20);
  }
  return text;
}

}  // namespace

TEST_CASE("status --watch: draws on the second screen until the work ends, and leaves what it came to") {
  Sandbox sandbox;
  write_project(sandbox);
  start_and_wait(sandbox);
  CHECK(has(sandbox.par({"status"}).out, "s ago"));
  CHECK(has(sandbox.par({"status", "--json"}).out, "\"last_output_s\":0."));
  sandbox.shell("TERM=xterm script -qfc 'git par status --watch' ../screen >/dev/null 2>&1 </dev/null &");
  const auto drawn = wait_for(sandbox, "../screen", "slow");
  CHECK(has(drawn, "\x1b[?1049h"));
  CHECK(has(drawn, "run r1: running"));
  CHECK_FALSE(has(drawn, "\x1b[2J"));
  CHECK(has(drawn, "\x1b[?7l"));
  sandbox.shell("touch ../go");
  const auto all = wait_for(sandbox, "../screen", "'git par merge' lands");
  CHECK(has(all, "\x1b[?7h\x1b[?25h\x1b[?1049l"));
  const auto after = all.substr(all.rfind("\x1b[?1049l"));
  CHECK(has(after, "run r1: ready, 1 of 1 agents accepted"));
  sandbox.assert_clean();
}

TEST_CASE("status: the last output is that of the present attempt, and none where it has not printed") {
  Sandbox sandbox;
  const auto until = [&](const std::string& file) {
    return "until test -e " + sandbox.root() + "/" + file + "; do sleep 0.05; done; ";
  };
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[worktree]\nsetup = \"echo is set up\"\n"
                "[agent.slow]\nowns = [\"src/**\"]\nretries = 1\nrun = '''" +
                    until("first") + "test $PAR_ATTEMPT = 2 || { echo fails; exit 1; }; touch " +
                    sandbox.root() + "/again; " + until("go") + "echo printed; " + until("end") +
                    "echo x > src/new.txt'''\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
  REQUIRE(sandbox.start({"run", "-q"}) > 0);
  const auto is_said = [&](const std::string& part) {
    for (int i = 0; i < 500 && !has(sandbox.par({"status"}).out, part); ++i) par::os::nap(20);
    return has(sandbox.par({"status"}).out, part);
  };
  const auto json = [&] { return sandbox.par({"status", "--json"}).out; };
  const auto log = sandbox.state_dir() + "/logs/r1/slow.log";
  REQUIRE(has(wait_for(sandbox, log, "is set up"), "is set up"));
  CHECK(is_said("  none  "));
  CHECK(has(json(), "\"last_output_s\":null"));
  sandbox.shell("touch ../first");
  for (int i = 0; i < 500 && !par::os::exists(sandbox.root() + "/again"); ++i) par::os::nap(20);
  REQUIRE(has(sandbox.read(".git/par/logs/r1/slow.log"), "fails"));
  CHECK(is_said("  none  "));
  CHECK(has(json(), "\"last_output_s\":null"));
  sandbox.shell("touch ../go");
  CHECK(is_said("s ago"));
  CHECK_FALSE(has(json(), "\"last_output_s\":null"));
  sandbox.shell("touch ../end");
  CHECK(is_said("run r1: ready"));
  CHECK(has(json(), "\"last_output_s\":null"));
  CHECK_FALSE(has(sandbox.par({"status"}).out, "none"));
  sandbox.assert_clean();
}

TEST_CASE("status --watch: needs a terminal, and says what does not") {
  Sandbox sandbox;
  write_project(sandbox);
  const auto refused = sandbox.par({"status", "--watch"});
  CHECK(refused.exit_code == 129);
  CHECK(refused.err ==
        "error: --watch draws on a terminal\nhint: 'git par log -f' follows a run as lines, 'git par status "
        "--json' shows it to a program\n");
}

TEST_CASE("attach: shows what an agent prints from its last lines on, until its work is accepted") {
  Sandbox sandbox;
  write_project(sandbox);
  start_and_wait(sandbox);
  sandbox.shell("(git par attach slow; echo \"exit $?\") > ../attached 2>&1 &");
  sandbox.shell("git par log -f > ../followed 2>&1 &");
  CHECK(has(wait_for(sandbox, "../attached", "three"), "one"));
  sandbox.shell("touch ../go");
  const auto attached = wait_for(sandbox, "../attached", "exit");
  CHECK(has(attached, "four"));
  CHECK(has(attached, "agent 'slow' is accepted"));
  CHECK(has(attached, "exit 0"));
  const auto followed = wait_for(sandbox, "../followed", "accepted");
  CHECK(has(followed, "slow: started in phase 1"));
  CHECK(has(followed, "accepted: slow"));
  CHECK_FALSE(has(followed.substr(followed.find("started") + 1), "started"));

  const auto refused = sandbox.par({"attach", "slow"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err == "error: agent 'slow' is accepted\nhint: 'git par log slow' shows what it printed\n");
  CHECK(sandbox.par({"attach", "fast"}).exit_code == 128);
  sandbox.assert_clean();
}

TEST_CASE("attach: to an agent that has not started waits for what it prints") {
  Sandbox sandbox;
  write_project(sandbox);
  sandbox.shell(
      "printf '[agent.then]\\nafter = [\"slow\"]\\nowns = [\"b/**\"]\\nrun = \"echo five; mkdir b; "
      "echo x > b/new\"\\n' >> .gitpar.toml; git commit -qam then");
  start_and_wait(sandbox);
  sandbox.shell("(git par attach then; echo \"exit $?\") > ../attached 2>&1 &");
  CHECK(wait_for(sandbox, "../attached", "\n") == "hint: it has not started; Ctrl-C leaves it\n");
  sandbox.shell("touch ../go");
  const auto attached = wait_for(sandbox, "../attached", "exit");
  CHECK(has(attached, "five"));
  CHECK(has(attached, "agent 'then' is accepted"));
  sandbox.assert_clean();
}

TEST_CASE("log -f: shows the end of what went beyond the limit once the agent has ended") {
  Sandbox sandbox;
  sandbox.git({"config", "par.logLimit", "4k"});
  const std::string go = sandbox.root() + "/go";
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.slow]\nowns = [\"src/**\"]\n"
                "run = '''echo begin; yes | head -c 9000; until test -e " +
                    go + "; do sleep 0.05; done; echo end; echo x > src/new.txt'''\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
  REQUIRE(sandbox.start({"run", "-q"}) > 0);
  REQUIRE(has(wait_for(sandbox, ".git/par/logs/r1/slow.log", "reached its limit"), "begin"));
  sandbox.shell("(git par log -f slow; echo \"exit $?\") > ../followed 2>&1 &");
  CHECK(has(wait_for(sandbox, "../followed", "the log has reached its limit"), "begin"));
  sandbox.shell("touch ../go");
  const auto followed = wait_for(sandbox, "../followed", "exit");
  CHECK(has(followed, " bytes of output are left out here\n"));
  CHECK(has(followed, "] end\nexit 0\n"));
  CHECK(followed.size() < 4500);
  sandbox.assert_clean();
}

TEST_CASE("log -n: shows so many lines from the end, and all when there are fewer") {
  Sandbox sandbox;
  write_project(sandbox);
  sandbox.shell("touch ../go");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto all = sandbox.par({"log", "slow"}).out;
  const auto last = sandbox.par({"log", "-n", "1", "slow"}).out;
  CHECK(has(last, "four"));
  CHECK_FALSE(has(last, "three"));
  CHECK(sandbox.par({"log", "-n", "4", "slow"}).out == all);
  CHECK(sandbox.par({"log", "-n", "400", "slow"}).out == all);
  CHECK(sandbox.par({"log", "-n", "0", "slow"}).out.empty());
  CHECK(sandbox.par({"log", "-n", "1"}).exit_code == 129);
}

TEST_CASE("log --json: holds an agent's output with the path of its log, and cannot be followed") {
  Sandbox sandbox;
  write_project(sandbox);
  sandbox.shell("touch ../go");
  REQUIRE(sandbox.par({"run", "-q"}).exit_code == 0);
  const auto json = sandbox.par({"log", "--json", "-n", "2", "slow"}).out;
  const std::string head = R"({"schema":1,"run":"r1","agent":"slow","path":")" + sandbox.repo() +
                           R"(/.git/par/logs/r1/slow.log","lines":["[)";
  CHECK(json.starts_with(head));
  CHECK(has(json, "] three\",\"["));
  CHECK(json.ends_with("] four\"]}\n"));
  CHECK_FALSE(has(json, "] two"));
  CHECK(has(sandbox.par({"log", "--json", "slow"}).out, "] one\",\"["));
  CHECK(sandbox.par({"log", "--json", "-f", "slow"}).exit_code == 129);
  CHECK(sandbox.par({"log", "--json", "nobody"}).exit_code == 128);
}
