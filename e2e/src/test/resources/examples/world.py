"""The world that the examples go to, but for the providers. Each host has what the examples do there, and what they must not do.

A request without its host's credential gets 401. Every request is written to a journal before it is answered.
"""

import asyncio
import base64
import hashlib
import hmac
import io
import json
import os
import shutil
import sqlite3
import ssl
import subprocess
import tarfile
import zipfile
from pathlib import Path

import git_backend
from aiohttp import web

CREDENTIALS = json.loads(os.environ["CREDENTIALS"])  # by host: a whole Authorization
FILES = Path("/tmp/world")

FILES.mkdir()
journal = open("/tmp/journal", "a", encoding="utf-8")


async def answer(request):
    host = request.host.split(":")[0]
    fields = [list(field) for field in request.headers.items()]
    print(
        json.dumps({"host": host, "method": request.method, "target": request.raw_path, "fields": fields}),
        file=journal,
        flush=True,
    )
    if host not in HOSTS:
        return web.Response(status=421, text=host)
    given = request.headers.get("Authorization", "")
    if host in CREDENTIALS and not hmac.compare_digest(given.encode(), CREDENTIALS[host].encode()):
        return web.Response(status=401, text="unauthorized", headers={"WWW-Authenticate": 'Basic realm="world"'})
    return await HOSTS[host](request)


async def github_api(request):
    """Whatever is asked is done: it is the proxy that says no."""
    if request.method in ("GET", "HEAD") and request.path == "/repos/octo-org/hello-world":
        return web.json_response({"full_name": "octo-org/hello-world", "default_branch": "main"})
    if request.method == "GET":
        return web.json_response([])
    return web.Response(status=204)


async def github(request):
    return await git_backend.serve(request, FILES / "git")


def write_repositories():
    seed = FILES / "seed"
    seed.mkdir()
    (seed / "README.md").write_text("# Hello, world\n")
    for command in (
        ["init", "--initial-branch=main"],
        ["add", "."],
        ["-c", "user.name=Octo", "-c", "user.email=octo@example.com", "commit", "--message", "First"],
    ):
        subprocess.run(["git", *command], cwd=seed, check=True, capture_output=True)
    for name in ("hello-world", "other"):
        subprocess.run(["git", "clone", "--bare", str(seed), str(FILES / "git/octo-org" / (name + ".git"))], check=True, capture_output=True)  # fmt: skip
    shutil.rmtree(seed)


async def database(request):
    """As PostgREST has it: a table is a path, a column's filter a parameter, and the role reads."""
    table, columns = request.path[1:], request.query.get("select", "*")
    filters = [(name, value[3:]) for name, value in request.query.items() if value.startswith("eq.")]
    if not all(word.isalpha() or word == "*" for word in [table, *columns.split(","), *(name for name, _ in filters)]):
        return web.Response(status=400)
    reader = sqlite3.connect(f"file:{FILES}/shop.db?mode=ro", uri=True)
    reader.row_factory = sqlite3.Row
    try:
        if request.method == "PATCH":
            reader.execute(f"UPDATE {table} SET status = 'paid'")
        where = " AND ".join(f"{name} = ?" for name, _ in filters) or "1"
        rows = reader.execute(
            f"SELECT {columns} FROM {table} WHERE {where} LIMIT ?",
            [*(value for _, value in filters), int(request.query.get("limit", -1))],
        )
        return web.json_response([dict(row) for row in rows])
    except sqlite3.OperationalError as refused:
        return web.json_response({"message": str(refused)}, status=403)
    finally:
        reader.close()


def write_database():
    with sqlite3.connect(FILES / "shop.db") as shop:
        shop.executescript("""
            CREATE TABLE customers (id INTEGER, name TEXT);
            INSERT INTO customers VALUES (1, 'Ada');
            CREATE TABLE orders (id INTEGER, customer INTEGER, status TEXT, total INTEGER);
            INSERT INTO orders VALUES (1, 1, 'open', 300), (2, 1, 'paid', 50);
        """)


PROBE = "sallyport-probe"
packages = {}  # by host and path


async def package(request):
    """Whatever is published is lost, and said to be there."""
    if request.method in ("PUT", "POST"):
        return web.json_response({"ok": True}, status=201)
    found = packages.get((request.host.split(".")[0], request.path))
    if found is None:
        return web.Response(status=404)
    return web.Response(body=found, content_type="text/html" if found.startswith(b"<!DOCTYPE html>") else None)


def archive(files):
    """A tar of these names and contents, compressed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archived:
        for name, content in files.items():
            archived.writestr(name, content)
    return out.getvalue()


def write_npm():
    manifest = {"name": PROBE, "version": "1.0.0", "main": "index.js"}
    tarball = archive({"package/package.json": json.dumps(manifest).encode(), "package/index.js": b"module.exports = 42;\n"})
    path = f"/{PROBE}/-/{PROBE}-1.0.0.tgz"
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    dist = {"tarball": "https://npm.packages.example.com" + path, "integrity": integrity}
    versions = {"1.0.0": manifest | {"dist": dist}}
    packages["npm", path] = tarball
    packages["npm", f"/{PROBE}"] = json.dumps(
        {"name": PROBE, "dist-tags": {"latest": "1.0.0"}, "versions": versions}
    ).encode()


def write_pypi():
    module, name = PROBE.replace("-", "_"), "sallyport_probe-1.0-py3-none-any.whl"
    info = f"{module}-1.0.dist-info"
    wheel = zipped({
        f"{module}.py": b"ANSWER = 42\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {PROBE}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": f"{module}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n".encode(),
    })  # fmt: skip
    digest = hashlib.sha256(wheel).hexdigest()
    packages["pypi", f"/files/{name}"] = wheel
    packages["pypi", f"/simple/{PROBE}/"] = (
        f'<!DOCTYPE html><html><body><a href="../../files/{name}#sha256={digest}">{name}</a></body></html>'.encode()
    )


def write_crates():
    crate = archive({
        f"{PROBE}-1.0.0/Cargo.toml": f'[package]\nname = "{PROBE}"\nversion = "1.0.0"\nedition = "2021"\n'.encode(),
        f"{PROBE}-1.0.0/src/lib.rs": b"pub const ANSWER: u32 = 42;\n",
    })  # fmt: skip
    line = {"name": PROBE, "vers": "1.0.0", "deps": [], "cksum": hashlib.sha256(crate).hexdigest(), "features": {}, "yanked": False}  # fmt: skip
    packages["crates", "/index/config.json"] = b'{"dl": "https://crates.packages.example.com/crates"}'
    packages["crates", f"/index/sa/ll/{PROBE}"] = json.dumps(line).encode() + b"\n"
    packages["crates", f"/crates/{PROBE}/1.0.0/download"] = crate


def write_maven():
    def pom(name, packaging, more=""):
        return (
            f"<project><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><artifactId>{name}</artifactId>"
            f"<version>1.0</version><packaging>{packaging}</packaging>{more}</project>"
        ).encode()

    for name, suffix, content in (
        ("probe-parent", "pom", pom("probe-parent", "pom")),
        ("probe", "pom", pom("probe", "jar")),
        ("probe", "jar", zipped({"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\n"})),
    ):
        path = f"/maven2/com/example/{name}/1.0/{name}-1.0.{suffix}"
        packages["maven", path] = content
        packages["maven", path + ".sha1"] = hashlib.sha1(content).hexdigest().encode()


def write_debian():
    control = f"Package: {PROBE}\nVersion: 1.0\nArchitecture: all\nMaintainer: Test <test@example.com>\nDescription: probe\n"
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": archive({"./control": control.encode()}),
        "data.tar.gz": archive({"./usr/share/probe": b"42\n"}),
    }
    deb = b"!<arch>\n" + b"".join(
        f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content + b"\n" * (len(content) % 2)
        for name, content in members.items()
    )
    path = f"pool/{PROBE}_1.0_all.deb"
    index = f"{control}Filename: {path}\nSize: {len(deb)}\nSHA256: {hashlib.sha256(deb).hexdigest()}\n\n".encode()
    release = "Origin: Test\nSuite: stable\nCodename: trixie\nComponents: main\nArchitectures: amd64 arm64\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n"
    packages["debian", "/debian/" + path] = deb
    for machine in ("amd64", "arm64"):
        name = f"main/binary-{machine}/Packages"
        packages["debian", "/debian/dists/trixie/" + name] = index
        release += f" {hashlib.sha256(index).hexdigest()} {len(index)} {name}\n"
    packages["debian", "/debian/dists/trixie/Release"] = release.encode()


HOSTS = {"github.com": github, "api.github.com": github_api, "db.example.com": database} | {
    kind + ".packages.example.com": package for kind in ("npm", "pypi", "crates", "maven", "debian")
}


def certificate():
    names = ",".join("DNS:" + host for host in HOSTS)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=world", "-addext", "subjectAltName=" + names, "-keyout", "/tmp/key", "-out", "/tmp/crt"],
        check=True, capture_output=True)  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/tmp/crt", "/tmp/key")
    return context


async def serve():
    application = web.Application(client_max_size=1 << 26)
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=8443, ssl_context=certificate()).start()
    await web.TCPSite(runner, port=8080).start()
    await asyncio.Event().wait()


for write in (write_repositories, write_database, write_npm, write_pypi, write_crates, write_maven, write_debian):
    write()
asyncio.run(serve())
