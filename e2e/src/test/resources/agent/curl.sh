# A document with the agent's own key, an upload of unknown length and a download. Arguments: the URL's beginning, the case of the
# test, and curl's options.
set -euo pipefail
url=$1 which=$2
shift 2
ask() { curl --silent --show-error --suppress-connect-headers "$@"; }
ask "$@" --data '{"text":"wörld"}' --header 'Content-Type: application/json' --header "Authorization: Bearer $API_KEY" \
  --write-out '\n%{http_version} %{response_code} %{content_type}\n' "$url/v1/document/$which"
ask "$@" --upload-file - "$url/v1/upload/$which" </tmp/payload
echo
ask "$@" "$url/v1/bytes/$which" | sha256sum
