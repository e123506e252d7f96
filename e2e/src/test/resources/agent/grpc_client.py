"""Sends messages both ways over one stream, then reads another as its messages come. Arguments: the target and the test's case."""

import hashlib
import sys

import grpc

target, which = sys.argv[1:]
payload = open("/tmp/payload", "rb").read()
pieces = [payload[at : at + 65_537] for at in range(0, len(payload), 65_537)]
with grpc.secure_channel(target, grpc.ssl_channel_credentials()) as channel:
    metadata = [("authorization", "Bearer a-dummy-that-agents-hold")]
    echo = channel.stream_stream(f"/probe.{which}/Echo")(iter(pieces), metadata=metadata, timeout=60)
    digest = hashlib.sha256()
    number = 0
    for message in echo:
        digest.update(message)
        number += 1
    print("echoed", number, digest.hexdigest(), dict(echo.trailing_metadata()), flush=True)
    events = channel.unary_stream(f"/probe.{which}/Events")(b"", metadata=metadata, timeout=60)
    print("open", flush=True)
    for message in events:
        print("event", message.decode(), flush=True)
    print(events.code())
