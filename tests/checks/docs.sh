#!/bin/sh
# man/ and completions/ are what par-docgen makes of the table of commands. Uses build/dev, or
# the build directory given as $1.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build/dev}
[ -f "$build/build.ninja" ] || {
  echo "docs: '$build' is not configured: run tests/run first"
  exit 1
}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
cmake --build "$build" --target par-docgen >"$fresh/log" || {
  cat "$fresh/log"
  exit 1
}
"$build/par-docgen" "$fresh"
status=0
# These are written by hand: gitpar.toml(5), whose keys tests/unit/config checks, and gitpar-patterns(7), whose
# examples tests/unit/core tries.
diff -ru -x gitpar.toml.5 -x gitpar-patterns.7 man "$fresh/man" || status=1
diff -ru completions "$fresh/completions" || status=1
[ $status = 0 ] || echo "docs: renew the committed files with: $build/par-docgen ."
exit $status
