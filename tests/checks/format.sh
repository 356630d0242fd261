#!/bin/sh
# Every C++ file is formatted as .clang-format says.
set -eu
cd "$(dirname "$0")/../.."
report=$(find src tests -name '*.cc' -o -name '*.h' | sort | xargs clang-format --dry-run -Werror 2>&1) || {
  printf '%s\n' "$report" | sed -n 's/^\([^ :]*\):[0-9]*:[0-9]*: error:.*/\1/p' | uniq | grep . ||
    printf '%s\n' "$report"
  echo "format: mend these with: clang-format -i <file>..."
  exit 1
}
