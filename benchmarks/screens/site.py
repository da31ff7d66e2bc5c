"""The web of a recording: look-alike pages by host name, served over TLS from this machine.

``<host>.html`` in the group's folder of pages answers every path of that host. Pages report where their elements with
an id are on the screen (``pages/common.js``), so that the mouse finds them whatever the layout, zoom or window.
"""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
COMMON = HERE / "pages" / "common.js"


class Site:
    """Serves the pages until closed; ``spots`` maps host to element id to (x, y), pixels of the screen."""

    def __init__(self, folder: Path, pages: str = "pages") -> None:
        self.hosts = tuple(sorted(page.stem for page in (HERE / pages).glob("*.html")))
        self.spots: dict[str, dict[str, tuple[int, int]]] = {}
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=local -keyout {key} -out {certificate}"
        subprocess.run(command.split(), check=True, capture_output=True)
        self.trust = _fingerprint(certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.spots, HERE / pages))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _fingerprint(certificate: Path) -> str:
    """SHA-256 of the public key, base64: what Chromium is told to trust, so that the address bar looks as usual."""
    pipe = f"openssl x509 -in {certificate} -pubkey -noout | openssl pkey -pubin -outform der | openssl sha256 -binary"
    done = subprocess.run(["sh", "-c", pipe], check=True, capture_output=True)
    return base64.b64encode(done.stdout).decode()


def _handler(spots: dict[str, dict[str, tuple[int, int]]], pages: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = COMMON if self.path == "/common.js" else pages / f"{self._host}.html"
            if self.path == "/favicon.ico" or not page.is_file():
                self._answer(404, b"", "text/plain")
            else:
                kind = "text/javascript" if page is COMMON else "text/html"
                self._answer(200, page.read_bytes(), f"{kind}; charset=utf-8")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            spots[self._host] = {name: (int(x), int(y)) for name, (x, y) in json.loads(body).items()}
            self._answer(204, b"", "text/plain")

        @property
        def _host(self) -> str:
            return str(self.headers["Host"]).split(":")[0]

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Requests are not worth a line."""

    return Handler
