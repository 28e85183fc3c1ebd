#!/usr/bin/env python3
"""Serves the bare repositories of a folder over smart HTTP, for reading, through git's own http-backend.

    git_server.py --root DIR [--port 0] [--token TEXT] [--silent] [--cert PEM]

Prints `ready PORT`. With --token, basic authentication with that password is required. With --silent the
server accepts requests and never answers. --cert: HTTPS with the key and certificate of that file.
"""
import argparse
import base64
import os
import ssl
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--cert")
    return parser.parse_args()


def make_handler(options):
    class Handler(BaseHTTPRequestHandler):
        def allowed(self):
            given = self.headers.get("Authorization", "")
            if not given.startswith("Basic "):
                return False
            return base64.b64decode(given[6:]).decode().partition(":")[2] == options.token

        def serve(self):
            if options.silent:
                time.sleep(600)
            if options.token and not self.allowed():
                self.send_error(401)
                return
            path, _, query = self.path.partition("?")
            length = int(self.headers.get("Content-Length") or 0)
            environment = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": os.path.abspath(options.root),
                "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
                "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(length),
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
            }
            done = subprocess.run(["git", "http-backend"], input=self.rfile.read(length),
                                  env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
            head, _, body = done.stdout.partition(b"\r\n\r\n")
            headers = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
            status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
            self.send_response(status)
            for name, value in headers:
                if name not in ("Status", "Content-Length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = serve

        def log_message(self, *args):
            pass

    return Handler


def main():
    options = parse_arguments()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), make_handler(options))
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print("ready", server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
