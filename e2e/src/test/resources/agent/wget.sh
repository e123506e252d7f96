# Continues a download that was broken off, and sends a file. wget knows no variable for whom to trust. Arguments: the URL's
# beginning and the case of the test.
set -euo pipefail
url=$1 which=$2
cd "$(mktemp -d)"
head -c 456789 /tmp/payload >fetched
wget --quiet --ca-certificate="$SSL_CERT_FILE" --continue --output-document=fetched "$url/v1/bytes/$which"
sha256sum <fetched
wget --quiet --ca-certificate="$SSL_CERT_FILE" --output-document=- --post-file=/tmp/payload "$url/v1/upload/$which"
