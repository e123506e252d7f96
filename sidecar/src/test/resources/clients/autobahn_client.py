"""Autobahn's client with permessage-deflate (RFC 7692): sends messages of a size, one after the other, and tells what came back.

Arguments: the URL, and the proxy's port for a tunnel or 0; a line `size number context` each on standard input is a connection.
"""

import asyncio
import os
import random
import socket
import ssl
import sys
from urllib.parse import urlsplit

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import (
    PerMessageDeflateOffer,
    PerMessageDeflateResponse,
    PerMessageDeflateResponseAccept,
)

WORDS = [word * 3 for word in ("credential", "w\u00f6rld", "sallyport", "0123456789", "\u4e16\u754c")]


def message(size, seed):
    """Compresses, but not to nothing."""
    generator = random.Random(seed)
    text = b""
    while len(text) < size:
        text += (generator.choice(WORDS) + str(generator.random())).encode()
    return text[:size]


async def connection(loop, url, proxy, size, number, no_context):
    parts = urlsplit(url)
    ended = loop.create_future()
    sent = [message(size, seed) for seed in range(number)]
    came = []

    class Client(WebSocketClientProtocol):
        deflated = False

        def onOpen(self):
            self.deflated = bool(self.websocket_extensions_in_use)
            self.sendMessage(sent[0], True)

        def onMessage(self, payload, isBinary):
            came.append(payload)
            if len(came) == number:
                self.sendClose(1000, "done")
            else:
                self.sendMessage(sent[len(came)], True)

        def onClose(self, wasClean, code, reason):
            if not ended.done():
                ended.set_result((self.deflated, wasClean, code))

    factory = WebSocketClientFactory(url, headers={"Authorization": "Bearer " + os.environ["API_KEY"]})
    factory.protocol = Client
    factory.setProtocolOptions(
        openHandshakeTimeout=60,
        closeHandshakeTimeout=60,
        perMessageCompressionOffers=[
            PerMessageDeflateOffer(request_no_context_takeover=no_context, accept_no_context_takeover=True)
        ],
        perMessageCompressionAccept=lambda response: (
            PerMessageDeflateResponseAccept(response) if isinstance(response, PerMessageDeflateResponse) else None
        ),
    )
    if proxy:
        tunnel = opened(proxy, parts.netloc)
        trust = ssl.create_default_context()
        await loop.create_connection(factory, sock=tunnel, ssl=trust, server_hostname=parts.hostname)
    else:
        await loop.create_connection(factory, parts.hostname, parts.port)
    deflated, clean, code = await ended
    return f"{'deflated' if deflated else 'plain'} {'equal' if came == sent else 'different'} {clean} {code}"


def opened(proxy, authority):
    tunnel = socket.create_connection(("127.0.0.1", proxy))
    tunnel.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += tunnel.recv(1)
    if b" 200 " not in head.splitlines()[0]:
        raise OSError(head)
    tunnel.setblocking(False)
    return tunnel


async def main(url, proxy):
    loop = asyncio.get_running_loop()
    for line in sys.stdin:
        size, number, context = line.split()
        print(await connection(loop, url, int(proxy), int(size), int(number), context == "none"), flush=True)


asyncio.run(main(*sys.argv[1:]))
