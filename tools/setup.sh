# shellcheck shell=sh disable=SC2034,SC2154 # $root comes from the caller, the lists are for it
# What the project needs from the system and how it is built: one place for the launcher, tests/run,
# .ci/run and the checks. Sourced with $root set to the top of the checkout. Prints on stderr only, so
# that the caller's output stays its own.

build_packages='g++ cmake ninja-build pkg-config libgit2-dev libcli11-dev libtomlplusplus-dev
  libfmt-dev libutf8proc-dev libsqlite3-dev libsimdjson-dev libpugixml-dev nettle-dev git'
test_packages='catch2 bash-completion faketime zsh fish man-db mandoc gh python3'
sanitizer_packages='clang libclang-rt-dev llvm'
check_packages='clang-format clang-tidy shellcheck'
build_tools='g++ >= 12, cmake >= 3.25, ninja, pkg-config'
libraries='libgit2 >= 1.5, CLI11, toml++, fmt, utf8proc, SQLite >= 3.40, simdjson, pugixml, nettle'

say() {
  printf '%s\n' "$*" >&2
}

# die <problem> [<hint>]...
die() {
  say "fatal: $1"
  shift
  for hint; do say "hint: $hint"; done
  exit 128
}

# The packages among the arguments that are not installed, on one line.
missing_packages() {
  # shellcheck disable=SC2016 # the format is dpkg-query's, not the shell's
  installed=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed //p' | tr '\n' ' ')"
  absent=
  for package; do
    case $installed in *" $package "*) ;; *) absent="$absent $package" ;; esac
  done
  printf '%s' "${absent# }"
}

need_build_directory() {
  { mkdir -p "$root/build" && [ -w "$root/build" ]; } 2>/dev/null || die "cannot write to '$root/build'"
}

# need_packages <package>...: installs what is missing, or says what to install and stops.
# Systems without dpkg are left alone: there the build itself shows what is absent.
need_packages() {
  command -v dpkg-query >/dev/null 2>&1 || return 0
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  as_root=
  [ "$(id -u)" = 0 ] || as_root='sudo '
  command="${as_root}apt-get install --no-install-recommends $missing"
  [ -z "${PAR_NO_INSTALL:-}" ] || die "packages are missing: $missing" "install them with: $command"
  [ -z "$as_root" ] || command -v sudo >/dev/null 2>&1 ||
    die "packages are missing and neither root nor sudo is at hand: $missing" \
      "as root: ${command#sudo }"
  say "git-par: installing missing packages: $missing"
  need_build_directory
  logged "$root/build/packages.log" install_packages "$as_root" "$missing" ||
    die "the packages could not be installed" "try: $command"
}

# install_packages <"" or "sudo "> <packages>: a stale or missing package list is the usual reason for a
# failed installation, so it is renewed first; sources that do not answer are no reason to stop.
install_packages() {
  apt="${1}env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300"
  $apt update || :
  # shellcheck disable=SC2086 # a list of words
  $apt install --no-install-recommends $2
}

# logged <file> <command>...: quiet; the end of the log is shown when the command fails. The command does
# not inherit the lock, so nothing that it may leave running holds it.
logged() {
  log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null 9>&- && return 0
  say "git-par: failed: the end of '$log':"
  tail -n 60 "$log" >&2
  return 1
}

jobs() {
  printf '%s' "${PAR_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}"
}

# configure <preset>: a build directory of another place or compiler is set up afresh.
configure() {
  (cd "$root" && { cmake --preset "$1" || cmake --fresh --preset "$1"; })
}

# build <preset> [<target>...]
build() {
  preset=$1
  shift
  configure "$preset" && (cd "$root" && cmake --build "build/$preset" -j "$(jobs)" ${1:+--target "$@"})
}

# lock <name>: holds build/<name>.lock on descriptor 9 until `unlock` or the end of the script, so that
# two callers never build in one directory at a time. Without flock(1) there is no such guard.
lock() {
  need_build_directory
  exec 9>"$root/build/$1.lock"
  command -v flock >/dev/null 2>&1 || return 0
  flock -n 9 || {
    say "git-par: waiting for another build of '$1'"
    flock 9
  }
}

unlock() {
  exec 9>&-
}
