"""One streamed turn with the official SDK, as an agent makes it: a base URL, a dummy key, and nothing else.

Prints one JSON line: when the first text came (seconds since the epoch), and the whole text.
"""

import json
import sys
import time

import anthropic

first = None
text = ""
with anthropic.Anthropic(max_retries=0).messages.stream(
    model="claude-sonnet-4-5", max_tokens=1024, messages=[{"role": "user", "content": sys.argv[1]}]
) as stream:
    for piece in stream.text_stream:
        first = first or time.time()
        text += piece
print(json.dumps({"first": first, "text": text}))
