// Tab in real shells, through git's own completion where there is one.
#include <algorithm>

#include "base/strings.h"
#include "os/files.h"
#include "os/process.h"
#include "support/catch.h"
#include "support/sandbox.h"

using namespace par;
using test::Sandbox;

namespace {

constexpr const char* kBashCompletion = "/usr/share/bash-completion/bash_completion";
constexpr const char* kGitCompletion = "/usr/share/bash-completion/completions/git";

bool missing(const std::string& what, bool there) {
  if (!there) WARN("skipped: " << what << " is not installed");
  return !there;
}

std::vector<std::string> lines(const std::string& text) { return split_terminated(text, '\n'); }

std::vector<std::string> offered(const Sandbox& sandbox, const std::string& words) {
  const auto done = sandbox.shell("git par --complete -- " + words);
  CHECK(done.exit_code == 0);
  CHECK(done.err == "");
  return lines(done.out);
}

// What bash offers for a line, the words being those of readline: ours is found by the name git-par.
class Bash {
 public:
  explicit Bash(Sandbox& sandbox) : sandbox_(sandbox) {
    const auto place = sandbox.root() + "/completions";
    CHECK(
        sandbox.shell("mkdir -p " + place + " && git par completion bash >" + place + "/git-par").exit_code ==
        0);
    sandbox.set("BASH_COMPLETION_USER_DIR", sandbox.root());
  }

  std::vector<std::string> complete(const std::vector<std::string>& words,
                                    const std::string& command = "git") const {
    std::string array;
    for (const auto& word : words) array += " " + shell_quote(word);
    // Readline makes a word of '=', wherever it stands.
    const auto line = shell_quote(replace_all(join(words, " "), " = ", "="));
    const std::string wrapper = command == "git" ? "__git_wrap__git_main" : "__git_wrap_git_par";
    const std::string script =
        std::string("source ") + kBashCompletion + "; _completion_loader " + command + "; COMP_WORDS=(" +
        array + "); COMP_CWORD=" + std::to_string(words.size() - 1) + "; COMP_LINE=" + line +
        "; COMP_POINT=${#COMP_LINE}; " + wrapper + "; printf '%s\\n' \"${COMPREPLY[@]}\"";
    const auto done = sandbox_.shell("bash --norc -c " + shell_quote(script));
    CHECK(done.err == "");
    return lines(done.out);
  }

 private:
  Sandbox& sandbox_;
};

bool no_bash() {
  return missing("bash with its completions for git",
                 os::find_program("bash") && os::exists(kBashCompletion) && os::exists(kGitCompletion));
}

// A repository with one finished run.
void with_a_run(Sandbox& sandbox) {
  test::write_three_agents(sandbox);
  sandbox.git({"branch", "feature/x"});
  CHECK(sandbox.par({"run", "-q"}).exit_code == 0);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("completion: runs, agents, phases and branches are those of the repository") {
  Sandbox sandbox;
  with_a_run(sandbox);
  CHECK(offered(sandbox, "log ''") == Lines{"alpha\tagent, phase 1, accepted",
                                            "beta\tagent, phase 1, accepted",
                                            "gamma\tagent, phase 2, accepted"});
  const auto runs = offered(sandbox, "status ''");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].starts_with("r1\trun of plan p-"));
  CHECK(offered(sandbox, "merge --run ''") == runs);
  CHECK(offered(sandbox, "merge --target ''") == Lines{"feature/x\tbranch", "main\tbranch"});
  CHECK(offered(sandbox, "rollback ''") == Lines{"alpha\tagent, phase 1, accepted",
                                                 "beta\tagent, phase 1, accepted",
                                                 "gamma\tagent, phase 2, accepted", "1\tphase of alpha, beta",
                                                 "2\tphase of gamma", "r1\tthe whole run"});
  CHECK(offered(sandbox, "validate ''").size() == 5);
  CHECK(offered(sandbox, "-C .. -C repo stop ''").size() == 3);
}

TEST_CASE("completion: is silent where there is no repository, no run, or no sense") {
  Sandbox sandbox;
  CHECK(offered(sandbox, "log ''").empty());
  CHECK(offered(sandbox, "log --run r9 ''").empty());
  CHECK(offered(sandbox, "-C / merge --target ''").empty());
  CHECK(offered(sandbox, "-C /nowhere log ''").empty());
  CHECK(offered(sandbox, "'' ''").empty());
  CHECK_FALSE(os::exists(sandbox.state_dir()));
  CHECK(sandbox.par({"--complete"}).exit_code == 0);
}

TEST_CASE("completion: bash completes 'git par' through git's completion") {
  if (no_bash()) return;
  Sandbox sandbox;
  with_a_run(sandbox);
  const Bash bash(sandbox);
  CHECK(bash.complete({"git", "par", "st"}) == Lines{"status ", "stop "});
  CHECK(bash.complete({"git", "par", "run", "--la"}) == Lines{"--land "});
  CHECK(bash.complete({"git", "par", "log", ""}) == Lines{"alpha ", "beta ", "gamma "});
  CHECK(bash.complete({"git", "par", "merge", "--strategy", ""}) ==
        Lines{"merge ", "squash ", "rebase ", "single "});
  CHECK(bash.complete({"git", "pa"}).front() == "par ");
}

TEST_CASE("completion: bash asks in the repository that 'git -C' names, and for an alias") {
  if (no_bash()) return;
  Sandbox sandbox;
  with_a_run(sandbox);
  const Bash bash(sandbox);
  sandbox.git({"config", "alias.pp", "par"});
  CHECK(bash.complete({"git", "pp", "log", "a"}) == Lines{"alpha "});
  REQUIRE(sandbox.shell("git init -q ../other").exit_code == 0);
  CHECK(bash.complete({"git", "-C", "../other", "par", "log", "a"}) == Lines{""});
  CHECK(bash.complete({"git", "-C", "../other/../repo", "par", "log", "a"}) == Lines{"alpha "});
}

TEST_CASE("completion: bash completes 'git-par' as one word, too") {
  if (no_bash()) return;
  Sandbox sandbox;
  with_a_run(sandbox);
  const Bash bash(sandbox);
  CHECK(bash.complete({"git-par", "st"}, "git-par") == Lines{"status ", "stop "});
  CHECK(bash.complete({"git-par", "log", "b"}, "git-par") == Lines{"beta "});
}

TEST_CASE("completion: bash completes the value after '='") {
  if (no_bash()) return;
  Sandbox sandbox;
  with_a_run(sandbox);
  const Bash bash(sandbox);
  CHECK(bash.complete({"git", "par", "merge", "--strategy", "=", "sq"}) == Lines{"squash "});
  CHECK(bash.complete({"git", "par", "merge", "--strategy", "=", ""}) ==
        Lines{"merge ", "squash ", "rebase ", "single "});
}

namespace {

// An interactive zsh with zsh's own completion for git, on a terminal of its own (zpty). Tab writes what
// would be offered into a file, one candidate a line, and a line "end".
constexpr const char* kZshSetup = R"zsh(
PS1= fpath=($FUNCTIONS $fpath)
autoload -Uz compinit; compinit -u -d $HOME/dump
compadd() {
  local -a given
  case " ${(j: :)@} " in (*' -'(O|A|D)' '*) builtin compadd "$@"; return ;; esac
  builtin compadd -A given "$@"
  (( $#given )) && print -rl -- $given >>$HOME/offered
  return 0
}
offer() { _main_complete; print end >>$HOME/offered }
zle -C offer .list-choices offer
bindkey '^I' offer
zstyle ':completion:*' completer _complete
print read''y
)zsh";

constexpr const char* kZshAsk = R"zsh(
zmodload zsh/zpty zsh/zselect
zpty shell zsh -f -i
zpty -w shell "source $HOME/setup.zsh"
zpty -r shell output '*ready*'
zpty -w -n shell "$1"$'\t'
for try in {1..500}; do
  [[ -e $HOME/offered && "$(<$HOME/offered)" == *end ]] && break
  zselect -t 2
done
cat $HOME/offered
zpty -d shell
)zsh";

Lines zsh_offers(Sandbox& sandbox, const std::string& line) {
  sandbox.set("FUNCTIONS", PAR_SOURCE_DIR "/completions");
  sandbox.write("../home/setup.zsh", kZshSetup);
  sandbox.write("../home/ask.zsh", kZshAsk);
  const auto done = sandbox.shell("rm -f $HOME/offered; zsh -f $HOME/ask.zsh " + shell_quote(line));
  INFO(done.out << done.err);
  auto offered = lines(done.out);
  REQUIRE(!offered.empty());
  REQUIRE(offered.back() == "end");
  offered.pop_back();
  std::sort(offered.begin(), offered.end());  // zsh puts those with the same description together
  return offered;
}

}  // namespace

TEST_CASE("completion: zsh completes 'git par' through its own completion of git, and 'git-par'") {
  if (missing("zsh", os::find_program("zsh"))) return;
  Sandbox sandbox;
  with_a_run(sandbox);
  CHECK(zsh_offers(sandbox, "git par st") == Lines{"status", "stop"});
  CHECK(zsh_offers(sandbox, "git par log ") == Lines{"alpha", "beta", "gamma"});
  CHECK(zsh_offers(sandbox, "git-par run --la") == Lines{"--land"});
  CHECK(zsh_offers(sandbox, "git par merge --strategy=sq") == Lines{"--strategy=squash"});
  const auto commands = zsh_offers(sandbox, "git pa");
  CHECK(std::count(commands.begin(), commands.end(), "par") == 1);
  REQUIRE(sandbox.shell("git init -q ../other").exit_code == 0);
  CHECK(zsh_offers(sandbox, "git -C ../other par log ").empty());
  CHECK(zsh_offers(sandbox, "git -C ../other/../repo par log al") == Lines{"alpha"});
}

TEST_CASE("completion: says nothing of a state that it cannot read, and writes nothing") {
  Sandbox sandbox;
  with_a_run(sandbox);
  // Readers of a SQLite database mark in the shared memory beside it that they read.
  const std::string names = "find ../ ! -name state.db-shm -printf '%p %i %T@\\n' | sort";
  const auto before = sandbox.shell(names).out;
  CHECK(offered(sandbox, "log ''").size() == 3);
  CHECK(sandbox.shell(names).out == before);
  CHECK(sandbox.shell("rm .git/par/state.db-*").exit_code == 0);
  sandbox.write(".git/par/state.db", "not a database, but long enough to look like one of some kind");
  CHECK(offered(sandbox, "log ''").empty());
  CHECK(offered(sandbox, "status ''").empty());
}

namespace {

Lines fish_offers(Sandbox& sandbox, const std::string& line) {
  const auto share = sandbox.root() + "/share";
  const std::string place = share + "/fish";
  CHECK(sandbox
            .shell("mkdir -p " + place + "/vendor_completions.d " + place +
                   "/vendor_conf.d && cp " PAR_SOURCE_DIR "/completions/git-par.fish " + place +
                   "/vendor_completions.d/ && cp " PAR_SOURCE_DIR "/completions/git-par.conf.fish " + place +
                   "/vendor_conf.d/git-par.fish")
            .exit_code == 0);
  sandbox.set("XDG_DATA_DIRS", share + ":/usr/local/share:/usr/share");
  const auto done = sandbox.shell("fish -c " + shell_quote("complete -C " + shell_quote(line)));
  CHECK(done.err == "");
  return lines(done.out);
}

}  // namespace

TEST_CASE("completion: fish completes 'git par' and 'git-par'") {
  if (missing("fish", os::find_program("fish"))) return;
  Sandbox sandbox;
  with_a_run(sandbox);
  CHECK(fish_offers(sandbox, "git par stat") == Lines{"status\tshow where a run and its agents stand"});
  CHECK(fish_offers(sandbox, "git-par log a") == Lines{"alpha\tagent, phase 1, accepted"});
  CHECK(fish_offers(sandbox, "git par log ").size() == 3);
  CHECK(fish_offers(sandbox, "git-par merge --strategy=sq").front().starts_with("--strategy=squash"));
  const auto git = join(fish_offers(sandbox, "git pa"), "\n");
  CHECK(git.find("par\t") != std::string::npos);
}

TEST_CASE("completion: the script of fish holds both parts, so that reading it is enough") {
  if (missing("fish", os::find_program("fish"))) return;
  Sandbox sandbox;
  with_a_run(sandbox);
  const auto done = sandbox.shell(
      "fish -c 'git par completion fish | source; complete -C \"git -C ../repo par log g\"; complete -C "
      "\"git-par log g\"'");
  CHECK(lines(done.out).back() == "gamma\tagent, phase 2, accepted");
  CHECK(lines(done.out).front() == "gamma\tagent, phase 2, accepted");
}
