# Adds a module to a project and verifies it. Argument: the module proxy's URL.
set -euo pipefail
# The world's database of checksums knows nothing of the module.
export GOPROXY=$1 GOSUMDB=off GOFLAGS=-mod=mod GOPATH=
GOPATH=$(mktemp -d)
cd "$(mktemp -d)"
printf 'module example.com/project\n\ngo 1.21\n' >go.mod
go get example.com/probe@latest
go mod verify
cat go.mod
sha256sum "$(go list -m -f '{{.Dir}}' example.com/probe)/payload.bin"
