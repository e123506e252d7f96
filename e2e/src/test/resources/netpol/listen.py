"""Answers on some TCP ports and one UDP port, for ever."""
import selectors
import socket

all_ports = selectors.DefaultSelector()
for port in (8080, 8081, 8090, 9000):
    listener = socket.create_server(("", port), backlog=64)
    all_ports.register(listener, selectors.EVENT_READ)
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("", 5353))
all_ports.register(datagrams, selectors.EVENT_READ)
while True:
    for key, _ in all_ports.select():
        if key.fileobj is datagrams:
            data, sender = datagrams.recvfrom(512)
            datagrams.sendto(data, sender)
        else:
            key.fileobj.accept()[0].close()
