// Plans at the edges: nothing to do, everything in one place, very many agents, paths that nobody should
// have.
#include <simdjson.h>

#include "base/strings.h"
#include "support/catch.h"
#include "support/sandbox.h"

using par::test::Sandbox;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(text).error() == simdjson::SUCCESS;
}

// Nothing that a terminal would obey, or show as something else.
bool is_safe(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

std::string agent(const std::string& name, const std::string& owns, const std::string& more = "") {
  return "[agent." + name + "]\nowns = [" + owns + "]\nrun = \"true\"\n" + more;
}

void write_config(const Sandbox& sandbox, const std::string& agents) {
  sandbox.write(".gitpar.toml", "target = \"main\"\n" + agents);
}

const std::string kLongest = [] {
  std::string path = "long";
  while (path.size() + 201 < 4096) path += "/" + std::string(200, 'd');
  return path + "/" + std::string(4096 - path.size() - 1, 'e');
}();

const std::vector<std::string> kStrange{
    "w/new\nline.c",   "w/quo\"te.c",     "w/ap'os.c", "w/bidi\xe2\x80\xaegnp.c",
    "w/bad\xff\xfe.c", "w/esc\x1b[31m.c", "w/tab\t.c", "w/star*[x]?.c",
    "w/back\\slash.c", "w/caf\xc3\xa9.c", "w/-dash.c", kLongest};

// A commit with these paths, most of which no file system would take.
void commit_paths(const Sandbox& sandbox, const std::vector<std::string>& paths) {
  const auto blob = sandbox.shell("echo x | git hash-object -w --stdin").out.substr(0, 40);
  std::string index;
  for (const auto& path : paths) index += "100644 " + blob + " 0\t" + path + '\0';
  sandbox.write("../index", index);
  REQUIRE(sandbox
              .shell("git add .gitpar.toml && git update-index -z --index-info <../index &&"
                     " git commit -qm base")
              .exit_code == 0);
}

std::string items_of(const std::vector<std::string>& paths) {
  std::string csv = "id,file\n";
  for (std::size_t i = 0; i < paths.size(); ++i)
    csv += "i" + std::to_string(i) + ",\"" + par::replace_all(paths[i], "\"", "\"\"") + "\"\n";
  return csv;
}

}  // namespace

TEST_CASE("edge: one agent") {
  Sandbox sandbox;
  write_config(sandbox, agent("only", "\"**\""));
  sandbox.commit_all("base");
  const auto plan = sandbox.par({"plan"});
  CHECK(plan.exit_code == 0);
  CHECK(has(plan.out, "1 agent in 1 phase"));
  CHECK(has(plan.out, "decision: sequential"));
  CHECK(is_json(sandbox.par({"plan", "--json"}).out));
}

TEST_CASE("edge: no items are a plan for agents, and an error for a pool that has nothing to divide") {
  Sandbox sandbox;
  write_config(sandbox, agent("a", "\"/a/\"") + agent("b", "\"/b/\""));
  sandbox.write("none.jsonl", "");
  sandbox.commit_all("base");
  CHECK(has(sandbox.par({"plan", "--items", "none.jsonl"}).out, "2 agents in 1 phase"));

  write_config(sandbox, agent("pool", "\"**\"", "count = 3\n"));
  sandbox.commit_all("a pool");
  const auto plan = sandbox.par({"plan", "--items", "none.jsonl"});
  CHECK(plan.exit_code == 128);
  CHECK(plan.err ==
        "fatal: agent 'pool' has count = 3, but no items to divide\n"
        "hint: give it items, or leave 'count' out\n");
}

TEST_CASE("edge: where everything overlaps, agents work one after the other, or are refused") {
  Sandbox sandbox;
  std::string agents;
  for (int i = 0; i < 30; ++i) agents += agent("a" + std::to_string(i), "\"**\"");
  write_config(sandbox, agents);
  sandbox.write("x", "x");
  sandbox.commit_all("base");
  const auto plan = sandbox.par({"plan"});
  CHECK(has(plan.out, "30 agents in 30 phases"));
  CHECK(has(plan.out, "  and 415 more\n"));

  write_config(sandbox, "[policy]\non_overlap = \"refuse\"\n" + agents);
  sandbox.commit_all("refuse");
  const auto refused = sandbox.par({"plan"});
  CHECK(refused.exit_code == 1);
  CHECK(has(refused.err, "error: agents 'a0' and 'a1' both own 'x'\n"));
  CHECK(has(refused.err, "  and 415 more\n"));
}

TEST_CASE("edge: a run whose agents could meet says so, and lands what each did") {
  Sandbox sandbox;
  write_config(sandbox,
               "[agent.a]\nowns = [\"src/**\"]\nrun = \"echo a >> src/x\"\n"
               "[agent.b]\nowns = [\"src/**\"]\nrun = \"echo b >> src/x\"\n");
  sandbox.write("src/x", "");
  sandbox.commit_all("base");
  const auto run = sandbox.par({"run", "--land"});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(has(run.err, "overlap: 'a' and 'b' could both change 'src/x', and work one after the other\n"));
  CHECK(sandbox.git({"show", "main:src/x"}) == "a\nb");
  CHECK(has(sandbox.par({"status", "--json"}).out, "\"trigger\":\"overlap\""));
}

TEST_CASE("edge: every item in one file is the work of one, and says so") {
  Sandbox sandbox;
  write_config(sandbox, agent("pool", "\"**\"", "count = 4\n"));
  std::string items;
  for (int i = 0; i < 50; ++i) items += "{\"id\":\"i" + std::to_string(i) + "\",\"files\":[\"x\"]}\n";
  sandbox.write("items.jsonl", items);
  sandbox.commit_all("base");
  const auto plan = sandbox.par({"plan", "--items", "items.jsonl"});
  CHECK(has(plan.out, "1 agent in 1 phase"));
  CHECK(has(plan.out, "  50 of 50 items of 'pool' hang together, file by file, and go to one worker\n"));
  CHECK_FALSE(has(plan.out, "shared = "));
}

TEST_CASE("edge: ten thousand agents with a directory each, and the largest pool") {
  Sandbox sandbox;
  std::string agents;
  std::string items;
  for (int i = 0; i < 10'000; ++i) {
    const auto number = std::to_string(i);
    agents += agent("a" + number, "\"/d" + number + "/**\"");
    items += "{\"id\":\"i" + number + "\",\"files\":[\"d" + number + "/x\"]}\n";
  }
  write_config(sandbox, agents);
  sandbox.write("items.jsonl", items);
  sandbox.commit_all("base");
  const auto plan = sandbox.par({"plan", "--items", "items.jsonl"});
  CHECK(has(plan.out, "10000 agents in 1 phase"));
  CHECK(has(plan.out, "and 9970 more\n"));
  CHECK(is_json(sandbox.par({"plan", "--items", "items.jsonl", "--json"}).out));
  CHECK(sandbox.par({"plan", "--items", "items.jsonl", "--matrix"}).out.empty());

  write_config(sandbox, agent("pool", "\"**\"", "count = 1000\n"));
  sandbox.commit_all("a pool");
  CHECK(has(sandbox.par({"plan", "--items", "items.jsonl"}).out, "1000 agents in 1 phase"));
}

TEST_CASE("edge: ten thousand agents that all own everything are an error, not a wait") {
  Sandbox sandbox;
  std::string agents;
  for (int i = 0; i < 10'000; ++i) agents += agent("a" + std::to_string(i), "\"**\"");
  write_config(sandbox, agents);
  sandbox.write("x", "x");
  sandbox.commit_all("base");
  const auto plan = sandbox.par({"plan"});
  CHECK(plan.exit_code == 128);
  CHECK(has(plan.err, "fatal: more than 1000000 pairs of agents overlap\nhint: "));
}

TEST_CASE("edge: strange paths are planned, shown as git quotes them, and JSON stays JSON") {
  Sandbox sandbox;
  write_config(sandbox, agent("a", "\"w/**\", \"long/**\"") + agent("b", "\"*.c\", \"new/\\nline\"") +
                            agent("c", "\"\\u202eevil\\u202d/x\", \"tab\\there\""));
  commit_paths(sandbox, kStrange);
  const auto text = sandbox.par({"plan"});
  INFO(text.out << text.err);
  CHECK(text.exit_code == 0);
  CHECK(is_safe(text.out));
  CHECK(has(text.out, "a and b can both change '\"w/tab\\t.c\"'"));
  CHECK(is_safe(sandbox.par({"plan", "--matrix"}).out));
  CHECK(is_safe(sandbox.par({"plan", "--dot"}).out));
  const auto owners = sandbox.par({"owners", "--check"});
  CHECK(is_safe(owners.out));
  CHECK(has(owners.out, ": 13 paths, "));  // and the configuration
  CHECK(is_json(sandbox.par({"plan", "--json"}).out));
  CHECK(is_json(sandbox.par({"owners", "--json"}).out));

  write_config(sandbox,
               "[policy]\non_overlap = \"refuse\"\n" + agent("a", "\"w/**\"") + agent("b", "\"*.c\""));
  REQUIRE(sandbox.shell("git add .gitpar.toml && git commit -qm refuse").exit_code == 0);
  const auto refused = sandbox.par({"plan"});
  CHECK(refused.exit_code == 1);
  CHECK(is_safe(refused.err));
}

TEST_CASE("edge: items in strange paths are divided, and each worker owns its own alone") {
  Sandbox sandbox;
  write_config(sandbox, agent("pool", "\"**\"", "count = 3\n"));
  commit_paths(sandbox, kStrange);
  sandbox.write("items.csv", items_of(kStrange));
  const auto plan = sandbox.par({"plan", "--items", "items.csv"});
  INFO(plan.out << plan.err);
  CHECK(plan.exit_code == 0);
  CHECK(has(plan.out, "3 agents in 1 phase"));
  CHECK(has(plan.out, "\n1 path has no owner\n"));  // the configuration
  const auto json = sandbox.par({"plan", "--items", "items.csv", "--json"}).out;
  CHECK(is_json(json));
  CHECK(has(json, R"("\"/w/bad\\377\\376.c\"")"));  // what is no text stands as git quotes it
}

TEST_CASE("edge: files that everybody touches are offered as shared in TOML that can be copied") {
  Sandbox sandbox;
  write_config(sandbox, agent("pool", "\"**\"", "count = 4\n"));
  const std::string hot = "hot \"*\"\xe2\x80\xae\xff";
  commit_paths(sandbox, {hot});
  std::string csv = "id,files\n";
  for (int i = 0; i < 8; ++i)
    for (int twin = 0; twin < 3; ++twin)
      csv += "i" + std::to_string(i * 3 + twin) + ",\"f" + std::to_string(i) +
             (twin == 0 ? ";" + par::replace_all(hot, "\"", "\"\"") : "") + "\"\n";
  sandbox.write("items.csv", csv);
  const auto plan = sandbox.par({"plan", "--items", "items.csv"});
  INFO(plan.out << plan.err);
  CHECK(has(plan.out,
            "  24 of 24 items of 'pool' hang together, file by file, and go to one worker; "
            "with the files offered as shared, 10 wait for one another\n"));
  const std::string offer = R"(shared = ["/hot \"\\*\"????"])";
  REQUIRE(has(plan.out, "  [policy] " + offer + "\n"));
  write_config(sandbox, "[policy]\n" + offer + "\n" + agent("pool", "\"**\"", "count = 4\n"));
  REQUIRE(sandbox.shell("git add .gitpar.toml && git commit -qm shared").exit_code == 0);
  CHECK(has(sandbox.par({"plan", "--items", "items.csv"}).out, "5 agents in 2 phases"));
}

TEST_CASE("edge: a file is offered as shared in the spelling that patterns meet") {
  Sandbox sandbox;
  const bool precompose = GENERATE(true, false);
  sandbox.git({"config", "core.precomposeUnicode", precompose ? "true" : "false"});
  write_config(sandbox, agent("pool", "\"**\"", "count = 4\n"));
  const std::string hot =
      "caf"
      "e\xcc\x81";  // decomposed
  commit_paths(sandbox, {hot});
  std::string csv = "id,files\n";
  for (int i = 0; i < 8; ++i)
    for (int twin = 0; twin < 3; ++twin)
      csv +=
          "i" + std::to_string(i * 3 + twin) + ",f" + std::to_string(i) + (twin == 0 ? ";" + hot : "") + "\n";
  sandbox.write("items.csv", csv);
  const std::string offer = precompose ? R"(shared = ["/caf??"])" : R"(shared = ["/cafe??"])";
  const auto plan = sandbox.par({"plan", "--items", "items.csv"});
  INFO(plan.out << plan.err);
  REQUIRE(has(plan.out, "  [policy] " + offer + "\n"));
  write_config(sandbox, "[policy]\n" + offer + "\n" + agent("pool", "\"**\"", "count = 4\n"));
  REQUIRE(sandbox.shell("git add .gitpar.toml && git commit -qm shared").exit_code == 0);
  CHECK(has(sandbox.par({"plan", "--items", "items.csv"}).out, "5 agents in 2 phases"));
}

TEST_CASE("edge: an item below very many directories is an error that names it") {
  Sandbox sandbox;
  write_config(sandbox, agent("pool", "\"**\"", "count = 2\n"));
  std::string path;
  for (int i = 0; i < 59; ++i) path += "d/";
  commit_paths(sandbox, {path + "x"});
  sandbox.write("items.csv", items_of({path.substr(2) + "x", path + "x"}));
  const auto plan = sandbox.par({"plan", "--items", "items.csv"});
  CHECK(plan.exit_code == 128);
  CHECK(has(plan.err, "fatal: item 'i1' names a path below more than 58 directories: 'd/d/"));
  sandbox.write("items.csv", items_of({path.substr(2) + "x", "y"}));
  CHECK(sandbox.par({"plan", "--items", "items.csv"}).exit_code == 0);
}
