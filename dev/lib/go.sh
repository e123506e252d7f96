# shellcheck shell=bash
# Go, and programs built from Go modules. Sourced after shell.sh, machine.sh and docker.sh.

go_version=1.26.8
go_directory='' # of a go that is not on PATH

go_is_enough() {
  local have
  have=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  [ "$(printf '%s\n' go1.26 "${have%% *}" | sort -V | head -n 1)" = go1.26 ]
}

# Go 1.26 on PATH; else any Go since 1.21 fetches that version by itself (GOTOOLCHAIN). Debian 13 has such a one; Debian 12 has
# not, and gets that of Debian 13, which runs there because it is linked statically.
ensure_go() {
  [ -z "$go_directory" ] || return 0
  if command -v go >/dev/null && go_is_enough go; then
    go_directory=$(dirname "$(command -v go)")
    return 0
  fi
  export GOTOOLCHAIN=go$go_version
  if [ "$(. /etc/os-release && echo "${VERSION_ID-0}")" -ge 13 ]; then
    need_packages golang-go
    go_directory=/usr/bin
    return 0
  fi
  local kept
  kept=$cache/go-$(digest dev/lib/go)
  if [ ! -d "$kept" ]; then
    ensure_debian
    logged go "Fetching Go (1 minute)" extract_from_image local/sallyport-go:extract dev/lib/go /go "$kept"
  fi
  go_directory=$kept/bin
}

# go_tools NAME MODULE_DIRECTORY WORDS: the directory that holds the programs which the module's go.mod lists as tools. Built
# with the directory's own `build` where it has one, which gets the output directory as GOBIN.
go_tools() {
  local name=$1 module=$2 words=$3 kept
  kept=$cache/go-tools/$name-$(digest -s "$(uname -m)" "$module")
  if [ ! -d "$kept" ]; then
    ensure_go
    logged "go-$name" "$words" build_go_tools "$repo/$module" "$kept"
  fi
  echo "$kept"
}

build_go_tools() {
  local module=$1 kept=$2
  mkdir -p "$cache/go-tools"
  rm -rf "$kept.part"
  export GOBIN=$kept.part PATH=$go_directory:$PATH GOFLAGS=-trimpath GOWORK=off
  cd "$module" || return
  if [ -x ./build ]; then
    ./build
  else
    CGO_ENABLED=0 go install -ldflags '-s -w' tool
  fi
  mv "$kept.part" "$kept"
  # Those of other versions: a checkout that still uses one builds it again, quickly.
  find "${kept%-*}"-* -maxdepth 0 ! -path "$kept" -mtime +7 -exec rm -rf {} +
}
