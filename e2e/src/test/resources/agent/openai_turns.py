"""As anthropic_turns.py, with the SDK of OpenAI and its Chat Completions."""

import json
import sys
import time

import openai

client = openai.OpenAI(base_url=sys.argv[1] + "/v1")
messages = [{"role": "user", "content": 'use tool weather {"city": "Tromsø"}'}]
parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
tool = {"type": "function", "function": {"name": "weather", "parameters": parameters}}


def turn():
    times, text, calls = [], "", {}
    for chunk in client.chat.completions.create(model="gpt-5", messages=messages, tools=[tool], stream=True):
        for choice in chunk.choices:
            if choice.delta.content:
                times.append(time.time())
                text += choice.delta.content
            for call in choice.delta.tool_calls or []:
                known = calls.setdefault(call.index, {"id": call.id, "name": call.function.name, "arguments": ""})
                known["arguments"] += call.function.arguments or ""
    return times, text, list(calls.values())


_, asked, [call] = turn()
function = {"name": call["name"], "arguments": call["arguments"]}
messages += [
    {"role": "assistant", "content": asked, "tool_calls": [{"id": call["id"], "type": "function", "function": function}]},
    {"role": "tool", "tool_call_id": call["id"], "content": "one two three four five six seven eight"},
]
times, told, _ = turn()
print(json.dumps({"times": times, "asked": asked, "input": json.loads(call["arguments"]), "told": told}))
