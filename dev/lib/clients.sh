# shellcheck shell=bash source=dev/lib/shell.sh
# The programs that the proxy is tried with as agents use them: those of the machine, and those installed here from package
# registries. Sourced after shell.sh, machine.sh, docker.sh and go.sh.

# client_properties: the Maven properties, a line each, that tell the tests where those programs are.
client_properties() {
  local go
  need_packages ca-certificates curl git python3-venv wget
  command -v npm >/dev/null || need_packages npm
  go=$(go_client)
  printf -- '-Dsallyport.clients.%s\n' "go=$go" "python=$(python_clients)" "node=$(node_clients)"
}

# The directory of the program `client`.
go_client() { go_tools clients sidecar/src/test/resources/clients/go "Building the client in Go"; }

python_clients() {
  local kept
  kept=$cache/clients/python-$(digest -s "$(uname -m) $(/usr/bin/python3 --version)" dev/tools/clients/python)
  [ -d "$kept" ] || logged clients-python "Installing HTTP clients of Python (half a minute)" install_python_clients "$kept"
  echo "$kept"
}

install_python_clients() {
  local kept=$1
  begin_clients "$kept"
  # Debian's own, which the package above goes with, not another that may be first on PATH.
  /usr/bin/python3 -m venv "$kept.part"
  "$kept.part/bin/python" -m pip install --no-cache-dir --only-binary :all: --require-hashes \
    -r "$repo/dev/tools/clients/python/requirements.txt"
  end_clients "$kept"
}

node_clients() {
  local kept
  kept=$cache/clients/node-$(digest -s "$(uname -m)" dev/tools/clients/node)
  [ -d "$kept" ] || logged clients-node "Installing Node.js, npm and clients of theirs (half a minute)" install_node_clients "$kept"
  echo "$kept"
}

install_node_clients() {
  local kept=$1
  begin_clients "$kept"
  mkdir "$kept.part"
  cp "$repo"/dev/tools/clients/node/package*.json "$kept.part"
  (cd "$kept.part" && npm ci --ignore-scripts --no-audit --no-fund)
  end_clients "$kept"
}

begin_clients() {
  mkdir -p "$cache/clients"
  rm -rf "$1.part"
}

end_clients() {
  mv "$1.part" "$1"
  # Those of other versions: a checkout that still uses one installs it again, quickly.
  find "${1%-*}"-* -maxdepth 0 ! -path "$1" -mtime +7 -exec rm -rf {} +
}
