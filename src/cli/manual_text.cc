#include "cli/manual_text.h"

#include <array>

namespace par::cli {
namespace {

constexpr std::array kWords{
    Term{"item",
         "one unit of work: a finding, a fix, a task. Has files, a severity, a category, an estimate"},
    Term{"agent",
         "a named worker: what it owns, what it is forbidden, the command it runs, how its work is "
         "validated. Any "
         "command can be one; coding agents are"},
    Term{"ownership",
         "owned patterns minus forbidden patterns, over paths that exist and paths that do not yet exist"},
    Term{"overlap", "a path, the witness, that two agents could both change"},
    Term{"phase",
         "agents that may run at the same time: without overlap among each other, and all they come 'after' "
         "is done in "
         "earlier phases"},
    Term{"plan",
         "phases, the assignment of items, the decision between parallel and sequential, and the overlaps. "
         "It never "
         "changes; its name is made from its content"},
    Term{"run", "one execution of a plan: 'r1', 'r2', ..."},
    Term{"validation", "a named check, which is a command, with its result for one tree"},
    Term{"baseline",
         "the validation results of the commit that a run starts from. Failures that are there already do "
         "not count"},
    Term{"candidate", "the commit that holds every accepted branch of a run; it has always passed"},
    Term{"landing", "moving the target branch, by compare-and-swap, to a commit with the candidate's tree"},
    Term{"checkpoint", "a ref saved before each change of the candidate"},
};

constexpr std::array kExitCodes{
    Term{"0", "done"},
    Term{"1", "the command ran fine and the answer is no: an overlap, a red validation, a refusal"},
    Term{"128", "fatal: configuration, git, input or output"},
    Term{"129", "usage; also of -h, as in git"},
    Term{"130", "interrupted"},
    Term{"143", "ended by SIGTERM"},
    Term{"255", "a mistake of git par itself"},
};

constexpr std::array kSettings{
    Term{"par.jobs", "how many agents may run at once, whatever the repository says"},
    Term{
        "par.validations",
        "how many commits are validated at once, each in a worktree of its own; by default one for every two "
        "cores, 4 at most"},
    Term{"par.agentEnv",
         "further environment variables that agents may see; names, separated by spaces or "
         "commas, can "
         "be given several times"},
    Term{"par.logLimit",
         "how many bytes of one agent's output are kept; 64 MiB by default. Of more the beginning and the "
         "last "
         "64 KiB are kept, or two halves of a limit below 128 KiB; the log says how much is left out between "
         "them, and holds the end once the agent has ended"},
    Term{
        "par.toolchain",
        "a shell command that prints what validations run with, such as 'cc --version'; a result counts only "
        "as long as it prints the same. It runs once for each command of git par that validates, at the root "
        "of the repository, and has to exit with 0"},
    Term{
        "par.prMerge",
        "'merge', 'squash' or 'rebase': pull requests of 'git par merge --pr' are merged in this way as soon "
        "as the forge allows it; 'none', the default: they are left open"},
    Term{"par.worktreeBackend",
         "how the files of worktrees are made; 'checkout', by git, is the one way there is, and the default"},
};

constexpr std::array kEnvironment{
    Term{"PAR_TRACE",
         "1, or an absolute path: writes what git par does to standard error, or appends it to that file"},
    Term{"PAR_TRACE_EVENT", "an absolute path: appends the same as JSON lines"},
};

constexpr std::array kAgentEnvironment{
    Term{"PAR_RUN, PAR_AGENT, PAR_PHASE, PAR_ATTEMPT",
         "the run, the agent, its phase, and how often it was started"},
    Term{"PAR_BASE", "the commit that its branch starts from"},
    Term{"PAR_PROMPT_FILE", "a file with its prompt"},
    Term{"PAR_ITEMS_FILE", "a file with its items as JSON lines"},
    Term{"PAR_OWNS, PAR_FORBIDS", "its patterns, one on each line; each is left out beyond 100 KiB"},
    Term{"PAR_OWNS_FILE, PAR_FORBIDS_FILE", "files with the same patterns, however many"},
    Term{"PAR_TMP", "a directory of its own"},
};

constexpr std::array kFiles{
    Term{".gitpar.toml", "the configuration, as it is committed on the target branch. See gitpar.toml(5)"},
    Term{"$GIT_COMMON_DIR/par/state.db",
         "plans, the journals of runs, validation results; an SQLite database"},
    Term{"$GIT_COMMON_DIR/par/logs/<run>/", "the output of agents and validations"},
    Term{"refs/heads/par/<run>/<agent>/tip", "an agent's branch"},
    Term{"refs/par/<run>/candidate", "the candidate; 'base' and 'checkpoint/<n>' stand beside it"},
    Term{"refs/par/<run>/pr/<name>", "a commit that was pushed for a pull request"},
    Term{"refs/par/salvage/<run>/<agent>/<n>",
         "work that was saved before an agent started again or was removed"},
    Term{"../<repository>.par/<run>/<agent>", "an agent's worktree, unless '.gitpar.toml' says otherwise"},
};

}  // namespace

std::string_view manual_description() {
  return "Lets many workers (coding agents, scripts, people) change one repository at the same time, and "
         "lands only "
         "work that passes together.\n\n"
         "It finds, before anything starts, who may change which files, and puts agents that could change "
         "the same file "
         "into different phases. Each agent gets a worktree and a branch of its own. What it leaves there "
         "must stay "
         "within the files it owns, and is validated on top of everything accepted before; only new failures "
         "count. "
         "What passes becomes part of the candidate, what fails is left out alone. The target branch moves "
         "only when "
         "told to, and only to a tree that passed.\n\n"
         "A run that is interrupted, by Ctrl-C, a crash or a power cut, is finished by 'git par resume'.\n\n"
         "To start, commit a '.gitpar.toml' (see gitpar.toml(5)), look at 'git par plan', then 'git par run' "
         "and 'git "
         "par merge'. 'git par demo' shows all of it on a small repository of its own.";
}

std::string_view manual_presets() {
  return "Where 'run' of an agent in '.gitpar.toml' is exactly one of these names, it is a preset: it stands "
         "for the command below, which starts that CLI without a terminal and lets it work without asking. "
         "The agent's prompt goes to it through a file.\n\n"
         "With an argument or a path it is no preset but a shell command as any other: 'claude -p' and "
         "'./claude' are the programs of that name. Copy a preset's command and change it where other flags "
         "are wanted.\n\n"
         "A CLI that does not ask can run any command as you. Of your environment it sees a small "
         "part; what it needs besides, such as a key, is named with 'git config par.agentEnv'. 'git par plan "
         "--check' says whether the programs are there.\n\n"
         "That such a program ends with 0 does not mean that anything was done: what counts is what it "
         "changed, and that this passes.";
}

std::span<const Term> manual_words() { return kWords; }
std::span<const Term> manual_exit_codes() { return kExitCodes; }
std::span<const Term> manual_settings() { return kSettings; }
std::span<const Term> manual_environment() { return kEnvironment; }
std::span<const Term> manual_agent_environment() { return kAgentEnvironment; }
std::span<const Term> manual_files() { return kFiles; }

}  // namespace par::cli
