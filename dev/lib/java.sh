# shellcheck shell=bash
# A JDK 25 and Maven. Sourced after shell.sh, machine.sh, docker.sh and go.sh.

# jdk_in DIRECTORY: whether it is the home of a JDK 25, by its own `release` file.
jdk_in() { grep -qE '^JAVA_VERSION="25(\.|")' "$1/release" 2>/dev/null && [ -x "$1/bin/javac" ]; }

find_jdk() {
  local home
  for home in "${JAVA_HOME-}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && jdk_in "$home"; then
      echo "$home"
      return 0
    fi
  done
  return 1
}

# ensure_jdk: sets JAVA_HOME to a JDK 25: the one that is set or installed; else Debian's package, which Debian 13 has; else
# that very package out of a Debian 13 image, kept in the cache and bound to that Debian's C library.
ensure_jdk() {
  local kept
  if ! JAVA_HOME=$(find_jdk); then
    if [ -n "$(apt-cache --quiet=0 policy openjdk-25-jdk-headless 2>/dev/null | grep -E 'Candidate: [0-9]' || true)" ]; then
      need_packages openjdk-25-jdk-headless
      JAVA_HOME=$(find_jdk)
    else
      kept=$cache/jdk-$(digest -s "$(uname -m)" dev/lib/java)
      if [ ! -d "$kept" ]; then
        ensure_debian
        logged jdk "Fetching a JDK 25 from Debian 13 (1 minute)" extract_from_image local/sallyport-jdk:extract dev/lib/java /jdk "$kept" --build-arg "JDK_HOME=$kept"
      fi
      JAVA_HOME=$kept
    fi
  fi
  export JAVA_HOME
  "$JAVA_HOME/bin/java" -version 2>/dev/null || die "the JDK in $JAVA_HOME does not run"
}

ensure_maven() {
  command -v mvn >/dev/null || need_packages maven
  ensure_jdk
}
