# Fetches a package of a Debian archive with apt and unpacks it. Argument: the archive's URL.
set -euo pipefail
cd "$(mktemp -d)"
mkdir -p state/lists/partial cache/archives/partial
echo "deb [trusted=yes] $1 stable main" >sources.list
# Not as root, hence directories of its own; whom to trust it takes from its configuration alone.
apt() {
  apt-get -o Dir::State="$PWD/state" -o Dir::State::status=/dev/null -o Dir::Cache="$PWD/cache" -o Dir::Etc::sourcelist="$PWD/sources.list" \
    -o Dir::Etc::sourceparts=- -o Acquire::https::CAInfo="$SSL_CERT_FILE" -o Acquire::Languages=none -o APT::Update::Error-Mode=any "$@"
}
apt update
apt download sallyport-probe
dpkg-deb --extract sallyport-probe_1.0_all.deb root
sha256sum root/usr/share/sallyport-probe/payload.bin
