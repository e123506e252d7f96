# shellcheck shell=bash
# What a machine must have before any long work begins, and the Debian packages that are missing on it.
# Sourced after shell.sh, which must not yet have been needed: this file starts with what even an old bash on macOS can say.

# shellcheck disable=SC2034 # used by the other parts too
# Bits of /proc/self/status CapEff (include/uapi/linux/capability.h).
cap_net_admin=12
cap_sys_admin=21
cap_sys_resource=24

has_capability() {
  local mask
  mask=$(awk '/^CapEff:/ {print $2}' /proc/self/status)
  [ $(((16#$mask >> $1) & 1)) = 1 ]
}

gib_free() { df -Pk "$1" | awk 'NR == 2 {printf "%d", $4 / 1048576}'; }

# The nearest directory above a path that exists already.
existing() {
  local path=$1
  until [ -d "$path" ]; do path=$(dirname "$path"); done
  echo "$path"
}

# check_machine GIB: one line for each thing that only a person can change, all of them before any work; GIB is the disk
# that the work still to do takes.
check_machine() {
  local problems=() need_gib=$1 where
  case $(uname -s) in
  Linux) ;;
  *) problems+=("this needs Linux: on $(uname -s) run it as root in a Debian 12 or 13 virtual machine with 6 GiB of memory") ;;
  esac
  if [ ${#problems[@]} = 0 ]; then
    case $(uname -m) in
    x86_64 | aarch64) ;;
    *) problems+=("this is tried on x86_64 and aarch64 processors only, not on $(uname -m)") ;;
    esac
    command -v apt-get >/dev/null ||
      problems+=("apt-get is missing: use Debian 12 or 13 (here is $(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME-}"))")
    if [ "$(id -u)" != 0 ]; then
      problems+=("not root: it installs packages, makes a base image and may start the Docker daemon; run it as root (sudo $0)")
    elif ! docker_answers && ! { has_capability $cap_sys_admin && has_capability $cap_net_admin; }; then
      problems+=("no Docker daemon answers and none can be started here (CAP_SYS_ADMIN or CAP_NET_ADMIN is missing): use a virtual machine, or a container with these capabilities")
    fi
    [ "$(awk '/^MemTotal:/ {print $2}' /proc/meminfo)" -ge $((5 * 1024 * 1024)) ] ||
      problems+=("less than 5 GiB of memory: builds and a cluster need 6 GiB")
    for where in "$cache" /var/lib/docker; do
      [ "$(gib_free "$(existing "$where")")" -ge "$need_gib" ] ||
        problems+=("less than $need_gib GiB free for $where: make room there (SALLYPORT_CACHE moves the cache)")
    done
  fi
  [ ${#problems[@]} = 0 ] || {
    printf 'error: %s\n' "${problems[@]}" >&2
    exit 1
  }
}

# need_packages PACKAGE...: installs those that are missing, all at once.
need_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] || logged packages "Installing Debian packages: ${missing[*]}" install_packages "${missing[@]}"
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends "$@"
}

# debian_mirror LABEL: the address from which the machine's own apt takes a Debian archive ("Debian" or
# "Debian-Security"), so that what is made here uses it too. Empty if it has none.
debian_mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  local format='$(LABEL) $(REPO_URI)' lines address
  lines=$(apt-get indextargets --format "$format" 'Created-By: Packages' 'Origin: Debian')
  if [ -z "$lines" ]; then # a label is known only once the archive's Release file has been fetched
    apt-get -qq update >&2
    lines=$(apt-get indextargets --format "$format" 'Created-By: Packages' 'Origin: Debian')
  fi
  address=$(awk -v label="$1" '$1 == label {print $2; exit}' <<<"$lines")
  case $address in # a list of mirrors in a file, as Debian's cloud images have it: the first one
  mirror+file:*)
    address=${address#mirror+file:}
    address=$(grep -m1 -oE '^[a-z]+://[^[:space:]]+' "${address%/}")
    ;;
  esac
  echo "${address%/}"
}

# The disk that the work still to do takes: most of it is Go's caches and the images.
gib_needed() {
  if [ -d "$cache/go-tools" ]; then echo 6; else echo 26; fi
}
