# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m aws_emulator: the emulator as a program."""

from __future__ import annotations

import argparse
import json
import os
import signal
import ssl
import sys
import threading
from types import FrameType

from .server import Emulator
from .web import WebServer


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="aws_emulator", description="An AWS emulator that is strict about MFA.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0, the default, takes a free one")
    parser.add_argument("--ready-file", help="written, as one JSON line, when the emulator answers")
    parser.add_argument("--access-log", help="file that gets one line a request; it is appended to")
    parser.add_argument("--tls-cert", help="certificate (PEM) for https")
    parser.add_argument("--tls-key", help="its private key (PEM)")
    parser.add_argument(
        "--until-eof", action="store_true", help="end when standard input ends, so as to leave no orphan"
    )
    parser.add_argument("--until-exit-of", type=int, metavar="PID", help="end when that process has ended")
    options = parser.parse_args()
    if bool(options.tls_cert) != bool(options.tls_key):
        parser.error("--tls-cert and --tls-key go together")
    return options


def wait_for_eof(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def wait_for_exit(process: int, stop: threading.Event) -> None:
    while not stop.wait(0.5):
        try:
            os.kill(process, 0)
        except OSError:
            stop.set()


def main() -> int:
    options = arguments()
    tls = None
    if options.tls_cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls_cert, options.tls_key)
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if options.until_eof:
        threading.Thread(target=wait_for_eof, args=(stop,), daemon=True).start()
    if options.until_exit_of:
        threading.Thread(target=wait_for_exit, args=(options.until_exit_of, stop), daemon=True).start()
    access_log = open(options.access_log, "a", encoding="utf-8") if options.access_log else None
    try:
        server = WebServer(options.port, Emulator(access_log), tls)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        ready = json.dumps({"url": server.url, "pid": os.getpid()})
        if options.ready_file:
            temporary = f"{options.ready_file}.{os.getpid()}"
            with open(temporary, "w", encoding="utf-8") as stream:
                stream.write(ready + "\n")
            os.replace(temporary, options.ready_file)
        print(ready, flush=True)
        stop.wait()
        server.shutdown()
        server.server_close()
    finally:
        if access_log is not None:
            access_log.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
