# shellcheck shell=bash
# What an agent would do to find a key: its environment, every process that it sees with the files that it has open, every file
# that it can read. Argument: how the key begins, as a pattern such as abc[d] that matches neither itself nor a command line
# that carries it.
pattern=$1
found=0
report() {
  echo "FOUND in $1"
  found=$((found + 1))
}
env | grep -qa "$pattern" && report "its environment"
processes=0
for process in /proc/[0-9]*; do
  processes=$((processes + 1))
  for part in environ cmdline maps; do
    grep -qa "$pattern" "$process/$part" 2>/dev/null && report "$process/$part"
  done
  for open in "$process"/fd/*; do
    [ -f "$open" ] && grep -qa "$pattern" "$open" 2>/dev/null && report "$open"
  done
done
list=$(mktemp)
find / \( -path /proc -o -path /sys \) -prune -o -type f -readable -print0 2>/dev/null >"$list"
while IFS= read -r file; do
  report "$file"
done < <(xargs -0 -r grep -la "$pattern" <"$list" 2>/dev/null)
files=$(tr -cd '\0' <"$list" | wc -c)
rm "$list"
# Of Sallyport's an agent has the certificates to trust and nothing else, and of the cluster's nothing.
while IFS= read -r path; do
  case $path in
  */sallyport/ca | */ca/ca-bundle.crt | */ca/sandbox-ca.crt | */ca/truststore.p12) ;;
  *) report "$path, which should not be there" ;;
  esac
done < <(find /run/sallyport* /var/run/sallyport* /run/secrets /var/run/secrets -mindepth 1 2>/dev/null)
echo "searched the environment, $processes processes and $files files: the key is in $found of them"
