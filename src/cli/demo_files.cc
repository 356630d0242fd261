#include "cli/demo_files.h"

#include <array>

namespace par::cli {
namespace {

constexpr std::string_view kConfig =
    R"sh(# Four agents change a small program at the same time; see 'git par plan'.
target = "main"

[policy]
jobs = 4

[[validate]]
name   = "unit"
run    = "sh tests/run.sh"
report = "tap"

[agent.count]
owns = ["lib/count.sh"]
run  = "sh agents/count.sh"
prompt = "Count words, not lines."

[agent.longest]
owns = ["lib/longest.sh"]
run  = "sh agents/longest.sh"
prompt = "Find the longest word, not the first."

[agent.shout]
owns = ["lib/shout.sh"]
run  = "sh agents/shout.sh"
prompt = "Make it faster."

[agent.docs]
owns  = ["/README", "docs/**"]
after = ["count", "longest"]
run   = "sh agents/docs.sh"
prompt = "Describe what the program does now."
)sh";

constexpr std::string_view kMain = R"sh(#!/bin/sh
# words: says things about the words on standard input.
here=$(dirname "$0")
text=$(cat)
. "$here/lib/count.sh"
. "$here/lib/longest.sh"
. "$here/lib/shout.sh"
echo "words:   $(count "$text")"
echo "longest: $(longest "$text")"
echo "shouted: $(shout "$text")"
)sh";

constexpr std::string_view kCount = R"sh(# count TEXT: how many words there are (so far it counts lines).
count() {
  printf '%s\n' "$1" | grep -c ''
}
)sh";

constexpr std::string_view kLongest = R"sh(# longest TEXT: the longest word (so far it gives the first).
longest() {
  printf '%s\n' "$1" | tr -s ' ' '\n' | head -n 1
}
)sh";

constexpr std::string_view kShout = R"sh(# shout TEXT: the text in capitals.
shout() {
  printf '%s\n' "$1" | tr '[:lower:]' '[:upper:]'
}
)sh";

// The tests hold before and after the good agents' work; two of them are red at first, and so known.
constexpr std::string_view kTests = R"sh(#!/bin/sh
# Prints TAP: one line per test.
cd "$(dirname "$0")/.." || exit 1
. lib/count.sh
. lib/longest.sh
. lib/shout.sh
number=0
failed=0
check() {
  number=$((number + 1))
  if [ "$2" = "$3" ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    failed=1
  fi
}
check "count: one word" "$(count one)" 1
check "count: three words on a line" "$(count 'one two three')" 3
check "longest: one word" "$(longest one)" one
check "longest: not the first" "$(longest 'a long one')" long
check "shout: makes capitals" "$(shout 'quiet now')" "QUIET NOW"
echo "1..$number"
exit "$failed"
)sh";

constexpr std::string_view kAgentCount = R"sh(# Does its work and commits it.
cat > lib/count.sh <<'END'
# count TEXT: how many words there are.
count() {
  printf '%s\n' "$1" | wc -w | tr -d ' '
}
END
git commit -qam "count: words, not lines"
)sh";

constexpr std::string_view kAgentLongest =
    R"sh(# Does its work and leaves it uncommitted: it is committed for it.
cat > lib/longest.sh <<'END'
# longest TEXT: the longest word; the first of several.
longest() {
  printf '%s\n' "$1" | tr -s ' ' '\n' | awk 'length > length(best) { best = $0 } END { print best }'
}
END
)sh";

constexpr std::string_view kAgentShout = R"sh(# Means well, and breaks a test.
cat > lib/shout.sh <<'END'
# shout TEXT: the text in capitals, quickly.
shout() {
  printf '%s\n' "$1"
}
END
git commit -qam "shout: faster"
)sh";

constexpr std::string_view kAgentDocs = R"sh(# Starts when count and longest are in, and sees their work.
mkdir -p docs
{
  echo "words: counts words, finds the longest one, and shouts."
  echo
  grep -h '^# [a-z]* TEXT' lib/*.sh | sed 's/^# /  /'
} > README
echo "See README." > docs/index.txt
git add -A
git commit -qm "docs: what the program does now"
)sh";

constexpr std::array<DemoFile, 11> kDemoFiles{{
    {".gitpar.toml", kConfig},
    {"README", "words: a program about words.\n"},
    {"words.sh", kMain, true},
    {"lib/count.sh", kCount},
    {"lib/longest.sh", kLongest},
    {"lib/shout.sh", kShout},
    {"tests/run.sh", kTests, true},
    {"agents/count.sh", kAgentCount},
    {"agents/longest.sh", kAgentLongest},
    {"agents/shout.sh", kAgentShout},
    {"agents/docs.sh", kAgentDocs},
}};

}  // namespace

std::span<const DemoFile> demo_files() { return kDemoFiles; }

}  // namespace par::cli
