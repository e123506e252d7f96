"""The web that real clients are tried against, each site a host: an API, a gRPC service, Git repositories, and where programs get
packages from: a Python index, an npm registry, a Debian archive, a Cargo registry, a Go module proxy and a Maven repository.

A request without its host's credential gets 401. Every request is written to a journal before it is answered.
"""

import asyncio
import base64
import functools
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

import git_backend
import grpc
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


def admits(site, method, target, fields):
    """Writes a request down and says whether it has the site's credential."""
    request = {"host": site, "method": method, "target": target, "fields": [list(field) for field in fields]}
    print(json.dumps(request), file=journal, flush=True)
    given = next((value for name, value in fields if name.lower() == "authorization"), "")
    return hmac.compare_digest(given.encode(), CREDENTIALS[site].encode())


async def answer(request):
    site = request.host.split(".")[0]
    if not admits(site, request.method, request.raw_path, request.headers.items()):
        return web.Response(status=401, text="unauthorized", headers={"WWW-Authenticate": 'Basic realm="test"'})
    return await {"api": api, "index": index, "registry": registry, "git": git}.get(site, archive)(request)


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


async def archive(request):
    """/<case>/<file of the site>: those of which a directory of files is all that a program wants."""
    site = request.host.split(".")[0]
    case, _, name = request.path[1:].partition("/")
    file = (FILES / site / name).resolve()
    if site == "cargo" and name == "config.json":
        return web.json_response({"dl": f"https://{request.host}/{case}/crates/{{crate}}-{{version}}.crate"})
    if file.is_relative_to(FILES / site) and file.is_file():
        return web.FileResponse(file)
    return web.Response(status=404)


def write(file, content):
    path = FILES / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_debian_archive():
    write("deb/DEBIAN/control", "Package: sallyport-probe\nVersion: 1.0\nArchitecture: all\nMaintainer: Test <test@example.com>\n"
          "Description: probe\n")  # fmt: skip
    write("deb/usr/share/sallyport-probe/payload.bin", PAYLOAD)
    pool, dists = (FILES / "debian" / part for part in ("pool", "dists/stable"))
    pool.mkdir(parents=True)
    run("dpkg-deb", "--build", "--root-owner-group", FILES / "deb", pool / "sallyport-probe_1.0_all.deb")
    write(dists / "main/binary-all/Packages", run("apt-ftparchive", "packages", "pool", cwd=FILES / "debian").stdout)
    about = {"Suite": "stable", "Codename": "stable", "Components": "main", "Architectures": "all"}
    options = [f"--option=APT::FTPArchive::Release::{name}={value}" for name, value in about.items()]
    write(dists / "Release", run("apt-ftparchive", *options, "release", ".", cwd=dists).stdout)


def write_cargo_registry():
    """https://doc.rust-lang.org/cargo/reference/registry-index.html, sparse."""
    write("crate/sallyport-probe-1.0.0/Cargo.toml", '[package]\nname = "sallyport-probe"\nversion = "1.0.0"\nedition = "2021"\n')
    write("crate/sallyport-probe-1.0.0/src/lib.rs", "pub const ANSWER: u32 = 42;\n")
    write("crate/sallyport-probe-1.0.0/payload.bin", PAYLOAD)
    crate = write("cargo/crates/sallyport-probe-1.0.0.crate", b"")
    run("tar", "--create", "--gzip", "--file", crate, "--directory", FILES / "crate", "sallyport-probe-1.0.0")
    write("cargo/sa/ll/sallyport-probe", json.dumps({
        "name": "sallyport-probe", "vers": "1.0.0", "deps": [], "features": {}, "yanked": False,
        "cksum": hashlib.sha256(crate.read_bytes()).hexdigest()}) + "\n")  # fmt: skip


def write_go_modules():
    """https://go.dev/ref/mod#goproxy-protocol"""
    versions = "go/example.com/probe/@v/"
    module = "module example.com/probe\n\ngo 1.21\n"
    write(versions + "list", "v1.0.0\n")
    write(versions + "v1.0.0.info", '{"Version": "v1.0.0", "Time": "2026-01-01T00:00:00Z"}')
    write(versions + "v1.0.0.mod", module)
    with zipfile.ZipFile(write(versions + "v1.0.0.zip", b""), "w") as files:
        files.writestr("example.com/probe@v1.0.0/go.mod", module)
        files.writestr("example.com/probe@v1.0.0/probe.go", "package probe\n\nconst Answer = 42\n")
        files.writestr("example.com/probe@v1.0.0/payload.bin", PAYLOAD)


def write_maven_repository():
    """A parent and an extension, which Maven itself resolves, without a plugin."""
    parent, extension = ("maven/com/example/%s/1.0/%s-1.0" % (name, name) for name in ("parent", "extension"))
    head = "<project><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><version>1.0</version>"
    write(parent + ".pom", head + "<artifactId>parent</artifactId><packaging>pom</packaging></project>")
    write(extension + ".pom", head + "<artifactId>extension</artifactId></project>")
    with zipfile.ZipFile(write(extension + ".jar", b""), "w") as files:
        files.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        files.writestr("payload.bin", PAYLOAD)
    for file in (parent + ".pom", extension + ".pom", extension + ".jar"):
        write(file + ".sha1", hashlib.sha1((FILES / file).read_bytes()).hexdigest())


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
    """A repository is made, with one commit, when it is first asked for."""
    repository = FILES / "git" / request.path.split("/")[1]
    if not repository.exists():
        shutil.copytree(FILES / "seed.git", repository)
    return await git_backend.serve(request, FILES / "git")


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
        run("git", *command, cwd=seed)


def run(*command, cwd="/"):
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True)


class Grpc(grpc.GenericRpcHandler):
    """/probe.<case>/<method>, messages as they are: Echo gives each back, Events is three, sent as those of `events`."""

    def service(self, call):
        fields = list(call.invocation_metadata)
        if not admits("grpc", "POST", call.method, fields):
            return grpc.unary_unary_rpc_method_handler(self.refuse)
        match call.method.removeprefix("/probe.").split("/"):
            case [_, "Echo"]:
                return grpc.stream_stream_rpc_method_handler(self.echo)
            case [which, "Events"]:
                return grpc.unary_stream_rpc_method_handler(functools.partial(self.events, which))
        return None

    @staticmethod
    async def refuse(_, context):
        await context.abort(grpc.StatusCode.UNAUTHENTICATED, "unauthorized")

    @staticmethod
    async def echo(requests, context):
        async for message in requests:
            await context.write(message)
        context.set_trailing_metadata([("probe-status", "complete")])

    @staticmethod
    async def events(which, _, context):
        turn = turns.setdefault(which, asyncio.Semaphore(0))
        for number in range(3):
            await asyncio.wait_for(turn.acquire(), PATIENCE)
            await context.write(b"%d" % number)


async def serve_grpc(application):
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)])
    server.add_generic_rpc_handlers([Grpc()])
    server.add_secure_port(
        "0.0.0.0:8444", grpc.ssl_server_credentials([(Path("/tmp/key").read_bytes(), Path("/tmp/crt").read_bytes())])
    )
    await server.start()
    application["grpc"] = server


def certificate():
    names = ",".join(f"DNS:{site}.{DOMAIN}" for site in CREDENTIALS)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
        "-subj", "/CN=upstream", "-addext", "subjectAltName=" + names, "-keyout", "/tmp/key", "-out", "/tmp/crt")  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/tmp/crt", "/tmp/key")
    return context


(FILES / "payload").write_bytes(PAYLOAD)
write_wheel()
write_seed()
write_debian_archive()
write_cargo_registry()
write_go_modules()
write_maven_repository()
application = web.Application(client_max_size=1 << 26)
application.router.add_route("*", "/{path:.*}", answer)
application.on_startup.append(serve_grpc)
web.run_app(application, port=8443, ssl_context=certificate(), access_log=None)
