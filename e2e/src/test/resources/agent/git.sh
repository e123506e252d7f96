# Clones, adds more than fits into one of Git's buffers, pushes, clones again and compares. Arguments: the URL's beginning, the
# repository's name, and Git's options.
set -euo pipefail
# Git asks without, is asked for a password, and then takes the URL's: the placeholder.
remote=${1/:\/\//:\/\/agent:$GIT_TOKEN@}/$2.git
shift 2
cd "$(mktemp -d)"
git "$@" clone --quiet "$remote" work
head -c 52428817 /dev/urandom >work/large
git -C work add .
git -C work -c user.name=Agent -c user.email=agent@example.com commit --quiet --message "Add a large file"
GIT_TRACE_CURL=1 GIT_TRACE_CURL_NO_DATA=1 git -C work "$@" push --quiet origin HEAD:main
git "$@" clone --quiet "$remote" again
git -C again fsck --full --strict
cmp work/large again/large
cat again/README
