#!/bin/sh
# Every shell script passes shellcheck.
set -eu
cd "$(dirname "$0")/../.."
scripts=$(grep -rlE '^#!/bin/(sh|bash)|^#!/usr/bin/env (sh|bash)|^# shellcheck shell=' \
  git-par .ci tests tools completions --include='*.sh' --include='run' --include='replay' --include='git-par*')
# shellcheck disable=SC2086 # a list of words
shellcheck -x $scripts || {
  echo "shell: mend the scripts, or disable one message on one line with the reason beside it"
  exit 1
}
