#!/bin/sh
# clang-tidy over src/, or over the sources given as arguments, with the checks and limits of .clang-tidy.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
# shellcheck source=tools/setup.sh
. tools/setup.sh

# Only for its compile commands: without precompiled headers, which clang cannot read when GCC made them.
# So it also finds a source that includes less than it uses.
mkdir -p build
logged build/lint.log cmake --preset dev -B build/lint -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON -D PAR_TESTS=OFF
# shellcheck disable=SC2046 # no source has a space in its name
[ $# -gt 0 ] || set -- $(find src -name '*.cc' | sort)
# One process per source; its report is kept together and printed only when there is something to say.
# shellcheck disable=SC2016 # expanded by the inner shell
printf '%s\n' "$@" | xargs -P "$(jobs)" -I '{}' sh -c '
  report=$(clang-tidy --quiet -p build/lint "$1" 2>&1) || { printf "%s\n" "$report"; exit 1; }' - '{}' || {
  echo "tidy: mend what is named above; a message that is wrong here is silenced on its line: // NOLINT(<check>)"
  exit 1
}
