#include "config/config_file.h"

#include "core/presets.h"
#include "support/catch.h"

using namespace par;
using config::parse_config;

namespace {

core::Config good(std::string_view text) {
  const auto parsed = parse_config(text, ".gitpar.toml");
  if (!parsed) FAIL(parsed.error().message);
  CHECK(parsed->warnings.empty());
  return parsed->config;
}

// "message | hint"; the hint that every error without a better one has is left out.
std::string problem(std::string_view text) {
  const auto parsed = parse_config(text, "f");
  if (parsed) return "no error";
  const auto& error = parsed.error();
  REQUIRE(error.hints.size() == 1);
  const auto& hint = error.hints.front();
  return hint == "gitpar.toml(5) describes every key" ? error.message : error.message + " | " + hint;
}

// An agent that is complete, on one line.
const std::string kAgent = "agent.a = { owns = [\"src/**\"], run = \"true\" }\n";

}  // namespace

TEST_CASE("config: every documented key is read") {
  const auto config = good(R"(
target   = "main"
strategy = "squash"
worktrees = "../w/{repo}/{run}/{agent}"

[worktree]
copy  = ["node_modules", "build/deps/"]
setup = "npm ci"

[policy]
jobs            = 7
min_speedup     = 2
min_sequential  = "10m"
max_failure_rate = 0.25
canary          = true
on_overlap      = "refuse"
shared          = ["package-lock.json", "CHANGELOG.md"]
retries         = 2
budget          = 12.5
budget_tokens   = 1_000_000

[[validate]]
name    = "unit"
run     = "ctest --output-junit {report}"
report  = "junit"
inputs  = ["src/**", "tests/**"]
timeout = "3m"
reruns  = 2
when    = "integration"
clean   = true

[agent.performance]
owns = ["src/fast.py"]
run  = "fast"

[agent.errors]
owns     = ["src/daemon/error_handling.py", "src/providers/**"]
forbids  = ["tools/**", "tests/**"]
after    = ["performance"]
run      = "claude"
prompt   = "Move every handler. {items}"
validate = ["pytest tests/errors -q"]
categories = ["errors"]
count    = 3
batch    = 16
timeout  = "1h30m"
idle_timeout = "15m"
estimate = "6h"
retries  = 0

[[item]]
id = "SEC-1"
title = "validate the token"
files = ["src/auth/token.py", "docs/"]
severity = "critical"
category = "security"
estimate = "20m"
after = ["SEC-0"]
agent = "errors"
)");

  core::Config expected;
  expected.target = "main";
  expected.strategy = core::Strategy::squash;
  expected.worktrees = "../w/{repo}/{run}/{agent}";
  expected.worktree = {{"node_modules", "build/deps"}, "npm ci"};
  expected.policy = {
      7, 2.0,  600,      0.25, true, core::OnOverlap::refuse, {"package-lock.json", "CHANGELOG.md"},
      2, 12.5, 1'000'000};
  expected.validations = {{"unit",
                           "ctest --output-junit {report}",
                           core::ReportKind::junit,
                           {"src/**", "tests/**"},
                           180,
                           2,
                           core::When::integration,
                           true}};
  core::AgentSpec performance;
  performance.name = AgentName("performance");
  performance.owns = {"src/fast.py"};
  performance.run = "fast";
  performance.retries = 2;
  core::AgentSpec errors;
  errors.name = AgentName("errors");
  errors.owns = {"src/daemon/error_handling.py", "src/providers/**"};
  errors.forbids = {"tools/**", "tests/**"};
  errors.after = {AgentName("performance")};
  errors.run = "claude";
  errors.prompt = "Move every handler. {items}";
  errors.validate = {"pytest tests/errors -q"};
  errors.categories = {"errors"};
  errors.count = 3;
  errors.batch = 16;
  errors.timeout = 5400;
  errors.idle_timeout = 900;
  const auto* preset = core::find_preset("claude");
  REQUIRE(preset != nullptr);
  errors.permanent = {{preset->permanent_codes.begin(), preset->permanent_codes.end()},
                      {preset->permanent_texts.begin(), preset->permanent_texts.end()}};
  CHECK_FALSE(errors.permanent.texts.empty());
  errors.estimate = 21600;
  expected.agents = {performance, errors};
  expected.items = {{ItemId("SEC-1"),
                     "validate the token",
                     {RepoPath("src/auth/token.py"), RepoPath("docs/")},
                     core::Severity::critical,
                     "security",
                     1200,
                     {ItemId("SEC-0")},
                     AgentName("errors")}};
  CHECK(config == expected);
}

TEST_CASE("config: an empty file is the defaults") { CHECK(good("") == core::Config{}); }

TEST_CASE("config: agents keep the file's order") {
  const auto config = good(
      "[agent.zeta]\nowns=['z']\nrun='z'\n[policy]\njobs=2\n[agent.beta]\nowns=['b']\nrun='b'\n"
      "[agent]\nalpha = { owns=['a'], run='a' }\n");
  REQUIRE(config.agents.size() == 3);
  CHECK(config.agents[0].name == AgentName("zeta"));
  CHECK(config.agents[1].name == AgentName("beta"));
  CHECK(config.agents[2].name == AgentName("alpha"));
}

TEST_CASE("config: durations may be whole seconds") {
  CHECK(good("[policy]\nmin_sequential = 90\n").policy.min_sequential == 90);
}

TEST_CASE("config: an unknown key is an error with its line and a suggestion") {
  CHECK(problem("\n\nstragety = 'merge'\n") == "f:3: unknown key 'stragety' | did you mean 'strategy'?");
  CHECK(problem("[policy]\njobz = 3\n") == "f:2: unknown key 'jobz' in [policy] | did you mean 'jobs'?");
  CHECK(problem("[agent.errors]\nowns=['a']\nrun='x'\nafer=[]\n") ==
        "f:4: unknown key 'afer' in [agent.errors] | did you mean 'after'?");
  CHECK(problem("[[validate]]\nname='u'\nrun='x'\nretries=1\n")
            .starts_with("f:4: unknown key 'retries' in [[validate]]"));
  CHECK(problem("[[item]]\nid='u'\nfile='x'\n") ==
        "f:3: unknown key 'file' in [[item]] | did you mean 'files'?");
  CHECK(problem("[worktree]\ncopi=[]\n") == "f:2: unknown key 'copi' in [worktree] | did you mean 'copy'?");
  CHECK(problem("[worktree]\ncopy=['../x']\n") ==
        "f:2: 'copy' in [worktree]: '../x' is not a path in the repository | paths begin at the root of the "
        "repository, without '/', '.' or '..'");
  CHECK(problem("zzz = 1\n") ==
        "f:1: unknown key 'zzz' | known keys: target, strategy, worktrees, owners, worktree, policy, "
        "validate, agent, "
        "item");
  CHECK(problem("[agent.a.b]\n").starts_with("f:1: "));
}

TEST_CASE("config: a prompt stands in the file, or in one of the repository") {
  const std::string agent = "[agent.a]\nowns=['a']\nrun='x'\n";
  const auto parsed = config::parse_config(agent + "prompt_file='p/a.md'\n", "f");
  REQUIRE(parsed);
  REQUIRE(parsed->prompt_files.size() == 1);
  CHECK(parsed->prompt_files[0].agent == 0);
  CHECK(parsed->prompt_files[0].path == RepoPath("p/a.md"));
  CHECK(parsed->prompt_files[0].where == "f:4: 'prompt_file' in [agent.a]");
  CHECK(problem(agent + "prompt='y'\nprompt_file='p/a.md'\n") ==
        "f:5: 'prompt_file' in [agent.a] beside 'prompt' | an agent has one prompt: take one of them out");
  CHECK(problem(agent + "prompt_file='../a.md'\n")
            .starts_with("f:4: 'prompt_file' in [agent.a]: '../a.md' is not a path in the repository"));
}

TEST_CASE("config: a value of the wrong type is an error with its line") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"target = 3\n", "f:1: 'target' must be a text, not a whole number"},
      {"worktree = 3\n", "f:1: 'worktree' must be a table, not a whole number"},
      {"policy = 3\n", "f:1: 'policy' must be a table, not a whole number"},
      {"agent = []\n", "f:1: 'agent' must be a table, not a list"},
      {"[policy]\njobs = '4'\n", "f:2: 'jobs' in [policy] must be a whole number, not a text"},
      {"[policy]\njobs = 1.5\n", "f:2: 'jobs' in [policy] must be a whole number, not a number"},
      {"[policy]\ncanary = 1\n", "f:2: 'canary' in [policy] must be true or false, not a whole number"},
      {"[policy]\nmin_speedup = true\n",
       "f:2: 'min_speedup' in [policy] must be a number, not true or false"},
      {"[policy]\nmin_sequential = 1.5\n",
       "f:2: 'min_sequential' in [policy] must be a duration, not a number"},
      {"[policy]\nshared = 'a'\n", "f:2: 'shared' in [policy] must be a list of texts, not a text"},
      {"[policy]\nshared = [\n'a',\n2,\n]\n",
       "f:4: 'shared' in [policy] must be a list of texts, not a whole number"},
      {"[policy]\nshared = ['a', '']\n", "f:2: 'shared' in [policy] holds an empty text"},
      {"[policy]\nshared = ['a', \"\\u0000\"]\n", "f:2: 'shared' in [policy] holds a NUL character"},
      {"target = \"a\\u0000\"\n", "f:1: 'target' holds a NUL character"},
      {"target = 1979-05-27\n", "f:1: 'target' must be a text, not a date or time"},
      {"[agent]\na = 3\n", "f:2: 'a' in [agent] is not a table | an agent begins with [agent.<name>]"},
      {"[validate]\nname='u'\n",
       "f:1: 'validate' must be a list of tables, not a table | begin each one with [[validate]]"},
      {"item = [1]\n", "f:1: 'item' must be a list of tables, not a list | begin each one with [[item]]"},
  }));
  CHECK(problem(text) == message);
}

TEST_CASE("config: a value out of its range is an error") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"[policy]\njobs = 0\n", "f:2: 'jobs' in [policy] must be from 1 to 1000"},
      {"[policy]\njobs = 9223372036854775807\n", "f:2: 'jobs' in [policy] must be from 1 to 1000"},
      {"[policy]\nbudget = -1\n", "f:2: 'budget' in [policy] must be from 0 to 1000000000"},
      {"[policy]\nretries = -1\n", "f:2: 'retries' in [policy] must be from 0 to 100"},
      {"[policy]\nmax_failure_rate = 1.5\n", "f:2: 'max_failure_rate' in [policy] must be from 0 to 1"},
      {"[policy]\nmin_speedup = nan\n", "f:2: 'min_speedup' in [policy] must be from 0 to 1000"},
      {"[[validate]]\nname='u'\nrun='x'\nreruns=-1\n", "f:4: 'reruns' in [[validate]] must be from 0 to 100"},
      {"[policy]\nmin_sequential = '5 minutes'\n",
       "f:2: 'min_sequential' in [policy]: '5 minutes' is not a duration | write it as \"90s\", \"5m\", "
       "\"2h\" or "
       "\"1h30m\", a year at most"},
      {"[policy]\nmin_sequential = -5\n",
       "f:2: 'min_sequential' in [policy]: '-5' is not a duration | write it as \"90s\", \"5m\", \"2h\" or "
       "\"1h30m\", a year at most"},
  }));
  CHECK(problem(text) == message);
}

TEST_CASE("config: a word that is not among the allowed ones is an error that lists them") {
  CHECK(problem("strategy = 'sqash'\n") ==
        "f:1: 'strategy' cannot be 'sqash' | did you mean 'squash'? allowed: merge, squash, rebase, single");
  CHECK(problem("[policy]\non_overlap = ''\n") ==
        "f:2: 'on_overlap' in [policy] cannot be '' | allowed: serialise, refuse");
  CHECK(problem("[[validate]]\nname='u'\nrun='x'\nreport='xml'\n") ==
        "f:4: 'report' in [[validate]] cannot be 'xml' | allowed: exit, tap, junit");
  CHECK(problem("[[validate]]\nname='u'\nrun='x'\nwhen='never'\n") ==
        "f:4: 'when' in [[validate]] cannot be 'never' | allowed: both, agent, integration");
  CHECK(problem("[[item]]\nid='u'\nseverity='Major'\n") ==
        "f:3: 'severity' in [[item]] cannot be 'Major' | did you mean 'major'? allowed: blocker, critical, "
        "major, "
        "minor, info");
}

TEST_CASE("config: names must be usable in refs, files and completion") {
  CHECK(problem("[agent.Errors]\nowns=['a']\nrun='x'\n")
            .starts_with("f:1: 'Errors' cannot name an agent | a name is"));
  CHECK(problem("[agent.'a/b']\n").starts_with("f:1: 'a/b' cannot name an agent"));
  CHECK(problem("[agent.\"a\\u202Eb\"]\n").starts_with("f:1: 'a\\u{202e}b' cannot name an agent"));
  CHECK(problem("[[validate]]\nname='unit tests'\nrun='x'\n")
            .starts_with("f:2: 'unit tests' cannot name a validation"));
  CHECK(problem("[[item]]\nid='a b'\n").starts_with("f:2: 'a b' cannot name an item"));
  CHECK(problem("[[item]]\nid='a'\nafter=['..','a:b']\n")
            .starts_with("f:3: 'after' in [[item]]: 'a:b' cannot name an item"));
}

TEST_CASE("config: a name is used once") {
  CHECK(problem("[[validate]]\nname='u'\nrun='x'\n[[validate]]\nname='u'\nrun='y'\n") ==
        "f:5: 'name' in [[validate]]: 'u' is used twice | first used on line 2");
  CHECK(problem("[[item]]\nid='u'\n[[item]]\nid='u'\n") ==
        "f:4: 'id' in [[item]]: 'u' is used twice | first used on line 2");
  CHECK(problem("[agent.a]\nowns=['a']\nrun='x'\n[agent.a]\nowns=['a']\nrun='x'\n")
            .starts_with("f:4: not valid TOML"));
}

TEST_CASE("config: agents named elsewhere must exist") {
  CHECK(problem("[agent.errors]\nowns=['a']\nrun='x'\nafter=['perfomance']\n[agent.performance]\nowns=['b']"
                "\nrun='y'\n") ==
        "f:4: 'after' in [agent.errors]: no agent 'perfomance' | did you mean 'performance'?");
  CHECK(problem("[agent.errors]\nowns=['a']\nrun='x'\nafter=['errors']\n") ==
        "f:4: 'after' in [agent.errors]: 'errors' cannot come after itself");
  CHECK(problem(kAgent + "[[item]]\nid='1'\nagent='b'\n") ==
        "f:4: 'agent' in [[item]]: no agent 'b' | did you mean 'a'?");
}

TEST_CASE("config: an agent needs a command and files, a validation a name and a command") {
  CHECK(problem("[policy]\njobs=1\n[agent.a]\nowns=['a']\n") == "f:3: [agent.a] has no 'run'");
  CHECK(problem("[agent.a]\nowns=['a']\nrun=' '\n") == "f:3: 'run' in [agent.a] is empty");
  CHECK(problem("[agent.a]\nrun='x'\n") ==
        "f:1: [agent.a] has no 'owns' | list the files it may change: owns = [\"src/**\"]");
  CHECK(problem("[agent.a]\nrun='x'\nowns=[]\n").starts_with("f:3: 'owns' in [agent.a] is empty"));
  CHECK(problem("[[validate]]\nrun='x'\n") == "f:1: [[validate]] has no 'name'");
  CHECK(problem("[[validate]]\nname='x'\n") == "f:1: [[validate]] has no 'run'");
  CHECK(problem("[[item]]\ntitle='x'\n") == "f:1: [[item]] has no 'id'");
}

TEST_CASE("config: with owners from CODEOWNERS an agent needs no 'owns'") {
  const auto config = good("owners = 'CODEOWNERS'\n[agent.fix]\nrun = 'x'\n");
  CHECK(config.owners_from_codeowners);
  CHECK(config.agents.front().owns.empty());
  CHECK(problem("owners = 'OWNERS'\n") ==
        "f:1: 'owners' cannot be 'OWNERS' | \"CODEOWNERS\" is the only place that owners can be taken from");
  CHECK(problem("owners = 'CODEOWNERS'\n[agent.fix]\nrun = 'x'\ncount = 2\n") ==
        "f:4: 'count' in [agent.fix] divides nothing without 'owns'");
}

TEST_CASE("config: a JUnit report needs a file, TAP may come from the output") {
  CHECK(problem("[[validate]]\nname='u'\nreport='junit'\nrun='ctest'\n") ==
        "f:4: 'run' in [[validate]] has no {report}, but 'report' is junit | put {report} where the command "
        "takes the "
        "file for its report: --output-junit {report}");
  CHECK(problem("[[validate]]\nname='u'\nreport='tap'\nrun='prove'\n") == "no error");
}

TEST_CASE("config: inputs are patterns, and some") {
  const std::string head = "[[validate]]\nname='u'\nrun='x'\n";
  CHECK(problem(head + "inputs = ['src/**', '*.c']\n") == "no error");
  CHECK(problem(head + "inputs = ['a', 'a//b']\n") ==
        "f:4: 'inputs' in [[validate]]: invalid pattern 'a//b': it has an empty segment | gitpar-patterns(7) "
        "says what patterns are");
  CHECK(problem(head + "inputs = []\n") ==
        "f:4: 'inputs' in [[validate]] is empty | leave it out where the result depends on the whole tree");
}

TEST_CASE("config: worktrees must differ by run and agent") {
  CHECK(
      problem("worktrees='../w/{agent}'\n").starts_with("f:1: 'worktrees' has no {run}: agents would share"));
  CHECK(
      problem("worktrees='../w/{run}'\n").starts_with("f:1: 'worktrees' has no {agent}: agents would share"));
  CHECK(problem("worktrees='{run}/{agnet}'\n")
            .starts_with("f:1: unknown placeholder '{agnet}' in 'worktrees'"));
}

TEST_CASE("config: paths of items lie in the repository") {
  for (const auto* bad : {"/etc/passwd", "../x", "a/../b", "./a", "a//b", "/"})
    CHECK(problem("[[item]]\nid='1'\nfiles=['ok', '" + std::string(bad) + "']\n")
              .starts_with("f:3: 'files' in [[item]]: '" + std::string(bad) +
                           "' is not a path in the repository"));
}

TEST_CASE("config: keys of the user are ignored with a warning, wherever they stand") {
  const auto parsed = parse_config(
      "trust = true\nsandbox = 'off'\n[policy]\nagentEnv = ['X']\n[agent.a]\nowns=['a']\nrun='x'\nagent_env "
      "= 3\n",
      "f");
  REQUIRE(parsed);
  CHECK(
      parsed->warnings ==
      std::vector<std::string>{
          "f:2: 'sandbox' is ignored: only the user may set it, with 'git config par.sandbox'",
          "f:1: 'trust' is ignored: only the user may set it, with 'git par trust'",
          "f:4: 'agentEnv' in [policy] is ignored: only the user may set it, with 'git config par.agentEnv'",
          "f:8: 'agent_env' in [agent.a] is ignored: only the user may set it, with 'git config "
          "par.agentEnv'"});
}

TEST_CASE("config: a repository does not choose the back end of worktrees, however it spells that") {
  for (const std::string key :
       {"worktreeBackend", "worktree_backend", "worktree-backend", "worktreebackend"}) {
    const auto parsed = parse_config("[worktree]\n" + key + " = 'overlay'\n", "f");
    REQUIRE(parsed);
    CHECK(parsed->warnings ==
          std::vector<std::string>{"f:2: '" + key +
                                   "' in [worktree] is ignored: only the user may set it, with 'git config "
                                   "par.worktreeBackend'"});
  }
}

TEST_CASE("config: of several problems the first in the file is told") {
  CHECK(problem("[agent.a]\nrun='x'\nowns=['a']\nafter=['b']\n[policy]\njobs='x'\n").starts_with("f:4: "));
  CHECK(problem("[policy]\njobs='x'\n[[item]]\n[agent.A]\n").starts_with("f:2: "));
}

TEST_CASE("config: text that is not TOML is an error with its line and the cause") {
  const auto parsed = parse_config("target = 'main'\nstrategy = \n", "main:.gitpar.toml");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message == "main:.gitpar.toml:2: not valid TOML");
  CHECK(parsed.error().causes.size() == 1);
}

TEST_CASE("config: hostile text is refused or read, never more") {
  using namespace std::string_literals;
  CHECK(problem("\0"s).starts_with("f:1: not valid TOML"));
  CHECK(problem("a = \"\xff\"").starts_with("f:1: not valid TOML"));
  CHECK(problem("a = " + std::string(100'000, '[')).starts_with("f:1: not valid TOML"));
  CHECK(problem(std::string(100'000, '[')).starts_with("f:1: "));
  CHECK(problem("\x1b[31m = 1").find('\x1b') == std::string::npos);
  CHECK(problem("\"\\u001b[31m\" = 1").starts_with("f:1: unknown key '\\x1b[31m'"));
  std::string dotted = "a";
  for (int i = 0; i < 2'000; ++i) dotted += ".a";
  CHECK(problem(dotted + " = 1").starts_with("f:1: "));
}
