"""As claude_turns.py, with the Gemini CLI."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

settings = Path.home() / ".gemini/settings.json"
settings.parent.mkdir(exist_ok=True)
settings.write_text(json.dumps({
    "security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": False}}))  # fmt: skip
command = "echo one two three four five six seven eight"
gemini = subprocess.Popen(
    ["gemini", "--yolo", "--output-format", "stream-json", "--model", "gemini-2.5-pro",
     "--prompt", "use tool run_shell_command " + json.dumps({"command": command})],
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    env=os.environ | {"GOOGLE_GEMINI_BASE_URL": sys.argv[1], "GEMINI_CLI_TRUST_WORKSPACE": "true"},
)  # fmt: skip
asked, told, times, used, status = "", "", [], None, None
for line in gemini.stdout:
    now = time.time()
    match json.loads(line):
        case {"type": "message", "role": "assistant", "content": text} if used is None:
            asked += text
        case {"type": "message", "role": "assistant", "content": text}:
            times.append(now)
            told += text
        case {"type": "tool_use", "parameters": used}:
            pass
        case {"type": "result", "status": status}:
            pass
if gemini.wait() or status != "success":
    sys.exit(f"ended with {gemini.returncode}: {status}")
print(json.dumps({"times": times, "asked": asked, "input": used, "told": told}))
