# shellcheck shell=bash
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
