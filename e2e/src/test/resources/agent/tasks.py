"""Gives a client its tasks, one after the other, and tells what it says; each line that begins so lets the next event be sent.

What it says on standard error is told only if it fails. Argument, in JSON: the client's command, its tasks (none for a client that takes none), beginnings of lines, and the URL that
lets the next event be sent. The last line said: how many milliseconds after the first event might be sent it was told of.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request

command, tasks, beginnings, following = json.loads(sys.argv[1])
errors = tempfile.TemporaryFile("w+")
client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
released = []
first = None
try:
    for task in tasks or [None]:
        if task:
            print(*task, sep="\t", file=client.stdin, flush=True)
        for line in client.stdout:
            print(line, end="", flush=True)
            if line.startswith(tuple(beginnings)):
                if released and first is None:
                    first = time.monotonic() - released[0]
                released.append(time.monotonic())
                urllib.request.urlopen(following, timeout=60).close()
            if task and line.startswith(("done", "failed")):
                break
    client.stdin.close()
except BaseException:
    client.kill()
    raise
finally:
    if client.wait():
        errors.seek(0)
        print(errors.read(), end="")
print(f"{first * 1000:.3f}" if first is not None else "-")
sys.exit(client.returncode)
