"""Two streamed turns with the official SDK: the model uses a tool, and is told what that said. Argument: the base URL.

Prints one JSON line: when the pieces of the last turn's text came (seconds since the epoch), both texts, and the tool's input.
"""

import json
import sys
import time

import anthropic

client = anthropic.Anthropic(base_url=sys.argv[1])
messages = [{"role": "user", "content": 'use tool weather {"city": "Tromsø"}'}]
tool = {"name": "weather", "description": "The weather of a city.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}  # fmt: skip


def turn():
    times, text = [], ""
    with client.messages.stream(model="claude-sonnet-5-5", max_tokens=1024, messages=messages, tools=[tool]) as stream:
        for piece in stream.text_stream:
            times.append(time.time())
            text += piece
        return times, text, stream.get_final_message()


_, asked, message = turn()
use = next(block for block in message.content if block.type == "tool_use")
result = {"type": "tool_result", "tool_use_id": use.id, "content": "one two three four five six seven eight"}
messages += [{"role": "assistant", "content": message.content}, {"role": "user", "content": [result]}]
times, told, _ = turn()
print(json.dumps({"times": times, "asked": asked, "input": use.input, "told": told}))
