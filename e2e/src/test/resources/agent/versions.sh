# The programs of the image and their versions, a line each.
set -euo pipefail
tell() {
  [ -n "$2" ] || { echo "no version of $1" >&2; exit 1; }
  printf '%s\t%s\n' "$1" "$2"
}
tell curl "$(curl --version | sed -n '1s/^curl \([^ ]*\) .*/\1/p')"
tell wget "$(wget --version | sed -n '1s/^GNU Wget \([^ ]*\) .*/\1/p')"
tell git "$(git --version | sed 's/^git version //')"
for package in httpx httpx2 requests aiohttp pip uv; do
  tell "$package" "$(python -c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))' "$package")"
done
tell apt "$(apt-get --version | sed -n '1s/^apt \([^ ]*\) .*/\1/p')"
tell cargo "$(cargo --version | sed 's/^cargo \([^ ]*\) .*/\1/')"
tell go "$(go version | sed 's/^go version go\([^ ]*\) .*/\1/')"
tell mvn "$(mvn --version 2>/dev/null | sed -n '1s/.*Apache Maven \([^ ]*\) .*/\1/p')"
tell 'grpcio (Python)' "$(python -c 'import grpc; print(grpc.__version__)')"
tell 'websockets (Python)' "$(python -c 'import importlib.metadata; print(importlib.metadata.version("websockets"))')"
node=$(node --version)
for name in 'fetch of Node.js' 'WebSocket of Node.js'; do tell "$name" "${node#v}"; done
tell undici "$(node -p 'require("/opt/node_modules/undici/package.json").version')"
tell 'ws (Node.js)' "$(node -p 'require("/opt/node_modules/ws/package.json").version')"
tell npm "$(npm --version)"
tell 'Go net/http' "$(grep -aom1 'go1\.[0-9]*\.[0-9]*' /opt/clients/client | head -n 1 | sed 's/^go//')"
tell 'Java HttpClient' "$(java -version 2>&1 | sed -n 's/^openjdk version "\([^"]*\)".*/\1/p')"
