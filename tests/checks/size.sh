#!/bin/sh
# No C++ file is longer than 500 lines. (The size of functions is checked by tidy.sh.)
set -eu
cd "$(dirname "$0")/../.."
find src tests -name '*.cc' -o -name '*.h' | sort | xargs wc -l | awk '
  $2 != "total" && $1 > 500 { print $2 ": " $1 " lines"; long = 1 }
  END { if (long) print "size: split these files along what they own"; exit long }'
