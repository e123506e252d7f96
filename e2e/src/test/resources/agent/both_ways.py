"""Sends so many bytes to the base URL and reads them back at the same time; says whether they are the same."""
import os, socket, sys, threading, urllib.parse, zlib

length = int(sys.argv[1])
url = urllib.parse.urlsplit(os.environ["ECHO_BASE_URL"])
connection = socket.create_connection((url.hostname, url.port), timeout=60)
connection.sendall(
    b"POST %s/ HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n" % (url.path.encode(), url.netloc.encode(), length))
sent = 0


def send():
    global sent
    block, done, number = 1 << 18, 0, 0
    while done < length:
        chunk = bytes([number & 255]) * min(block, length - done)
        sent = zlib.crc32(chunk, sent)
        connection.sendall(chunk)
        done += len(chunk)
        number += 1


sender = threading.Thread(target=send)
sender.start()
stream = connection.makefile("rb")
status = stream.readline().split()[1].decode()
while stream.readline() not in (b"\r\n", b""):
    pass
received, left = 0, length
while left:
    chunk = stream.read1(1 << 18)
    if not chunk:
        break
    received = zlib.crc32(chunk, received)
    left -= len(chunk)
sender.join()
print(status, length - left, "equal" if sent == received else "different")
