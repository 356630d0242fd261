# Completion of `git par` in fish before 3.6.1, whose git completion does not know commands of others.
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
