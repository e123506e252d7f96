"""The web that real clients are tried against: an API, a Python index, an npm registry and Git repositories, each a host.

A request without its host's credential gets 401. Every request is written to a journal before it is answered.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import random
import shutil
import ssl
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import unquote

from aiohttp import WSMsgType, web

DOMAIN = os.environ["DOMAIN"]
CREDENTIALS = json.loads(os.environ["CREDENTIALS"])  # by the first label of the host: a whole Authorization
FILES = Path("/tmp/upstream")
# Not compressible, and no multiple of any buffer's size; the agent makes the same.
PAYLOAD = random.Random(42).randbytes(1_000_003)
WHEEL = "sallyport_probe-1.0-py3-none-any.whl"
PATIENCE = 60

FILES.mkdir()
journal = open("/tmp/journal", "a", encoding="utf-8")


async def answer(request):
    site = request.host.split(".")[0]
    print(
        json.dumps(
            {
                "site": site,
                "method": request.method,
                "target": request.raw_path,
                "fields": [list(field) for field in request.headers.items()],
            }
        ),
        file=journal,
        flush=True,
    )
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, CREDENTIALS[site].encode()):
        return web.Response(status=401, text="unauthorized", headers={"WWW-Authenticate": 'Basic realm="test"'})
    return await {"api": api, "index": index, "registry": registry, "git": git}[site](request)


async def api(request):
    """/v1/<what is done>/<which case of the tests it is>"""
    tasks = {
        "document": document,
        "bytes": whole,
        "upload": upload,
        "events": events,
        "next": following,
        "socket": socket,
    }
    match request.path.split("/"):
        case ["", "v1", task, which] if task in tasks:
            return await tasks[task](request, which)
    return web.Response(status=404)


async def document(request, _):
    return web.Response(body=await request.read(), content_type=request.content_type)


async def whole(*_):
    return web.FileResponse(FILES / "payload")


async def upload(request, _):
    digest, length = hashlib.sha256(), 0
    async for piece in request.content.iter_any():
        digest.update(piece)
        length += len(piece)
    return web.Response(text=f"bytes:{length} sha256:{digest.hexdigest()}")


turns = {}


async def events(request, which):
    """Three, each of them sent only once the client has let it be known that it has what came before."""
    turn = turns.setdefault(which, asyncio.Semaphore(0))
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for number in range(3):
        await asyncio.wait_for(turn.acquire(), PATIENCE)
        await response.write(b"data: %d\n\n" % number)
    await asyncio.wait_for(turn.acquire(), PATIENCE)
    return response


async def following(_, which):
    turns.setdefault(which, asyncio.Semaphore(0)).release()
    return web.Response(status=204)


async def socket(request, _):
    """Everything back as it came; a text that begins with "close" ends it with that code."""
    response = web.WebSocketResponse(autoclose=False, max_msg_size=0)
    await response.prepare(request)
    while (message := await response.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
        if message.type is WSMsgType.BINARY:
            await response.send_bytes(message.data)
        elif message.data.startswith("close "):
            await response.close(code=int(message.data[6:]), message=b"as told")
        else:
            await response.send_str(message.data)
    if message.type is WSMsgType.CLOSE:
        await response.close(code=message.data, message=message.extra.encode())
    return response


async def index(request):
    """/<case>/simple/<project>/ (PEP 503), with a link relative to it."""
    match request.path.split("/")[2:]:
        case ["simple", "sallyport-probe", ""]:
            digest = hashlib.sha256((FILES / WHEEL).read_bytes()).hexdigest()
            return web.Response(
                text=f'<!DOCTYPE html><html><body><a href="../../files/{WHEEL}#sha256={digest}">{WHEEL}</a></body></html>',
                content_type="text/html",
            )
        case ["files", name] if name == WHEEL:
            return web.FileResponse(FILES / WHEEL)
    return web.Response(status=404)


def write_wheel():
    content = {
        "sallyport_probe/__init__.py": b"ANSWER = 42\n",
        "sallyport_probe/payload.bin": PAYLOAD,
        "sallyport_probe-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: sallyport-probe\nVersion: 1.0\n",
        "sallyport_probe-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        b"Tag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b'=').decode()},{len(body)}\n"
        for name, body in content.items()
    )
    content["sallyport_probe-1.0.dist-info/RECORD"] = (record + "sallyport_probe-1.0.dist-info/RECORD,,\n").encode()
    with zipfile.ZipFile(FILES / WHEEL, "w") as archive:
        for name, body in content.items():
            archive.writestr(name, body)


packages = {}
tarballs = {}


async def registry(request):
    """What is published here can be installed from here. A scoped name is one segment, its slash encoded."""
    path = request.raw_path.partition("?")[0]
    name = unquote(path[1:])
    if request.method == "PUT":
        published = await request.json()
        files = list(published.pop("_attachments").values())
        for version, manifest in published["versions"].items():
            tarball = f"/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
            manifest["dist"]["tarball"] = f"https://{request.host}{tarball}"
            tarballs[tarball] = base64.b64decode(files[0]["data"])
        packages[name] = published
        return web.json_response({"ok": True}, status=201)
    if unquote(path) in tarballs:
        return web.Response(body=tarballs[unquote(path)], content_type="application/octet-stream")
    if name in packages:
        return web.json_response(packages[name])
    return web.json_response({}, status=404)


async def git(request):
    """Smart HTTP by `git http-backend` (RFC 3875); a repository is made, with one commit, when it is first asked for."""
    repository = FILES / "git" / request.path.split("/")[1]
    if not repository.exists():
        shutil.copytree(FILES / "seed.git", repository)
    backend = await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # Without the length and the encoding: the body is decoded here, and ends with its pipe.
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/tmp",
            "GIT_PROJECT_ROOT": str(FILES / "git"),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "agent",
            "GATEWAY_INTERFACE": "CGI/1.1",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        },
    )
    feeding = asyncio.create_task(feed(request, backend.stdin))
    response = web.StreamResponse()
    while line := (await backend.stdout.readline()).decode().strip():
        name, _, value = line.partition(": ")
        if name == "Status":
            response.set_status(int(value[:3]))
        else:
            response.headers[name] = value
    await response.prepare(request)
    while piece := await backend.stdout.read(65_536):
        await response.write(piece)
    await feeding
    await backend.wait()
    return response


async def feed(request, stdin):
    try:
        async for piece in request.content.iter_any():
            stdin.write(piece)
            await stdin.drain()
    except ConnectionError:
        pass  # it reads no more
    finally:
        stdin.close()


def write_seed():
    seed = FILES / "seed"
    seed.mkdir()
    (seed / "README").write_text("first\n")
    for command in (
        ["init", "--initial-branch=main"],
        ["add", "."],
        ["-c", "user.name=Seed", "-c", "user.email=seed@example.com", "commit", "--message", "First"],
        ["clone", "--bare", ".", "../seed.git"],
    ):
        subprocess.run(["git", *command], cwd=seed, check=True, capture_output=True)


def certificate():
    names = ",".join(f"DNS:{site}.{DOMAIN}" for site in CREDENTIALS)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=upstream", "-addext", "subjectAltName=" + names, "-keyout", "/tmp/key", "-out", "/tmp/crt"],
        check=True, capture_output=True)  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/tmp/crt", "/tmp/key")
    return context


(FILES / "payload").write_bytes(PAYLOAD)
write_wheel()
write_seed()
application = web.Application(client_max_size=1 << 26)
application.router.add_route("*", "/{path:.*}", answer)
web.run_app(application, port=8443, ssl_context=certificate(), access_log=None)
