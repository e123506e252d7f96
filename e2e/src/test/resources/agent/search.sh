# What an agent would do to find a key: its environment, every file that it can read, every process that it can see.
# The pattern is written so that neither this text nor the command line that carries it matches.
pattern='sk-ant-rea[l]-'
env | grep -a "$pattern" && echo "FOUND in the environment"
for process in /proc/[0-9]*; do
  for part in environ cmdline maps; do
    grep -aq "$pattern" "$process/$part" 2>/dev/null && echo "FOUND in $process/$part"
  done
  for fd in "$process"/fd/*; do
    [ -f "$fd" ] && grep -aq "$pattern" "$fd" 2>/dev/null && echo "FOUND in $fd"
  done
done
find / \( -path /proc -o -path /sys \) -prune -o -type f -readable -size -64M -print0 2>/dev/null |
  xargs -0 -r grep -alE "$pattern" 2>/dev/null | sed 's/^/FOUND in /'
ls /run/sallyport /var/run/sallyport /var/run/secrets /run/secrets 2>/dev/null | sed 's/^/FOUND: /'
echo "searched $(find / \( -path /proc -o -path /sys \) -prune -o -type f -readable -print 2>/dev/null | wc -l) files"
