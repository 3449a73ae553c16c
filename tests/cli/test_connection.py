"""Proxies by the usual variables, and a ``.netrc`` that is not read."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast
from urllib.parse import urlsplit

import pytest

from tests.support.command import Command, assert_refused

USER, PASSWORD = "someone", "p@ss:word/1"
QUOTED = "someone:p%40ss%3Aword%2F1"


class Proxy(ThreadingTCPServer):
    """A CONNECT proxy. It asks for a password if one is given."""

    daemon_threads = True

    def __init__(self, password: str | None) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.wanted = None
        if password:
            pair = base64.b64encode(f"{USER}:{password}".encode()).decode()
            self.wanted = f"Basic {pair}"
        self.tunnels: list[str] = []


class _Tunnel(StreamRequestHandler):
    def handle(self) -> None:
        proxy = cast("Proxy", self.server)
        method, target, _ = self.rfile.readline().decode().split()
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        if proxy.wanted not in (None, headers.get("proxy-authorization")):
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        assert method == "CONNECT"
        proxy.tunnels.append(target)
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port))) as upstream:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(upstream, self.connection), daemon=True)
            back.start()
            _pump(self.connection, upstream)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@contextmanager
def proxy(password: str | None = None) -> Iterator[Proxy]:
    with Proxy(password) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_every_request_goes_through_the_proxy(run: Command) -> None:
    with proxy() as server:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        ran = run.with_environment(HTTPS_PROXY=address).scan_here("-g", "rg-web")
    assert ran.code == 1
    assert set(server.tunnels) == {urlsplit(run.url).netloc}


def test_an_address_without_a_scheme_is_an_http_proxy(run: Command) -> None:
    with proxy() as server:
        address = f"127.0.0.1:{server.server_address[1]}"
        assert run.with_environment(https_proxy=address).scan_here("-g", "rg-web").code == 1
    assert server.tunnels


def test_a_proxy_that_asks_for_a_password(run: Command) -> None:
    with proxy(PASSWORD) as server:
        address = f"127.0.0.1:{server.server_address[1]}"
        ran = run.with_environment(HTTPS_PROXY=f"http://{QUOTED}@{address}").scan_here()
        assert ran.code == 1
        assert server.tunnels
        refused = run.with_environment(HTTPS_PROXY=f"http://someone:secret@{address}").scan_here()
        by_name = run.with_environment(
            HTTPS_PROXY=f"http://someone:secret@{address}", AZURE_AUTHORITY_HOST=None
        )
        before_the_sign_in = by_name.here("scan", "--debug")
    assert_refused(refused, "proxy", "HTTP 407", "HTTPS_PROXY")
    assert "HTTP 407" in before_the_sign_in.last
    assert "secret" not in refused.err + before_the_sign_in.err


def test_a_proxy_for_http_is_not_used(run: Command) -> None:
    assert run.with_environment(HTTP_PROXY="socks5://localhost:1").scan_here().code == 1


def test_the_cloud_setting_of_the_sdk_is_ignored(run: Command) -> None:
    assert run.with_environment(AZURE_SDK_CLOUD_CONF="AzureUSGovernment").scan_here().code == 1


@pytest.mark.parametrize("hosts", ["localhost", "localhost:{port}", ".example,localhost", "*"])
def test_no_proxy_names_the_host(run: Command, hosts: str) -> None:
    direct = hosts.format(port=urlsplit(run.url).port)
    ran = run.with_environment(HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY=direct).scan_here()
    assert ran.code == 1


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://u:secret@[", id="no host"),
        pytest.param("socks5://secret:secret@localhost:1", id="SOCKS"),
        pytest.param("http://", id="only a scheme"),
        pytest.param("http://h:secret", id="port that is no number"),
        pytest.param("http://u%3Ax:secret@localhost:1", id="user with a colon"),
        pytest.param("http://a..secret:3128", id="host with an empty label"),
        pytest.param(f"http://{'secret' * 11}:3128", id="host with a label of 66 letters"),
    ],
)
def test_an_invalid_proxy_is_refused_and_not_shown(run: Command, address: str) -> None:
    proxied = run.with_environment(HTTPS_PROXY=address)
    assert_refused(proxied.scan_here(), "HTTPS_PROXY names no HTTP proxy", "http://host:port")
    assert "secret" not in proxied.scan_here("--debug").err


@pytest.mark.usefixtures("quick")
def test_a_dead_proxy_before_the_endpoint(run: Command) -> None:
    ran = run.with_environment(HTTPS_PROXY="http://localhost:1").scan_here()
    assert_refused(ran, "proxy", "HTTPS_PROXY")


@pytest.mark.usefixtures("quick")
def test_a_proxy_whose_name_is_unknown(run: Command) -> None:
    # A resolver refuses a name of this length without asking any server.
    name = ".".join(["x" * 60] * 5)
    for address in (name, f"http://{name}:3128"):
        ran = run.with_environment(HTTPS_PROXY=address).scan_here()
        assert_refused(ran, f"The proxy before {run.url} cannot be reached", "HTTPS_PROXY")


def test_a_dead_proxy_before_the_sign_in(run: Command) -> None:
    proxied = run.with_environment(HTTPS_PROXY="http://localhost:1", AZURE_AUTHORITY_HOST=None)
    assert_refused(proxied.here("scan"), "HTTPS_PROXY")


@pytest.mark.parametrize("entry", ["machine localhost", "default"])
def test_no_netrc_is_read(run: Command, entry: str) -> None:
    """An entry for the host would replace the token."""
    file = run.folder / ".netrc"
    file.write_text(f"{entry} login someone password secret\n", encoding="utf-8")
    file.chmod(0o600)
    assert run.with_environment(NETRC=str(file)).scan_here("-g", "rg-web").code == 1
