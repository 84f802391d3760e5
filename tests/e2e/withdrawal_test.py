#!/usr/bin/env python3
"""Withdrawals over real sockets, against loaded queues: no send starts after the answer, on either store.

One loop plays the destinations and the person who withdraws, so that there is one order of things: when an answer has
come, everything that had reached the destinations by then is read first, and only what comes later counts as late.

  withdrawal_test.py OCTROI [unittest arguments]      OCTROI_WITHDRAWALS: how many on each store (300)
"""
import collections
import json
import os
import random
import re
import selectors
import socket
import sys
import tempfile
import time
import unittest

from e2e_test import OCTROI, Gateway, free_ports, line
from postgres import PostgresServer

PEOPLE = int(os.environ.get("OCTROI_WITHDRAWALS", "300"))
EACH = 5


class Connection:
    def __init__(self, sock):
        self.sock, self.data, self.began = sock, b"", None


class World:
    """Three destinations and one client in one loop."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.listeners, self.ports = {}, {}
        self.step, self.requests = 0, 0            # one clock for everything that is seen
        self.starts = collections.defaultdict(list)  # person -> steps at which a request with their data began
        self.due = []                              # (when, connection, answer)
        for name in ("emailing", "crm", "publicite"):
            listener = socket.create_server(("127.0.0.1", 0))
            listener.setblocking(False)
            self.selector.register(listener, selectors.EVENT_READ, None)
            self.ports[name] = listener.getsockname()[1]

    def turn(self, wait):
        """What is ready now; True if there was anything."""
        ready = self.selector.select(wait)
        for key, _ in ready:
            if key.data is None:
                self.accept(key.fileobj)
            else:
                self.read(key.data)
        now = time.monotonic()
        while self.due and self.due[0][0] <= now:
            _, connection, answer = self.due.pop(0)
            try:
                connection.sock.sendall(answer)
            except OSError:
                pass
        return bool(ready)

    def accept(self, listener):
        try:
            sock, _ = listener.accept()
        except BlockingIOError:
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(sock, selectors.EVENT_READ, Connection(sock))

    def read(self, connection):
        try:
            data = connection.sock.recv(1 << 20)
        except (BlockingIOError, ConnectionResetError):
            return
        if not data:
            self.selector.unregister(connection.sock)
            connection.sock.close()
            return
        if connection.began is None:
            self.step += 1
            connection.began = self.step
        connection.data += data
        head, end, rest = connection.data.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
        if len(rest) < length:
            return
        for event in json.loads(rest[:length])["events"]:
            self.starts[event["data"]["stock_code"].split("-")[0]].append(connection.began)
        connection.began, connection.data = None, b""  # a lane sends the next one after the answer
        self.requests += 1  # every fourth is to be tried again
        status = b"500 No" if self.requests % 4 == 0 else b"200 OK"
        self.due.append((time.monotonic() + 0.03, connection, b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"))

    def withdraw(self, gateway, customer):
        """Posts a withdrawal; when it is answered, everything that arrived before is read: the step then."""
        body = json.dumps({"subject": {"customer_id": customer}, "purpose": "crm.management", "state": "objected",
                           "effective_at": "2026-11-03T00:00:00Z"}).encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in gateway.headers("boutique").items())
        client = socket.create_connection(("127.0.0.1", gateway.ingest))
        client.setblocking(False)
        begin = time.monotonic()
        client.sendall(f"POST /v1/consents HTTP/1.1\r\nHost: a\r\n{head}Content-Type: application/json\r\n"
                       f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            self.turn(0.0005)
            try:
                answer += client.recv(65536)
            except BlockingIOError:
                continue
        took = time.monotonic() - begin
        client.close()
        while self.turn(0):
            pass
        self.step += 1
        return int(answer.split()[1]), took, self.step


    def pending(self, gateway):
        """What the gateway says is pending, while the destinations go on answering."""
        for _ in range(20):
            self.turn(0.005)
        client = socket.create_connection(("127.0.0.1", gateway.ingest))
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        client.setblocking(False)
        data = b""
        while b"# EOF" not in data:
            self.turn(0.001)
            try:
                data += client.recv(1 << 20)
            except BlockingIOError:
                pass
        client.close()
        return float(re.search(rb"\noctroi_pending_deliveries (\d+)", data).group(1))


class Withdrawals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = PostgresServer()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def run_on(self, store):
        world = World()
        ingest, console = free_ports(2)
        with tempfile.TemporaryDirectory(prefix="octroi-withdrawal-") as folder:
            gateway = Gateway(OCTROI, os.path.join(folder, "c"), ingest, console, world.ports)
            if store == "postgres":
                gateway.use_postgres(self.server.new_database("withdrawals"))
            gateway.start()
            try:
                self.assertTrue(gateway.wait_ready())
                self.withdraw_all(world, gateway, store)
            finally:
                gateway.stop()

    def withdraw_all(self, world, gateway, store):
        lines = [json.dumps(line(number, f"2{number % PEOPLE:05}", stock_code=f"n{number % PEOPLE}-{number}"))
                 for number in range(PEOPLE * EACH)]
        for first in range(0, len(lines), 100):
            status, answer = gateway.post("/v1/events/boutique", "boutique", "\n".join(lines[first:first + 100]),
                                          Content_Type="application/x-ndjson")
            self.assertEqual((status, answer["accepted"]), (200, len(lines[first:first + 100])), answer)
        people = list(range(PEOPLE))
        random.Random(20261122).shuffle(people)
        took, acknowledged = [], {}
        for who in people:
            status, seconds, step = world.withdraw(gateway, f"2{who:05}")
            self.assertEqual(status, 201)
            took.append(seconds)
            acknowledged[f"n{who}"] = step
        end = time.monotonic() + 60
        while time.monotonic() < end and world.pending(gateway) > 0:
            pass
        late = sum(step > acknowledged[who] for who, steps in world.starts.items() for step in steps)
        started = sum(len(steps) for steps in world.starts.values())
        withheld = gateway.ask("status")["destinations"]["crm"]["withheld"]
        took.sort()
        print(f"{store}: {PEOPLE} withdrawals, answered in {1000 * took[len(took) // 2]:.1f} ms (p50), "
              f"{1000 * took[int(len(took) * .99)]:.1f} ms (p99); {started} starts of an event's send, {late} late, "
              f"{withheld} events withheld", flush=True)
        self.assertEqual(late, 0)
        self.assertGreater(started, 0)
        self.assertGreater(withheld, 0)

    def test_on_the_embedded_store(self):
        self.run_on("sqlite")

    def test_on_postgresql(self):
        self.run_on("postgres")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
