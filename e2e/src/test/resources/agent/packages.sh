# Installs a package with pip or uv and uses it. Arguments: which of them, and the index's URL.
set -euo pipefail
target=$(mktemp -d)
case $1 in
pip) pip install --no-cache-dir --no-deps --target "$target" --index-url "$2" sallyport-probe ;;
uv) uv pip install --no-cache --python "$(command -v python)" --target "$target" --index-url "$2" sallyport-probe ;;
esac
PYTHONPATH=$target python -c 'import sallyport_probe; print(sallyport_probe.ANSWER)'
sha256sum "$target/sallyport_probe/payload.bin"
