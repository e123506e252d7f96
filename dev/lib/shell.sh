# shellcheck shell=bash
# What every script here starts from: strict mode, words to the person who
# watches, one cache directory keyed by content. Sourced, never run.
# All words go to standard error: standard output is for results.
set -euo pipefail
shopt -s inherit_errexit

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${SALLYPORT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sallyport}

say() { printf '    %s\n' "$*" >&2; }
step() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

minutes() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# logged NAME WORDS COMMAND...: runs a step that takes a while. Its output goes to a log; every half minute one line tells
# that it is still at it; when it fails, the end of the log is shown.
logged() {
  local words=$2 log=$cache/logs/$1.log begun=$SECONDS result=0 ticker alive
  shift 2
  mkdir -p "$cache/logs"
  step "$words"
  # The ticker ends when the last holder of the pipe's other end does, so that an interrupted script leaves nothing behind.
  exec {alive}> >(
    waited=0
    while read -rt 30 _ || [ $? -gt 128 ]; do
      waited=$((waited + 30))
      say "still at it after $(minutes $waited): ${words%% (*} (log: $log)"
    done
  )
  ticker=$!
  # Not `|| result=$?`, which would switch `set -e` off in the step.
  set +e
  (
    set -e
    exec {alive}>&-
    "$@"
  ) >"$log" 2>&1
  result=$?
  set -e
  exec {alive}>&-
  wait "$ticker" || true
  if [ "$result" != 0 ]; then
    tail -n 40 "$log" >&2
    die "${words%% (*} failed (status $result); the whole log: $log"
  fi
  [ $((SECONDS - begun)) -lt 10 ] || say "done in $(minutes $((SECONDS - begun)))"
}

# digest [-s STRING]... [-C DIRECTORY] [PATH]...: 12 hex digits that change when a string, or a name or content of a file at or
# below one of the paths changes; paths are relative to DIRECTORY, by default the repository.
digest() {
  local strings=() directory=$repo
  while [ "${1-}" = -s ] || [ "${1-}" = -C ]; do
    if [ "$1" = -s ]; then strings+=("$2"); else directory=$2; fi
    shift 2
  done
  {
    printf '%s\0' "${strings[@]+"${strings[@]}"}"
    if [ $# -gt 0 ]; then
      (cd "$directory" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
    fi
  } | sha256sum | cut -c1-12
}

# one_at_a_time: waits for other runs of these scripts by the same user; the lock is held until this script ends.
# Children that outlive the script must be started with 9>&-.
one_at_a_time() {
  [ -z "${SALLYPORT_LOCKED-}" ] || return 0
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  if ! flock -n 9; then
    say "another run works in $cache; waiting for it to end"
    flock 9
  fi
  export SALLYPORT_LOCKED=1
  # Left behind by a run that was killed.
  rm -rf --one-file-system "$cache"/work.??????
}
