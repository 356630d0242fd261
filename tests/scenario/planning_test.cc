// Findings become items, items are divided, paths have owners, branches have an order: with the real program.
#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string kFix =
    "target = \"main\"\n[agent.fix]\nowns = [\"/src/**\"]\ncount = 3\n"
    "run = \"for f in $(cut -c2- $PAR_OWNS_FILE); do echo mended >>$f; done\"\n";

// Eight files in two directories, and a finding in each; those of x1 and x2 also touch y1.
void write_project(const Sandbox& sandbox, const std::string& config = kFix) {
  sandbox.write(".gitpar.toml", config);
  std::string findings;
  for (const std::string name : {"x1", "x2", "x3", "x4", "y1", "y2", "y3", "y4"}) {
    const std::string file = "src/" + name.substr(0, 1) + "/" + name + ".c";
    sandbox.write(file, "as it was\n");
    const std::string also = name == "x1" || name == "x2" ? ",\"src/y/y1.c\"" : "";
    findings += "{\"id\":\"" + name + "\",\"files\":[\"" + file + "\"" + also + "],\"estimate\":\"10m\"}\n";
  }
  sandbox.write("findings.jsonl", findings);
  sandbox.commit_all("base");
}

}  // namespace

TEST_CASE("import: new items, the same report again, a newer one, and records that make no sense") {
  Sandbox sandbox;
  write_project(sandbox);
  CHECK(sandbox.par({"import", "-n", "findings.jsonl"}).out == "findings.jsonl: jsonl: 8 new, 0 known\n");
  CHECK(sandbox.par({"import", "findings.jsonl"}).out == "findings.jsonl: jsonl: 8 new, 0 known\n");
  CHECK(sandbox.par({"import", "findings.jsonl"}).out == "findings.jsonl: unchanged since the last import\n");
  sandbox.write("findings.jsonl",
                "{\"id\":\"x1\",\"files\":[\"src/x/x1.c\"]}\n{\"id\":\"new\",\"files\":[\"src/x/x4.c\"]}\n");
  CHECK(sandbox.par({"import", "findings.jsonl"}).out == "findings.jsonl: jsonl: 1 new, 1 known, 7 closed\n");
  sandbox.write("findings.jsonl", "{\"id\":\"x1\",\"files\":[\"../elsewhere\"]}\n{nonsense\n");
  const auto bad = sandbox.par({"import", "findings.jsonl"});
  CHECK(bad.exit_code == 0);
  CHECK(has(bad.err, "warning: findings.jsonl: line 2: "));
  CHECK(has(bad.out, "2 bad"));
  CHECK_FALSE(has(bad.out, "closed"));
  CHECK(sandbox.par({"import", "--strict", "--again", "findings.jsonl"}).exit_code == 128);
  CHECK(sandbox.par({"import", "nowhere.sarif"}).exit_code == 128);
  const auto text =
      sandbox.shell("printf 'src/x/x1.c:3:1: warning: odd [-Wodd]\\n' | git par import --source make -");
  CHECK(text.out == "-: compiler: 1 new, 0 known\n");
}

TEST_CASE("import: an unchanged report is read again when it is said how") {
  Sandbox sandbox;
  write_project(sandbox);
  const std::string one = "{\"id\":\"x1\",\"files\":[\"src/x/x1.c\"]}\n";
  const std::string two = "{\"id\":\"x2\",\"files\":[\"src/x/x2.c\"]}\n";
  sandbox.write("found.jsonl", one + two);
  REQUIRE(sandbox.par({"import", "found.jsonl"}).exit_code == 0);
  sandbox.write("found.jsonl", one + "{nonsense\n");
  const auto bad = sandbox.par({"import", "found.jsonl"});
  CHECK(has(bad.err,
            "warning: found.jsonl: closed nothing: it has 1 bad record, and 1 open item is not in "
            "the rest\n"));
  CHECK(has(sandbox.par({"import", "--again", "--json", "found.jsonl"}).out, "\"closed\":0,\"unsure\":1"));
  CHECK(has(sandbox.par({"import", "found.jsonl"}).out, "unchanged"));
  CHECK(has(sandbox.par({"import", "--format", "jsonl", "found.jsonl"}).out, "0 new, 1 known, 1 bad"));
  CHECK(has(sandbox.par({"import", "--strict", "found.jsonl"}).err, "has a bad record at line 2"));
}

TEST_CASE("import: an id that another source gave to another finding is refused, the same finding is one") {
  Sandbox sandbox;
  write_project(sandbox);
  const std::string header = "id,title,file\n";
  sandbox.write("l1.csv", header + "1,unused,src/x/x1.c\n2,unused,src/x/x2.c\n");
  sandbox.write("l2.csv", header + "2,unused,src/y/y2.c\n3,wrong,src/y/y3.c\n");
  REQUIRE(sandbox.par({"import", "l1.csv"}).exit_code == 0);
  for (const std::string dry : {"--dry-run", "--quiet"}) {
    const auto clash = sandbox.par({"import", dry, "l2.csv"});
    CHECK(clash.exit_code == 128);
    CHECK(has(clash.err,
              "fatal: 'l1.csv' and 'l2.csv' both have an item '2', of different findings\n"
              "hint: give the items ids of their own, or none: then they are made from the findings\n"
              "hint: if the one is a newer report of the other, import it with --source 'l1.csv'\n"));
  }
  CHECK(has(sandbox.par({"import", "--again", "l1.csv"}).out, "0 new, 2 known"));

  // Closed, the id is free; and what both have is open as long as either has it, once both were read.
  sandbox.write("l1.csv", header + "1,unused,src/x/x1.c\n3,wrong,src/y/y3.c\n");
  CHECK(has(sandbox.par({"import", "l1.csv"}).out, "1 new, 1 known, 1 closed"));
  CHECK(has(sandbox.par({"import", "l2.csv"}).out, "2 new"));
  sandbox.write("l2.csv", header + "2,unused,src/y/y2.c\n");
  CHECK(has(sandbox.par({"import", "l2.csv"}).out, "1 known, 1 closed"));
  CHECK(has(sandbox.par({"import", "l1.csv"}).out, "1 new, 1 known"));
  const auto plan = sandbox.par({"plan", "--json"}).out;
  for (const std::string id : {"1", "2", "3"}) CHECK(has(plan, "\"" + id + "\""));
}

TEST_CASE("plan: an item that comes after one that a newer report closed need not wait") {
  Sandbox sandbox;
  write_project(sandbox);
  const std::string second = "{\"id\":\"X-2\",\"files\":[\"src/x/x2.c\"],\"after\":[\"X-1\"]}\n";
  sandbox.write("found.jsonl", "{\"id\":\"X-1\",\"files\":[\"src/x/x1.c\"]}\n" + second);
  REQUIRE(sandbox.par({"import", "found.jsonl"}).exit_code == 0);
  sandbox.write("found.jsonl", second);
  REQUIRE(sandbox.par({"import", "found.jsonl"}).exit_code == 0);
  CHECK(has(sandbox.par({"plan", "--json"}).out, "\"items\":[\"X-2\"]"));
  sandbox.write("found.jsonl", "{\"id\":\"X-2\",\"files\":[\"src/x/x2.c\"],\"after\":[\"X-0\"]}\n");
  REQUIRE(sandbox.par({"import", "found.jsonl"}).exit_code == 0);
  CHECK(has(sandbox.par({"plan"}).err, "is after 'X-0', which does not exist"));
}

TEST_CASE("plan: imported items are divided among workers who never meet in a file, and they do the work") {
  Sandbox sandbox;
  write_project(sandbox);
  REQUIRE(sandbox.par({"import", "-q", "findings.jsonl"}).exit_code == 0);
  const auto plan = sandbox.par({"plan"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "3 agents in 1 phase"));
  CHECK(has(plan.out, "the files of its items"));
  CHECK(sandbox.par({"plan", "--items", "findings.jsonl"}).out == plan.out);
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.out << run.err);
  CHECK(run.exit_code == 0);
  for (const auto* file : {"src/x/x1.c", "src/x/x4.c", "src/y/y1.c", "src/y/y4.c"})
    CHECK(sandbox.read(file) == "as it was\nmended\n");
  sandbox.assert_clean();
}

TEST_CASE(
    "plan: --agents and --by divide items that belong to nobody yet, which can be planned but not run") {
  Sandbox sandbox;
  write_project(sandbox, "target = \"main\"\n");
  const auto plan = sandbox.par({"plan", "--items", "findings.jsonl", "--agents", "2", "--by", "directory"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "agent-1"));
  CHECK(has(plan.out, "agent-2"));
  const auto run = sandbox.par({"run", "--items", "findings.jsonl", "--agents", "2"});
  CHECK(run.exit_code == 128);
  CHECK(has(run.err, "fatal: agent 'agent-1' has no command"));
  CHECK(sandbox.par({"plan", "--by", "color"}).exit_code == 129);
  CHECK(has(sandbox.par({"plan", "--items", "findings.jsonl", "--agents", "2", "--dot"}).out,
            "subgraph cluster_1"));
  CHECK(sandbox.par({"plan", "--items", "findings.jsonl", "--agents", "2", "--matrix"}).out ==
        "agent-1 and agent-2: together\n");
}

TEST_CASE("run: a plan that was made before takes no options of planning") {
  Sandbox sandbox;
  write_project(sandbox);
  REQUIRE(sandbox.par({"plan", "-q", "--items", "findings.jsonl"}).exit_code == 0);
  const auto run = sandbox.par({"run", "p-", "--target", "main"});
  CHECK(run.exit_code == 129);
  CHECK(has(run.err, "error: 'p-' is planned already: only --jobs can be given"));
  CHECK(sandbox.par({"run", "p-", "-q"}).exit_code == 0);
}

TEST_CASE("owners: agents or CODEOWNERS, paths that exist and that do not, and the check") {
  Sandbox sandbox;
  write_project(sandbox,
                "target = \"main\"\n[agent.x]\nowns = [\"/src/x\"]\nrun = \"true\"\n"
                "[agent.ones]\nowns = [\"/src/*/*1.c\"]\nrun = \"true\"\n");
  sandbox.write("CODEOWNERS", "* @all\n/src/y/ @yan @yve\n");
  sandbox.commit_all("owners");
  CHECK(sandbox.par({"owners", "src/x/x1.c", "src/y/new.c"}).out == "src/x/x1.c\tx ones\nsrc/y/new.c\t-\n");
  CHECK(sandbox.shell("cd src/y && git par owners y1.c ../x/x2.c").out ==
        "src/y/y1.c\tones\nsrc/x/x2.c\tx\n");
  CHECK(sandbox.par({"owners", "--codeowners", "src/y/y1.c", "README"}).out ==
        "src/y/y1.c\t@yan @yve\nREADME\t@all\n");
  const auto check = sandbox.par({"owners", "--check"});
  CHECK(check.exit_code == 1);
  CHECK(has(check.out, "x and ones can both change 'src/x/x1.c'"));
  CHECK(has(check.out, "'src/y/y2.c' has no owner"));
  CHECK(sandbox.par({"owners", "--check", "--codeowners"}).exit_code == 0);
  CHECK(sandbox.par({"owners", "../outside"}).exit_code == 128);
}

TEST_CASE("owners: from CODEOWNERS, one agent for each owner") {
  Sandbox sandbox;
  write_project(sandbox, "target = \"main\"\nowners = \"CODEOWNERS\"\n[agent.fix]\nrun = \"true\"\n");
  sandbox.write("CODEOWNERS", "/src/x/ @xin\n/src/y/ @org/Team-Y\n/src/y/y4.c @xin\n");
  sandbox.commit_all("owners");
  const auto plan = sandbox.par({"plan", "--items", "findings.jsonl"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, "fix-xin"));
  CHECK(has(plan.out, "fix-org-team-y"));
  CHECK(has(plan.out, "as CODEOWNERS says"));
  CHECK(has(plan.out, "1 phase"));
}

TEST_CASE("plan --branches: stacks, overlaps and real conflicts give an order to merge in") {
  Sandbox sandbox;
  sandbox.write("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  sandbox.write("b.txt", "b\n");
  sandbox.commit_all("base");
  const auto branch = [&](const std::string& name, const std::string& from, const std::string& command) {
    sandbox.git({"checkout", "-q", "-b", name, from});
    REQUIRE(sandbox.shell(command + " && git add -A && git commit -qm work").exit_code == 0);
  };
  branch("topic/top", "main", "sed -i s/1/one/ a.txt");
  branch("topic/end", "main", "sed -i s/9/nine/ a.txt");
  branch("topic/clash", "main", "sed -i s/1/uno/ a.txt");
  branch("topic/stack", "topic/end", "echo c > c.txt");
  branch("topic/moved", "main", "git mv b.txt d.txt");
  sandbox.git({"branch", "topic/empty", "main"});
  sandbox.git({"checkout", "-q", "main"});

  const auto plan = sandbox.par({"plan", "--branches", "topic/*", "--json"});
  INFO(plan.out << plan.err);
  CHECK(plan.exit_code == 1);
  CHECK(has(plan.out, R"("conflicts_by_branch":[{"a":"topic/clash","b":"topic/top","paths":["a.txt"]}])"));
  CHECK(has(plan.out, R"({"a":"topic/clash","b":"topic/end","witness":"a.txt")"));
  CHECK_FALSE(has(plan.out, "topic/empty"));
  const auto text = sandbox.par({"plan", "--branches", "topic/*"}).out;
  CHECK(has(text, "  1      topic/clash  1\n"));
  CHECK(has(text, "  1      topic/moved  2\n"));
  CHECK(has(text, "  2      topic/stack  2      topic/end\n"));
  CHECK(has(text, "  2      topic/top    1\n"));
  CHECK(sandbox.par({"plan", "--branches", "nothing/*"}).exit_code == 128);
  CHECK(sandbox.git({"status", "--porcelain"}).empty());
  sandbox.assert_clean();
}

TEST_CASE("plan --branches: a renamed directory meets what another branch adds below its old name") {
  Sandbox sandbox;
  for (const std::string name : {"a", "b", "c"})
    sandbox.write("lib/old/" + name + ".c", "the text of " + name + "\nwhich goes on\nfor some lines\n");
  sandbox.write("lib/other.c", "x\n");
  sandbox.commit_all("base");
  const auto branch = [&](const std::string& name, const std::string& command) {
    sandbox.git({"checkout", "-q", "-b", name, "main"});
    REQUIRE(sandbox.shell(command + " && git add -A && git commit -qm work").exit_code == 0);
  };
  branch("topic/move", "git mv lib/old lib/new");
  branch("topic/add", "echo new >lib/old/d.c");
  branch("topic/else", "echo new >lib/d.c");
  sandbox.git({"checkout", "-q", "main"});

  const auto plan = sandbox.par({"plan", "--branches", "topic/*", "--json"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out, R"("overlaps":[{"a":"topic/add","b":"topic/move","witness":"lib/old/d.c")"));
  CHECK(has(plan.out, R"("file_count":6)"));
  CHECK_FALSE(has(plan.out, R"("b":"topic/else")"));
  sandbox.assert_clean();
}
