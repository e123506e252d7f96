"""As claude_turns.py, with Codex, which tells of a message only when all of it is there."""

import json
import os
import subprocess
import sys
from pathlib import Path

configuration = Path.home() / ".codex/config.toml"
configuration.parent.mkdir(exist_ok=True)
configuration.write_text(f"""
model = "gpt-5"
model_provider = "probe"
[model_providers.probe]
name = "probe"
base_url = "{sys.argv[1]}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
""")
command = "echo one two three four five six seven eight"
codex = subprocess.run(
    # Its own sandbox needs rights that an agent has not here.
    ["codex", "exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox",
     "use tool exec_command " + json.dumps({"cmd": command})],
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True,
)  # fmt: skip
items = [event["item"] for event in map(json.loads, codex.stdout.splitlines()) if event["type"] == "item.completed"]
asked, told = (item["text"] for item in items if item["type"] == "agent_message")
[ran] = (item["command"] for item in items if item["type"] == "command_execution")
print(json.dumps({"times": [], "asked": asked, "input": {"command": ran}, "told": told}))
