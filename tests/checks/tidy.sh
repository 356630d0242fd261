#!/bin/sh
# clang-tidy with the checks and limits of .clang-tidy: over all of src/ (half an hour on two cores), over the
# sources given, or over the n that were committed last, as .ci/run does.
#
#   tests/checks/tidy.sh [--newest <n> | <source>...]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
# shellcheck source=tools/setup.sh
. tools/setup.sh

# Only for its compile commands: without precompiled headers, which clang cannot read when GCC made them.
# So it also finds a source that includes less than it uses.
mkdir -p build
logged build/lint.log cmake --preset dev -B build/lint -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON -D PAR_UNITY=OFF -D PAR_TESTS=OFF
newest() {
  git log --format= --name-only -- 'src/*.cc' 2>/dev/null | awk '!seen[$0]++' |
    while read -r source; do [ ! -f "$source" ] || echo "$source"; done
}
all() {
  find src -name '*.cc' | sort
}

# Without a history, as in an unpacked archive, any n sources are as good.
# shellcheck disable=SC2046 # no source has a space in its name
case ${1:-} in
  --newest) set -- $( (newest; all) | head -n "$2") ;;
  '') set -- $(all) ;;
esac
# One process per source; its report is kept together and printed only when there is something to say.
# shellcheck disable=SC2016 # expanded by the inner shell
printf '%s\n' "$@" | xargs -P "$(jobs)" -I '{}' sh -c '
  report=$(clang-tidy --quiet -p build/lint "$1" 2>&1) || { printf "%s\n" "$report"; exit 1; }' - '{}' || {
  echo "tidy: mend what is named above; a message that is wrong here is silenced on its line: // NOLINT(<check>)"
  exit 1
}
