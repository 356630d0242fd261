#!/bin/sh
# No promise of later work, no trailing blank and no tab in what we write by hand.
set -eu
cd "$(dirname "$0")/../.."
files=$(find . -type f '(' -name '*.cc' -o -name '*.h' -o -name '*.sh' -o -name '*.md' -o -name '*.cmake' -o -name '*.txt' \
  -o -path ./git-par -o -name run ')' -not -path './.git/*' -not -path './build/*' -not -path '*/snapshots/*' -not -name words.sh)
status=0
# shellcheck disable=SC2086 # a list of words
grep -nE '(//|^ *#) *(TODO|FIXME|XXX|HACK)\b|\b(TODO|FIXME|XXX|HACK)[:(]' $files && status=1
# shellcheck disable=SC2086
grep -nE '[[:blank:]]$|	' $files && status=1
[ $status = 0 ] || echo "words: do it now or leave it out; no tabs and no blanks at the end of a line"
exit $status
