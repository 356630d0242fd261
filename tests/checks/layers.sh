#!/bin/sh
# Includes go only where cmake/layers.cmake says; third-party and Linux headers stay in their layer.
set -eu
cd "$(dirname "$0")/../.."
status=0

# forbid <message> <extended regex> <file>...
forbid() {
  message=$1 pattern=$2
  shift 2
  found=$(grep -nE "$pattern" "$@" /dev/null) || return 0
  printf '%s\n' "$found" | sed "s|\$|    <- $message|"
  status=1
}

# outside <folders> <message> <extended regex>: the sources of all other layers.
outside() {
  inside=$(printf '%s' "$1" | tr ' ' '|')
  # shellcheck disable=SC2046 # no file of ours has a space in its name
  forbid "$2" "$3" $(find src -name '*.cc' -o -name '*.h' | grep -vE "^($inside)/")
}

# The rows `par_layer(<name> USES <layers> WITH <libraries>)`.
rows=$(sed -n 's/^par_layer(\([a-z]*\)\(.*\))$/\1 \2/p' cmake/layers.cmake | sed 's/ WITH.*//; s/ USES//')
while read -r layer uses; do
  [ -d "src/$layer" ] || continue
  allowed=$(printf '%s' "$layer $uses" | tr -s ' ' '|')
  found=$(grep -rnE '^#include "' "src/$layer" | grep -vE ":#include \"($allowed)/") || continue
  printf '%s\n' "$found" | sed "s|\$|    <- $layer/ may include $layer $uses|"
  status=1
done <<ROWS
$rows
ROWS

for folder in src/*/; do
  layer=$(basename "$folder")
  printf '%s\n' "$rows" | grep -q "^$layer " || {
    echo "$folder    <- no par_layer() row in cmake/layers.cmake"
    status=1
  }
done

outside src/base 'libutf8proc stays in base/' '#include <utf8proc'
outside src/git 'libgit2 stays in git/' '#include <git2'
outside src/store 'SQLite stays in store/' '#include <sqlite3'
outside 'src/store src/import' 'simdjson stays in store/ and import/' '#include <simdjson'
outside src/config 'toml++ stays in config/' '#include <toml'
outside src/import 'pugixml stays in import/' '#include <pugi'
outside src/os 'nettle stays in os/' '#include <nettle'
outside src/cli 'CLI11 stays in cli/' '#include <CLI'
outside src/os 'Linux headers stay in os/' \
  '#include <(linux/|asm/|sched\.h|mntent\.h|sys/(epoll|eventfd|fanotify|fsuid|inotify|mount|pidfd|prctl|sendfile|signalfd|statfs|syscall|sysinfo|timerfd|vfs|xattr)\.h)'
outside src/os 'PAR_PORTABLE is for os/ alone' 'PAR_PORTABLE'
forbid 'core/ is pure: no clock, I/O, thread or randomness' \
  '#include <(chrono|cstdio|ctime|filesystem|fstream|iostream|mutex|random|thread|fcntl\.h|unistd\.h|sys/.*)>' -r src/core
forbid 'the linter cannot read this header' '#include <(ranges|source_location)>' -r src
[ $status = 0 ] || echo "layers: move the code to the layer it belongs to, or reach it through a port (core/ports.h)"
exit $status
