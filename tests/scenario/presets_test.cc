// Presets with the real program: the CLIs are small scripts here; tests/clis drives real ones.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A program of that name in front of PATH.
void put_on_path(Sandbox& sandbox, const std::string& name, const std::string& script) {
  for (const auto& entry : sandbox.environment())
    if (entry.starts_with("PATH=")) sandbox.set("PATH", sandbox.root() + "/tools:" + entry.substr(5));
  sandbox.write("../tools/" + name, "#!/bin/sh\n" + script);
  REQUIRE(sandbox.shell("chmod +x ../tools/" + name).exit_code == 0);
}

void write_project(const Sandbox& sandbox, const std::string& run) {
  sandbox.write(".gitpar.toml", "target = \"main\"\n[agent.fix]\nowns = [\"src/**\"]\nrun = \"" + run +
                                    "\"\nprompt = \"Mend it.\"\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
}

}  // namespace

TEST_CASE("preset: the CLI of that name gets its flags and the prompt, and its work is accepted") {
  Sandbox sandbox;
  put_on_path(sandbox, "claude", "echo \"$*\" > src/args\ncat > src/prompt\n");
  write_project(sandbox, "claude");
  const auto plan = sandbox.par({"plan"});
  CHECK(has(plan.out, "'claude' stands for: claude -p --output-format stream-json"));
  CHECK(sandbox.par({"plan", "--check"}).exit_code == 0);
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(sandbox.read("src/args") ==
        "-p --output-format stream-json --verbose --permission-mode bypassPermissions\n");
  CHECK(sandbox.read("src/prompt").starts_with("Mend it.\n"));
  sandbox.assert_clean();
}

TEST_CASE("prompt: a file of the commit that the run starts from") {
  Sandbox sandbox;
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.fix]\nowns = [\"src/**\"]\nprompt_file = \"prompts/fix it.md\"\n"
                "run = \"cp {prompt_file} src/prompt\"\n[[item]]\nid = \"A\"\ntitle = \"the first\"\n"
                "files = [\"src/file.txt\"]\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
  const auto refused = sandbox.par({"plan"});
  CHECK(refused.exit_code == 128);
  CHECK(refused.err ==
        "fatal: main:.gitpar.toml:4: 'prompt_file' in [agent.fix]: there is no 'prompts/fix it.md'\n"
        "hint: commit it first: prompts are read from what is committed\n");
  sandbox.write("prompts/fix it.md", "Mend {items} well.\n");
  sandbox.commit_all("prompt");
  sandbox.write("prompts/fix it.md", "Do what nobody reviewed.\n");
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
  const auto prompt = sandbox.git({"show", "refs/par/r1/candidate:src/prompt"});
  CHECK(prompt.starts_with("Mend "));
  CHECK(has(prompt, "the first"));
  CHECK(has(prompt, " well.\n"));
}

TEST_CASE("preset: what the CLI says it cost is counted, and a budget that is nearly spent is said") {
  Sandbox sandbox;
  put_on_path(sandbox, "claude",
              "echo x > src/$PAR_AGENT.txt\n"
              "echo '{\"type\":\"result\",\"total_cost_usd\":4.5,\"usage\":{\"input_tokens\":10,"
              "\"output_tokens\":2}}'\n");
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[policy]\nbudget = 5\n[agent.one]\nowns = [\"src/one.txt\"]\n"
                "run = \"claude\"\n[agent.two]\nowns = [\"src/two.txt\"]\nrun = \"claude\"\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run", "--force-parallel", "-j", "1"});
  INFO(run.out << run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(has(run.err, "budget: the agents have cost 4.50 of 5.00 US dollars"));
  CHECK(has(run.out, "9.00 US dollars spent; 24 tokens used"));
  const auto json = sandbox.par({"status", "--json"}).out;
  CHECK(has(json, "\"cost_usd\":9,\"tokens\":24"));
  CHECK(has(json, "{\"trigger\":\"budget\",\"sequence\":false"));
  sandbox.assert_clean();
}

TEST_CASE("preset: what the CLI says at the end is read, however much it printed before") {
  Sandbox sandbox;
  put_on_path(sandbox, "claude",
              "yes 'one of many lines' | head -n 50000\n"
              "test $PAR_AGENT = one || { echo 'Invalid API key'; exit 1; }\n"
              "echo x > src/one.txt\n"
              "echo '{\"type\":\"result\",\"total_cost_usd\":4.5,\"usage\":{\"input_tokens\":10}}'\n");
  sandbox.git({"config", "par.logLimit", "100k"});
  sandbox.write(".gitpar.toml",
                "target = \"main\"\n[agent.one]\nowns = [\"src/one.txt\"]\nrun = \"claude\"\n"
                "[agent.two]\nowns = [\"src/two.txt\"]\nrun = \"claude\"\nretries = 3\n");
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run", "--force-parallel"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 1);
  CHECK(has(run.out, "4.50 US dollars spent; 10 tokens used"));
  CHECK(has(run.err, "two: rejected: exited with 1, and said 'Invalid API key'"));
  CHECK_FALSE(has(run.err, "attempt 2"));
  const auto log = sandbox.par({"log", "one"}).out;
  CHECK(log.size() < 103'000);
  CHECK(has(log, " bytes of output are left out here\n"));
  sandbox.assert_clean();
}

TEST_CASE("preset: when a budget is nearly spent, what has not started works one at a time") {
  Sandbox sandbox;
  put_on_path(sandbox, "claude",
              "case $PAR_AGENT in e|f) mkdir ../busy || exit 1; ls .. > src/$PAR_AGENT.txt; rmdir ../busy;;\n"
              "*) echo x > src/$PAR_AGENT.txt;; esac\n"
              "echo '{\"type\":\"result\",\"total_cost_usd\":4.5}'\n");
  std::string config = "target = \"main\"\n[policy]\nbudget = 10\njobs = 2\n";
  for (const std::string name : {"a", "b", "e", "f"})
    config += "[agent." + name + "]\nrun = \"claude\"\nowns = [\"src/" + name + ".txt\"" +
              (name == "e"   ? ", \"src/a.txt\""
               : name == "f" ? ", \"src/b.txt\""
                             : "") +
              "]\n";
  sandbox.write(".gitpar.toml", config);
  sandbox.write("src/file.txt", "as it was\n");
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  const std::string line =
      "budget: the agents have cost 9.00 of 10.00 US dollars; from now on one agent at a time";
  CHECK(has(run.err, line));
  CHECK(has(run.out, line));
  CHECK(has(sandbox.par({"log"}).out, line));
  sandbox.assert_clean();
}

TEST_CASE("preset: with an argument it is the program of that name and nothing else") {
  Sandbox sandbox;
  put_on_path(sandbox, "claude", "echo \"$*\" > src/args\n");
  write_project(sandbox, "claude --mine");
  CHECK_FALSE(has(sandbox.par({"plan"}).out, "stands for"));
  REQUIRE(sandbox.par({"run", "--land"}).exit_code == 0);
  CHECK(sandbox.read("src/args") == "--mine\n");
}

TEST_CASE("preset: a word that is nearly one is asked about before the run") {
  const Sandbox sandbox;
  write_project(sandbox, "claud");
  const auto listed = sandbox.par({"plan", "--check"});
  INFO(listed.out << listed.err);
  CHECK(listed.exit_code == 1);
  CHECK(has(listed.out, "'claud' of agent 'fix' is not found"));
  CHECK(has(listed.out, "did you mean 'claude'?"));
}
