# shellcheck shell=bash
# Docker: a daemon that answers, the Debian base image, and builds whose images are named by what went into them.
# Works with the classic builder and with BuildKit, whatever the client has. Sourced after shell.sh and machine.sh.

docker_answers() { docker info >/dev/null 2>&1; }

# The daemon that already runs, else one that we start: by the service manager, or by hand where there is none.
ensure_docker() {
  local state=$cache/docker tries
  docker_answers && return 0
  if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
    need_packages docker.io iptables
  fi
  docker_answers && return 0 # the package may have started it
  step "Starting the Docker daemon"
  mkdir -p "$state"
  if [ -d /run/systemd/system ]; then
    systemctl start docker || die "systemd cannot start Docker: see journalctl -u docker"
  else
    rm -f /var/run/docker.pid
    setsid nohup dockerd --pidfile "$state/dockerd.pid" >"$state/dockerd.log" 2>&1 </dev/null 9>&- &
  fi
  for tries in $(seq 60); do
    docker_answers && return 0
    sleep 0.5
  done
  [ ! -f "$state/dockerd.log" ] || tail -n 15 "$state/dockerd.log" >&2
  die "the Docker daemon does not answer after $((tries / 2)) s; its log: $state/dockerd.log. If this machine cannot run it, use a virtual machine"
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

image_id() { docker image inspect -f '{{.Id}}' "$1"; }

# registry_has IMAGE: whether a registry answers for that image, within 10 s. Without one everything is built here.
registry_has() { [ -z "${SALLYPORT_OFFLINE-}" ] && timeout 10 docker manifest inspect "$1" >/dev/null 2>&1; }

# debian:trixie-slim, the base of every image: pulled if a registry has it, else made with debootstrap.
ensure_debian() {
  has_image debian:trixie-slim && return 0
  if registry_has debian:trixie-slim; then
    logged debian "Pulling debian:trixie-slim" docker pull debian:trixie-slim
  else
    need_packages debootstrap
    logged debian "No image registry answers: making debian:trixie-slim with debootstrap (1 minute)" make_debian
  fi
}

make_debian() {
  local work root archive security
  archive=$(debian_mirror Debian)
  security=$(debian_mirror Debian-Security)
  [ -n "$archive" ] || die "apt has no source labelled Debian: debootstrap would have nothing to fetch from"
  work=$(mktemp -d "$cache/work.XXXXXX")
  # shellcheck disable=SC2064 # the directory as it is now
  trap "rm -rf --one-file-system '$work'" EXIT
  root=$work/root
  debootstrap --variant=minbase --include=ca-certificates trixie "$root" "$archive"
  {
    echo "deb $archive trixie main"
    echo "deb $archive trixie-updates main"
    [ -z "$security" ] || echo "deb $security trixie-security main"
  } >"$root/etc/apt/sources.list"
  # What makes it slim, now and in later installs: no documentation, no translations.
  cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<'SLIM'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
force-unsafe-io
SLIM
  cat >"$root/etc/apt/apt.conf.d/docker" <<'APT'
APT::Keep-Downloaded-Packages "false";
Acquire::Languages "none";
APT
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  rm -rf "$root"/usr/share/{man,info,locale}/* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin \
    "$root"/var/cache/apt/archives/*.deb "$root"/var/log/*.log "$root"/etc/resolv.conf "$root"/etc/hostname
  tar -C "$root" --numeric-owner -c . | docker import --change 'CMD ["bash"]' - debian:trixie-slim
}

# build_image NAME CONTEXT [ARGUMENT]...: one docker build, on the host's network and with its proxy variables, because a
# container's own network may not reach the packages.
build_image() {
  local name=$1 context=$2 variable variables=()
  shift 2
  for variable in HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
    [ -z "${!variable-}" ] || variables+=(--build-arg "$variable")
  done
  docker build --force-rm --network host "${variables[@]+"${variables[@]}"}" --tag "$name" "$@" "$context"
}

# extract_from_image NAME DOCKERFILE_DIRECTORY PATH TO [ARGUMENT]...: builds an image (with arguments for docker build) and keeps
# one directory of it on the host.
extract_from_image() {
  local name=$1 directory=$2 path=$3 to=$4 container
  build_image "$name" "$repo/$directory" "${@:5}"
  container=$(docker create "$name" none)
  rm -rf "$to.part"
  docker cp "$container:$path" "$to.part"
  docker rm "$container"
  docker image rm "$name"
  mv "$to.part" "$to"
}

# trust_host CONTEXT: puts the host's certificate authorities into a build context, for stages that fetch over TLS on a network
# where it is re-signed. Such stages must not be the final one.
trust_host() {
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$1/host-ca.crt"
  else
    : >"$1/host-ca.crt"
  fi
}

# keep_recent REPOSITORY: removes all but its three newest images. Those in use stay, Docker refuses to remove them.
keep_recent() {
  docker image ls --format '{{.CreatedAt}}|{{.Repository}}:{{.Tag}}' "$1" | LC_ALL=C sort -r | tail -n +4 | cut -d'|' -f2 |
    xargs -r docker image rm >/dev/null 2>&1 || true
}
