# shellcheck shell=bash
# What an agent would do to find the key: its environment, every process that it sees, every file that it can read. All keys of
# the demo begin alike; the pattern is written so that neither this text nor a command line that carries it matches.
pattern='sk-ant-dem[o]-'
found=0
report() {
  echo "FOUND in $1"
  found=$((found + 1))
}
env | grep -qa "$pattern" && report "its environment"
processes=0
for process in /proc/[0-9]*; do
  processes=$((processes + 1))
  for part in environ cmdline; do
    grep -qa "$pattern" "$process/$part" 2>/dev/null && report "$process/$part"
  done
done
list=$(mktemp)
find / \( -path /proc -o -path /sys \) -prune -o -type f -readable -print0 2>/dev/null >"$list"
while IFS= read -r file; do
  [ -z "$file" ] || report "$file"
done < <(xargs -0 -r grep -la "$pattern" <"$list" 2>/dev/null)
files=$(tr -cd '\0' <"$list" | wc -c)
rm "$list"
echo "searched the environment, $processes processes and $files files: the key is in $found of them"
