#!/bin/sh
# Each scenario of a landing (tests/data/landing_scenarios.txt) has its tests, of the kinds that it asks for: its words
# are the name of one, or stand in it between colons, semicolons or commas.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Names may be cut in two by the line length: "..." "...".
names() {
  find "$1" -name '*_test.cc' -exec cat {} + | tr '\n' ' ' | grep -oE 'TEST_CASE\( *"([^"\\]|\\.)*"( *"([^"\\]|\\.)*")*' |
    sed -E 's/^TEST_CASE\( *"//; s/" +"//g; s/"$//'
}
names tests/unit > "$work/unit"
names tests/scenario > "$work/real"

status=0
say() {
  echo "scenarios: $1"
  status=1
}
grep -v '^#' tests/data/landing_scenarios.txt > "$work/list"
while read -r line; do
  words=${line##*  }
  for kind in ${line%%  *}; do
    case $kind in
      unit | real) grep -qE "(^|[:;,] )$words([:;,]|\$)" "$work/$kind" || say "no $kind test is named '$words'" ;;
      *) say "'$kind' is no kind of test: '$line'" ;;
    esac
  done
done < "$work/list"
exit $status
