# shellcheck shell=bash
# All of the library. Sourced by the scripts a person runs.
case ${BASH_VERSINFO[0]} in
[123]) echo "error: this needs Linux with bash 5: run it as root in a Debian 12 or 13 virtual machine" >&2 && exit 1 ;;
esac
library=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in shell machine docker go java cluster images clients; do
  # shellcheck source=/dev/null
  . "$library/$part.sh"
done
