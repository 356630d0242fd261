# Fish completion of git-par; from 3.6.1 on, fish's own git completion hands `git par` over to it.

function __git_par_candidates
    set -l words (commandline -opc)
    git par --complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end

complete -c git-par -f -a '(__git_par_candidates)'
