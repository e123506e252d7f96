# Fetches a crate that a project depends on, by the sparse index of a registry in the place of the default one. Argument: its URL.
set -euo pipefail
export CARGO_HOME=
CARGO_HOME=$(mktemp -d)
cd "$(mktemp -d)"
mkdir src .cargo
printf '[package]\nname = "project"\nversion = "1.0.0"\nedition = "2021"\n[dependencies]\nsallyport-probe = "1"\n' >Cargo.toml
echo 'fn main() {}' >src/main.rs
printf '[source.crates-io]\nreplace-with = "probe"\n[source.probe]\nregistry = "sparse+%s/"\n' "$1" >.cargo/config.toml
cargo vendor --respect-source-config
cat vendor/sallyport-probe/src/lib.rs
sha256sum vendor/sallyport-probe/payload.bin
