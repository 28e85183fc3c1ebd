#!/usr/bin/env python3
"""A tiny HTTP receiver: records what Slack (or any webhook) would get.

    receiver.py --port 0 --log FILE [--fail N] [--status CODE] [--retry-after S]

Prints `ready PORT`, then appends one JSON line for each POST: {"path", "headers", "body", "status"}.
The first N requests are answered with CODE (default 503), the others with 200 and "ok".
"""
import argparse
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

LIMIT = 4 << 20


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", required=True)
    parser.add_argument("--fail", type=int, default=0, metavar="N")
    parser.add_argument("--status", type=int, default=503)
    parser.add_argument("--retry-after", default=None)
    return parser.parse_args()


def make_handler(options):
    lock = Lock()
    count = 0

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            nonlocal count
            length = min(int(self.headers.get("Content-Length") or 0), LIMIT)
            text = self.rfile.read(length).decode("utf-8", "replace")
            try:
                body = json.loads(text)
            except ValueError:
                body = text
            with lock:
                count += 1
                failed = count <= options.fail
                status = options.status if failed else 200
                entry = {"path": self.path, "headers": dict(self.headers), "body": body, "status": status}
                with open(options.log, "a", encoding="utf-8") as log:
                    log.write(json.dumps(entry) + "\n")
            self.answer(status, failed)

        def answer(self, status, failed):
            body = b"no_service" if failed else b"ok"
            self.send_response(status)
            if failed and options.retry_after is not None:
                self.send_header("Retry-After", options.retry_after)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Handler


def main():
    options = parse_arguments()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), make_handler(options))
    print("ready", server.server_address[1], flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
