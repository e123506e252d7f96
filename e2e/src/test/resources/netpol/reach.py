"""Tells of each PROTOCOL:ADDRESS:PORT whether something answers there, a line each; what stays silent is shut."""
import socket
import sys

for target in sys.argv[1:]:
    protocol, address, port = target.split(":")
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as s:
        s.settimeout(5)
        try:
            s.connect((address, int(port)))
            if protocol == "udp":
                s.send(b"?")
                s.recv(1)
            print("open")
        except OSError:
            print("shut")
