#include "cli/completion_scripts.h"

namespace par::cli {
namespace {

constexpr std::string_view kBash = R"bash(# shellcheck shell=bash
# Bash completion of git par: git's own completion finds the function _git_par, and this file by the name git-par.

# cur, cword, words and __git_cmd_idx (where `par` stands) are git's. __git passes on `git -C <directory>`.
# shellcheck disable=SC2154
_git_par() {
  local first=$((__git_cmd_idx + 1)) typed=$cur option="" list="" value
  # Readline takes '=' for the start of a new word: only what follows it is completed.
  case $cur in
    --*=*) option=${cur%%=*}= typed=${cur#*=} ;;
  esac
  while IFS=$'\t' read -r value _; do
    list+=${value#"$option"}$'\n'
  done < <(__git par --complete -- "${words[@]:first:cword-first+1}")
  __gitcomp_nl "$list" "" "$typed"
}

# `git-par`, typed as one word, is completed in the same way, by what git's completion offers for that.
if ! declare -F __git_complete >/dev/null; then
  if declare -F _comp_load >/dev/null; then
    _comp_load git
  elif declare -F _completion_loader >/dev/null; then
    _completion_loader git
  fi
fi
if declare -F __git_complete >/dev/null; then
  __git_complete git-par _git_par
fi
)bash";

constexpr std::string_view kZsh = R"zsh(#compdef git-par
#description change one repository in parallel, land only what passes together
# Zsh completion of git par: zsh's own _git finds the function _git-par. Candidates come from git par itself.

_git-par() {
  local line value
  local -a directory candidates
  # Set by _git for `git -C <directory> par`.
  if [[ ${(t)opt_args} == association* && -n ${opt_args[-C]} ]]; then
    directory=(-C ${(Q)${~opt_args[-C]}})
  fi
  # Quoted, or the empty last word would be lost.
  for line in "${(@f)$(git $directory par --complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    value=${line%%$'\t'*}
    value=${${value//\\/\\\\}//:/\\:}
    [[ $line == *$'\t'* ]] && value+=:${line#*$'\t'}
    candidates+=("$value")
  done
  _describe 'git par' candidates
}

if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
  _git-par "$@"
elif (( $+functions[compdef] )); then
  compdef _git-par git-par
fi
)zsh";

constexpr std::string_view kFish =
    R"fish(# Fish completion of git-par; from 3.6.1 on, fish's own git completion hands `git par` over to it.

function __git_par_candidates
    set -l words (commandline -opc)
    git par --complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end

complete -c git-par -f -a '(__git_par_candidates)'
)fish";

constexpr std::string_view kFishConfiguration =
    R"fish(# Completion of `git par` in fish before 3.6.1, whose git completion does not know commands of others.
# Belongs into vendor_conf.d (or conf.d); what it offers comes from the completion of git-par.

if string match -qr '^([12]\.|3\.([0-5]\.|6\.0))' -- $version
    # The words after `par`, with git's own -C in front, as words of git-par.
    function __git_par_hand_over
        set -l words (commandline -opc)
        set -l par (contains -i -- par $words)
        or return
        set -l directory (contains -i -- -C $words[1..$par])
        and set directory -C $words[(math $directory + 1)]
        set -l given $words[(math $par + 1)..-1]
        complete -C "git-par "(string join ' ' -- (string escape -- $directory $given) (commandline -ct))
    end

    complete -c git -n '__fish_git_using_command par' -f -a '(__git_par_hand_over)'
    complete -c git -n __fish_git_needs_command -f -a par -d 'Change one repository in parallel'
end
)fish";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return "";
}

std::string_view fish_configuration() { return kFishConfiguration; }

}  // namespace par::cli
