# shellcheck shell=bash
# What the training runs share. Sourced by an image's `train`, which gets the path of java; runs in the image, as root, in a
# container with a network of its own.
set -euo pipefail
java=$1
work=$(mktemp -d)

# launch LOG COMMAND...: runs something in the background, as $program.
launch() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 &
  program=$!
  begun=$(date +%s%N)
}

# start LOG ARGUMENT...: launches the image's program with the options of this round.
start() {
  local log=$1
  shift
  launch "$log" "$java" "${round[@]}" @/opt/app/arguments "$@"
}

# request PORT TEXT: sends raw HTTP/1.1 to a local port and prints the answer; the request must ask for the connection's end.
request() {
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf '%b' "$2" >&3
  cat <&3
  exec 3>&-
}

# succeeds PORT TEXT: a request that must be answered with 200.
succeeds() {
  local answer
  answer=$(request "$1" "$2")
  [[ $answer == "HTTP/1.1 200 "* ]] || {
    printf 'an unexpected answer on port %s:\n%s\n' "$1" "$answer" >&2
    return 1
  }
}

# ready PORT PATH: waits until a GET on a local port is answered with 200.
ready() {
  local tries
  for tries in $(seq 3000); do
    if succeeds "$1" "GET $2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" 2>/dev/null; then
      echo "round $number: port $1 answers after $((($(date +%s%N) - begun) / 1000000)) ms"
      return 0
    fi
    kill -0 "$program" 2>/dev/null || break
    sleep 0.02
  done
  cat "$work"/*.log >&2
  echo "no answer on port $1 after $tries tries" >&2
  return 1
}

# finish: ends the program as Kubernetes does. Its cache is written on the way out.
finish() {
  kill -TERM "$program"
  wait "$program" || true
}

# rounds FUNCTION: the run that makes the cache, then one that must be able to use it.
rounds() {
  number=1 round=(-XX:AOTCacheOutput=/opt/app/aot/cache)
  "$1"
  test -s /opt/app/aot/cache || {
    cat "$work"/*.log >&2
    echo "the training run left no cache" >&2
    return 1
  }
  # shellcheck disable=SC2034 # read by start
  number=2 round=(-XX:AOTMode=on -XX:AOTCache=/opt/app/aot/cache)
  "$1"
}
