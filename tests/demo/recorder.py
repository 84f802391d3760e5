"""A destination made of nothing but HTTP: records what it gets, and can answer 200, 429, 500 or nothing.

Used by the demonstration, the end-to-end tests and the crash test. Deduplicates by event id, as a real
destination does, and can tell how often it was given an event twice.
"""
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Recorder:
    """Listens on address:port (0: any). `script(recorder, number, body)` gives the answer to the number-th
    request: an HTTP status, (status, headers), or None for silence. Default: 200 always."""

    def __init__(self, name, port=0, script=None, log=None, address="127.0.0.1"):
        self.name, self.script = name, script
        self.lock = threading.Lock()
        self.events = {}          # id -> event, first delivery that was answered 2xx
        self.attempts = {}        # id -> how often it was sent, answered or not
        self.requests = 0
        self.keys = []            # Idempotency-Key of each request
        self.log = open(log, "a", buffering=1) if log else None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                outer.take(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((address, port), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None    # a peer that vanished is no news here
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, http):
        length = int(http.headers.get("Content-Length", 0))
        try:
            body = http.rfile.read(length)
        except OSError:
            body = b""
        if len(body) < length:    # the sender died while it sent
            http.close_connection = True
            return
        arrived = time.time()
        batch = json.loads(body)
        with self.lock:
            number = self.requests
            self.requests += 1
            self.keys.append(http.headers.get("Idempotency-Key"))
            for event in batch["events"]:
                self.attempts[event["id"]] = self.attempts.get(event["id"], 0) + 1
        answer = self.script(self, number, batch) if self.script else 200
        if answer is None:
            time.sleep(4)         # longer than the gateway waits
            http.close_connection = True
            return
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        if 200 <= status < 300:
            with self.lock:
                for event in batch["events"]:
                    self.events.setdefault(event["id"], event)
                    if self.log:
                        self.log.write(json.dumps({"id": event["id"], "at": arrived, "event": event}) + "\n")
        http.send_response(status)
        for name, value in headers.items():
            http.send_header(name, value)
        http.send_header("Content-Length", "0")
        http.end_headers()

    def twice(self):
        with self.lock:
            return sum(1 for count in self.attempts.values() if count > 1)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
