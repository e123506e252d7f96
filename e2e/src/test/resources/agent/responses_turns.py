"""As openai_turns.py, with the Responses API."""

import json
import sys
import time

import openai

client = openai.OpenAI(base_url=sys.argv[1] + "/v1")
conversation = [{"role": "user", "content": 'use tool weather {"city": "Tromsø"}'}]
parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
tool = {"type": "function", "name": "weather", "parameters": parameters}


def turn():
    times, text, answer = [], "", None
    for event in client.responses.create(model="gpt-5", input=conversation, tools=[tool], stream=True):
        if event.type == "response.output_text.delta":
            times.append(time.time())
            text += event.delta
        elif event.type == "response.completed":
            answer = event.response
    return times, text, answer


_, asked, answer = turn()
[call] = (item for item in answer.output if item.type == "function_call")
conversation += [
    *answer.output,
    {"type": "function_call_output", "call_id": call.call_id, "output": "one two three four five six seven eight"},
]
times, told, _ = turn()
print(json.dumps({"times": times, "asked": asked, "input": json.loads(call.arguments), "told": told}))
