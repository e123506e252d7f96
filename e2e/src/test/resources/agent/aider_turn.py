"""One streamed turn with aider, whose model uses no tools. Argument: the base URL."""

import json
import os
import subprocess
import sys
import time

aider = subprocess.Popen(
    ["aider", "--model", "openai/gpt-5", "--no-git", "--yes-always", "--no-check-update", "--no-show-model-warnings", "--no-pretty",
     "--no-analytics", "--message", "count to 12"],
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=os.environ | {"OPENAI_API_BASE": sys.argv[1] + "/v1"},
)  # fmt: skip
answer = " ".join(map(str, range(1, 13)))
output, first = "", None
while piece := os.read(aider.stdout.fileno(), 65_536):
    output += piece.decode()
    if first is None and "\n1" in output:
        first = time.time()
if aider.wait() or answer not in output:
    sys.exit(f"ended with {aider.returncode}:\n{output}")
print(json.dumps({"times": [first], "asked": "", "input": None, "told": answer}))
