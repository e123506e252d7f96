"""As anthropic_turns.py, with Claude Code, which runs the tool by itself."""

import json
import os
import subprocess
import sys
import time

command = "echo one two three four five six seven eight"
claude = subprocess.Popen(
    ["claude", "--print", "--output-format", "stream-json", "--verbose", "--include-partial-messages",
     "--allowedTools", "Bash", "--", "use tool Bash " + json.dumps({"command": command})],
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=os.environ | {"ANTHROPIC_BASE_URL": sys.argv[1]},
)  # fmt: skip
turns, used, end = [], None, {}
for line in claude.stdout:
    now = time.time()
    message = json.loads(line)
    match message:
        case {"type": "stream_event", "event": {"type": "message_start"}}:
            turns.append(([], []))
        case {"type": "stream_event", "event": {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}}:
            turns[-1][0].append(now)
            turns[-1][1].append(text)
        case {"type": "assistant", "message": {"content": [{"type": "tool_use", "input": used}]}}:
            pass
        case {"type": "result"}:
            end = message
if claude.wait() or end.get("is_error"):
    sys.exit(f"ended with {claude.returncode}: {end}")
[(_, asked), (times, told)] = turns
print(json.dumps({"times": times, "asked": "".join(asked), "input": used, "told": "".join(told)}))
