"""Speaks WebSocket with the library `websockets`: what comes back is told, a line each, as websocket.mjs does."""

import asyncio
import hashlib
import os
import sys

from websockets.asyncio.client import connect

KEY = os.environ["API_KEY"]


def say(*fields):
    print(*fields, sep="\t", flush=True)


async def main(url, payload):
    with open(payload, "rb") as file:
        content = file.read()
    credentials = {"Authorization": "Bearer " + KEY}
    async with connect(url, additional_headers=credentials, max_size=None) as socket:
        say("open", ",".join(type(extension).__name__ for extension in socket.protocol.extensions))
        await socket.send("w\u00f6rld")
        say("text", await socket.recv())
        await socket.send(content)
        say("binary", hashlib.sha256(await socket.recv()).hexdigest())

        async def fragments():
            for at in range(0, len(content), 70_001):
                yield content[at : at + 70_001]

        await socket.send(fragments())
        say("fragments", hashlib.sha256(await socket.recv()).hexdigest())
        await (await socket.ping(b"there?"))
        say("pong")
        await socket.send("close 4001")
        await socket.wait_closed()
        say("closed", socket.close_code, socket.close_reason)
    async with connect(url, additional_headers=credentials) as socket:
        await socket.close(4002, "enough")
        say("closed", socket.close_code, socket.close_reason)


asyncio.run(main(*sys.argv[1:]))
