"""A WebSocket server of Autobahn's library, which sends every message back: its port is told on standard output."""

import asyncio
import ssl
import sys

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept


class Echo(WebSocketServerProtocol):
    def onMessage(self, payload, isBinary):
        self.sendMessage(payload, isBinary)


def accept(offers):
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer):
            return PerMessageDeflateOfferAccept(offer)
    return None


async def main(certificate):
    factory = WebSocketServerFactory()
    factory.protocol = Echo
    # As Autobahn's own test server: failures are told by a close frame, and a close comes back as it was.
    factory.setProtocolOptions(
        failByDrop=False,
        echoCloseCodeReason=True,
        perMessageCompressionAccept=accept,
        openHandshakeTimeout=60,
        closeHandshakeTimeout=60,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1]))
