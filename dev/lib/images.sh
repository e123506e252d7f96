# shellcheck shell=bash
# Sallyport's images, each named by its content: nothing is built twice, and a changed image has another name, so that a cluster
# cannot mistake it for the old one. Sourced after the other parts.

# What there is. Of each program: its Maven module, main class, user and title.
all_images=(proxy operator guard standin demo-agent clients attacker claude-code codex gemini-cli aider coding)
declare -A java_images=(
  [proxy]="sidecar dev.sallyport.sidecar.main.ProxyMain 65533 Sallyport proxy"
  [operator]="operator dev.sallyport.operator.main.OperatorMain 65532 Sallyport operator"
  [standin]="standin dev.sallyport.standin.Main 65531 Sallyport provider stand-in"
)
# Further programs in an image: their names and main classes.
declare -A launchers=(
  [proxy]="sallyport-audit dev.sallyport.sidecar.audit.verify.AuditMain"
)
declare -A repositories=(
  [proxy]=sallyport/proxy [operator]=sallyport/operator [guard]=sallyport/guard
  [standin]=sallyport/provider-standin [demo-agent]=sallyport/demo-agent [clients]=sallyport/clients [attacker]=sallyport/attacker
  [claude-code]=sallyport/example-claude-code [codex]=sallyport/example-codex [gemini-cli]=sallyport/example-gemini-cli
  [aider]=sallyport/example-aider [coding]=sallyport/example-coding
)

declare -A images # the results of build_images: names by what they are of
packaged=''

# build_images [WHICH]...: makes the images that are missing and puts the names of all of them into `images`.
build_images() {
  local which
  [ $# -gt 0 ] || set -- "${all_images[@]}"
  for which in "$@"; do
    [ -n "${repositories[$which]-}" ] || die "no such image: $which (there are: ${all_images[*]})"
  done
  ensure_debian
  mkdir -p "$cache/images"
  for which in "$@"; do
    if [ -n "${java_images[$which]-}" ]; then
      java_image "$which"
    elif [ "$which" = guard ]; then
      guard_image
    elif [ "$which" = clients ]; then
      clients_image
    else
      agent_image "$which"
    fi
    keep_recent "${repositories[$which]}"
  done
}

# java_image WHICH: what the sources made is looked up first, since Maven alone takes longer than all else here if nothing changed.
java_image() {
  local which=$1 sources known module main user title work name
  # All modules' sources, because nothing here knows which is built on which.
  sources=$(cd "$repo" && digest -s "$(image_id debian:trixie-slim)" pom.xml .mvn ./*/pom.xml ./*/src/main dev/images/java "dev/images/$which" dev/lib/images.sh)
  known=$cache/images/$which-$sources
  if [ -f "$known" ] && has_image "$(cat "$known")"; then
    images[$which]=$(cat "$known")
    return 0
  fi
  package_modules
  java_runtime
  read -r module main user title <<<"${java_images[$which]}"
  work=$(mktemp -d "$cache/work.XXXXXX")
  stage_app "$work" "$module" "$main"
  # shellcheck disable=SC2086 # a name and a class
  [ -z "${launchers[$which]-}" ] || stage_launcher "$work" ${launchers[$which]}
  check_modules "$work/app/lib"
  cp -r "$repo/dev/images/$which" "$work/training"
  cp "$repo/dev/images/java/training.sh" "$work/training"
  [ "$which" != proxy ] || cp -r "$repo/standin/target/app/lib" "$work/training/standin"
  # Without the bill of materials, which has the time of its making in it.
  name=${repositories[$which]}:$(digest -s "${images[runtime]} $user $title" -s "$(cat "$repo/dev/images/java/app.Dockerfile")" -C "$work" app training)
  cp "$repo/$module/target/sbom.json" "$work"
  if ! has_image "$name"; then
    chmod -R a+rX "$work"
    # A network of its own: training runs open ports.
    logged "image-$which" "Building $name (half a minute)" build_image "$name" "$work" --network default \
      --file "$repo/dev/images/java/app.Dockerfile" --build-arg "RUNTIME=${images[runtime]}" --build-arg "USER_ID=$user" \
      --build-arg "TITLE=$title" --build-arg "VERSION=$(project_version)"
  fi
  rm -rf "$work"
  images[$which]=$name
  echo "$name" >"$known"
}

# The modules' jars and bills of materials, once.
package_modules() {
  [ -z "$packaged" ] || return 0
  ensure_maven
  logged package "Compiling with Maven (2 minutes when its repository is empty)" \
    mvn --batch-mode --file "$repo/pom.xml" -Dmaven.test.skip=true -Dspotless.check.skip=true \
    package org.cyclonedx:cyclonedx-maven-plugin:makeBom
  packaged=1
}

project_version() { sed -n 's#^  <version>\(.*\)</version>#\1#p' "$repo/pom.xml"; }

java_runtime() {
  images[runtime]=local/sallyport-java:$(digest -s "$(image_id debian:trixie-slim)" dev/images/java/runtime.Dockerfile)
  if ! has_image "${images[runtime]}"; then
    logged runtime "Building the Java runtime ${images[runtime]} (2 minutes)" build_image "${images[runtime]}" \
      "$repo/dev/images/java" --file "$repo/dev/images/java/runtime.Dockerfile"
    keep_recent local/sallyport-java
  fi
}

# stage_app DIRECTORY MODULE MAIN: lays out /opt/app of an image in DIRECTORY/app.
stage_app() {
  local directory=$1 module=$2 main=$3 jar machine
  mkdir -p "$directory"/app/{lib,native} "$directory/unpacked"
  cp "$repo/$module"/target/app/lib/*.jar "$directory/app/lib"
  # Netty's native libraries, for this processor only and as files: it would unpack them at each start, onto a disk that is
  # read-only.
  machine=$(uname -m)
  for jar in "$directory"/app/lib/netty-*linux-"${machine/aarch64/aarch_64}".jar; do
    [ ! -f "$jar" ] || (cd "$directory/unpacked" && "$JAVA_HOME/bin/jar" --extract --file "$jar" META-INF/native)
  done
  find "$directory/unpacked" -name '*.so' -exec cp -t "$directory/app/native" {} +
  rm -rf "$directory/unpacked"
  {
    cat "$repo/dev/images/java/options"
    # In a fixed order, not the directory's: the class cache is bound to it.
    echo "-cp $(cd "$directory/app/lib" && LC_ALL=C printf '/opt/app/lib/%s\n' *.jar | LC_ALL=C sort | paste -sd:)"
    echo "$main"
  } >"$directory/app/arguments"
}

# stage_launcher DIRECTORY NAME MAIN: adds another program to what stage_app has laid out, small beside the one that runs in the
# same container, and without a word of the Java runtime's in its output.
stage_launcher() {
  local directory=$1 name=$2 main=$3
  mkdir -p "$directory/app/bin"
  sed "\$ s/.*/$main/" "$directory/app/arguments" >"$directory/app/$name.arguments"
  cat >"$directory/app/bin/$name" <<SCRIPT
#!/bin/sh
exec /opt/java/bin/java -XX:AOTCache=/opt/app/aot/cache -Xlog:disable @/opt/app/$name.arguments "\$@"
SCRIPT
  sed -i '1i -Xmx32m' "$directory/app/$name.arguments"
  chmod +x "$directory/app/bin/$name"
}

# check_modules LIB: the runtime must have every module that the jars need; a missing one would show only when it is reached.
# java.desktop is not needed: Jackson reads its annotations if they are there.
check_modules() {
  local needed has missing
  needed=$("$JAVA_HOME/bin/jdeps" --multi-release 25 --ignore-missing-deps --print-module-deps "$1"/*.jar 2>/dev/null | tr ',' '\n')
  has=$(docker run --rm "${images[runtime]}" sed -n 's/^MODULES="\(.*\)"/\1/p' /opt/java/release | tr ' ' '\n')
  missing=$(grep -vxF -e java.desktop -e "$has" <<<"$needed" || true)
  [ -n "$needed" ] || die "jdeps does not say which modules the jars in $1 need"
  [ -z "$missing" ] || die "the Java runtime lacks ${missing//$'\n'/, }: add it in dev/images/java/runtime.Dockerfile"
}

guard_image() {
  local name work sources=()
  mapfile -t sources < <(cd "$repo" && find guard -maxdepth 1 -type f ! -name '*_test.go')
  name=${repositories[guard]}:$(digest -s "$(image_id debian:trixie-slim) $(uname -m) $go_version" "${sources[@]}" dev/images/guard pom.xml)
  if ! has_image "$name"; then
    ensure_go
    work=$(mktemp -d "$cache/work.XXXXXX")
    cp "$repo/dev/images/guard/Dockerfile" "$work"
    logged guard "Compiling the guard" build_guard "$work/egress-guard"
    chmod -R a+rX "$work"
    logged image-guard "Building $name (half a minute)" build_image "$name" "$work" --build-arg "VERSION=$(project_version)"
    rm -rf "$work"
  fi
  images[guard]=$name
}

build_guard() {
  (cd "$repo/guard" && CGO_ENABLED=0 GOWORK=off "$go_directory/go" build -trimpath -buildvcs=false -ldflags '-s -w' -o "$1" .)
}

# The guard's own tests, most of them in network namespaces of their own; without the right to make such they say so and are skipped.
test_guard() {
  ensure_go
  need_packages iproute2 nftables util-linux
  (cd "$repo/guard" && export CGO_ENABLED=0 GOWORK=off && "$go_directory/go" vet ./... && "$go_directory/go" test -count=1 -v ./... | test_lines)
}

# Of Go's words on tests: those on what fails or is skipped, and why, and the last.
test_lines() { grep -vE '^ *(=== (RUN|PAUSE|CONT|NAME)|--- PASS)' || true; }

# agent_image WHICH: one of dev/images or of the examples, which users build by themselves.
agent_image() {
  local which=$1 directory=dev/images/$1 base name work
  [ -d "$repo/$directory" ] || directory=examples/images/$which
  base=debian:trixie-slim
  if [ "$which" = demo-agent ] || [ "$which" = coding ]; then
    [ -n "${images[claude-code]-}" ] || agent_image claude-code
    base=${images[claude-code]}
  fi
  name=${repositories[$which]}:$(digest -s "$(image_id debian:trixie-slim) $base" "$directory")
  if ! has_image "$name"; then
    work=$(mktemp -d "$cache/work.XXXXXX")
    cp -r "$repo/$directory/." "$work"
    trust_host "$work"
    chmod -R a+rX "$work"
    logged "image-$which" "Building $name (3 minutes)" build_image "$name" "$work" \
      --build-arg PIP_INDEX_URL --build-arg NPM_CONFIG_REGISTRY --build-arg "BASE=$base"
    rm -rf "$work"
  fi
  images[$which]=$name
}

# The programs of the tests on this machine too, so that both try the same.
clients_image() {
  local name work tried=sidecar/src/test/java/dev/sallyport/sidecar/clients/JavaClient.java
  java_runtime
  name=${repositories[clients]}:$(digest -s "${images[runtime]} $(uname -m) $go_version" dev/images/clients dev/tools/clients \
    sidecar/src/test/resources/clients "$tried")
  if ! has_image "$name"; then
    work=$(mktemp -d "$cache/work.XXXXXX")
    cp "$repo"/dev/images/clients/Dockerfile "$repo"/dev/tools/clients/python/requirements.txt "$repo"/dev/tools/clients/node/package*.json "$work"
    mkdir "$work/clients"
    cp "$repo"/sidecar/src/test/resources/clients/{client,websocket}.{py,mjs} "$(go_client)/client" "$work/clients"
    ensure_maven
    logged clients-maven "Fetching Maven for the agents to use" fetch_maven "$work"
    "$JAVA_HOME/bin/javac" -encoding UTF-8 -proc:none -d "$work/clients/java" "$repo/$tried"
    trust_host "$work"
    chmod -R a+rX "$work"
    logged image-clients "Building $name (4 minutes)" build_image "$name" "$work" \
      --build-arg PIP_INDEX_URL --build-arg NPM_CONFIG_REGISTRY --build-arg "RUNTIME=${images[runtime]}"
    rm -rf "$work"
  fi
  images[clients]=$name
}

# fetch_maven DIRECTORY: the distribution as it is published, for which there is no package without another Java.
fetch_maven() {
  local version
  version=$(cat "$repo/dev/tools/clients/maven/version")
  mvn --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.10.0:copy \
    "-Dartifact=org.apache.maven:apache-maven:$version:tar.gz:bin" "-DoutputDirectory=$1"
  mv "$1/apache-maven-$version-bin.tar.gz" "$1/maven.tar.gz"
  cp "$repo/dev/tools/clients/maven/maven.sha256" "$1"
}
