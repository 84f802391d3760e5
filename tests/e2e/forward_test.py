#!/usr/bin/env python3
"""Answers that wait for deliveries (`answer: forward`), and a PostgreSQL table as a destination, in the whole product.

  forward_test.py OCTROI [unittest arguments]
"""
import os
import re
import signal
import sys
import tempfile
import threading
import time
import unittest

from e2e_test import OCTROI, Gateway, Recorder, free_ports, line, ndjson
from postgres import PostgresServer


def edit(gateway, path, change):
    path = os.path.join(gateway.folder, path)
    with open(path, encoding="utf-8") as file:
        text = change(file.read())
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def answer(gateway, how):
    edit(gateway, "sources/boutique.yaml", lambda text: text.replace("unknown_events:", f"answer: {how}\nunknown_events:"))


class World(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="octroi-forward-")
        self.recorders = {name: Recorder(name) for name in ("emailing", "crm", "publicite")}
        ingest, console = free_ports(2)
        self.gateway = Gateway(OCTROI, os.path.join(self.temporary.name, "c"), ingest, console,
                               {name: recorder.port for name, recorder in self.recorders.items()},
                               {"OCTROI_SEGMENT_BYTES": str(8 * 1024 * 1024)})
        self.prepare()
        self.start()
        for customer in ("1", "2"):
            status, told = self.gateway.consent("boutique", {"customer_id": customer}, "marketing.email", "granted",
                                                "2026-11-01T00:00:00Z", notice="newsletter-v4")
            self.assertEqual(status, 201, told)

    def start(self):
        self.gateway.start()
        self.assertTrue(self.gateway.wait_ready())

    def tearDown(self):
        for recorder in self.recorders.values():
            recorder.script = None
        self.gateway.stop()
        for recorder in self.recorders.values():
            recorder.close()
        self.temporary.cleanup()

    def post(self, event, **headers):
        return self.gateway.post("/v1/events/boutique", "boutique", event, **headers)


class Forward(World):
    def prepare(self):
        answer(self.gateway, '{ forward: [emailing], within: "4 s" }')

    def hold(self):
        """From now on e-mailing answers nobody, until the returned event is set."""
        go = threading.Event()
        self.addCleanup(go.set)
        self.recorders["emailing"].script = lambda *_: 200 if go.wait(60) else 500
        return go

    def in_background(self, *events):
        told = [None] * len(events)

        def ask(i):
            try:
                told[i] = self.post(events[i])
            except OSError as error:
                told[i] = error
        threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(events))]
        for thread in threads:
            thread.start()
        return told, threads

    def waiting(self):
        return self.gateway.metric("octroi_forward_waiting")

    def await_waiting(self, count):
        self.await_that(lambda: self.waiting() >= count)

    def await_arrival(self, destination):
        self.await_that(lambda: self.recorders[destination].requests > 0)

    def await_that(self, holds):
        deadline = time.time() + 60
        while not holds():
            self.assertLess(time.time(), deadline)
            time.sleep(0.01)

    def test_the_answer_is_the_destinations(self):
        status, told = self.post(line(1, "1"))
        self.assertEqual((status, told["outcome"], told["destinations"]),
                         (200, "accepted", {"emailing": {"outcome": "sent", "status": 200}}))
        status, told = self.post(line(2, "3"))
        self.assertEqual((status, told["destinations"]),
                         (200, {"emailing": {"outcome": "withheld", "reason": "consent.unknown"}}))
        self.recorders["emailing"].script = lambda *_: 422
        status, told = self.post(line(3, "1"))
        self.assertEqual((status, told["destinations"]),
                         (200, {"emailing": {"outcome": "failed", "reason": "delivery.refused", "status": 422}}))
        self.recorders["emailing"].script = None
        status, told = self.post(ndjson([line(4, "1"), line(5, "3"), {"event": "nothing"}, line(6, "2")]),
                                 Content_Type="application/x-ndjson")
        self.assertEqual(status, 200)
        self.assertEqual([i.get("destinations", {}).get("emailing", {}).get("outcome", i["outcome"]) for i in told["items"]],
                         ["sent", "withheld", "quarantined", "sent"])
        self.assertEqual(self.post("{")[0], 400)
        self.assertTrue(self.gateway.wait_quiet()["sums_hold"])

    def test_a_deadline_says_in_flight_and_the_delivery_goes_on(self):
        go = self.hold()
        status, told = self.post(line(1, "1"))
        self.assertEqual((status, told["destinations"]["emailing"]["outcome"]), (202, "in_flight"))
        go.set()
        self.gateway.wait_quiet()
        self.assertEqual(len(self.recorders["emailing"].events), 1)
        delivery = {d["destination"]: d for d in self.gateway.ask("explain", told["id"])["deliveries"]}["emailing"]
        self.assertEqual(delivery["outcome"], "sent")

    def test_waiting_holds_nobody_else_up(self):
        go = self.hold()
        told, threads = self.in_background(*(line(n, "1") for n in range(60)))
        self.await_waiting(60)
        began = time.time()
        status, _ = self.gateway.post("/v1/track", "site-web", {"type": "track", "event": "x", "userId": "1",
                                                                "messageId": "m"})
        self.assertEqual(status, 200)
        self.assertEqual(self.gateway.request("GET", "/health/ready")[0], 200)
        self.assertLess(time.time() - began, 3.5, "they waited for who waits")
        go.set()
        for thread in threads:
            thread.join()
        self.gateway.wait_quiet()
        outcomes = {(status, body["destinations"]["emailing"]["outcome"]) for status, body in told}
        self.assertLessEqual(outcomes, {(200, "sent"), (202, "in_flight")})
        kinds = [event["event"] for event in self.recorders["emailing"].events.values()]
        self.assertEqual((kinds.count("order.line"), kinds.count("track"), len(kinds)), (60, 1, 61))
        self.assertEqual(self.waiting(), 0)

    def test_a_stop_answers_who_waits(self):
        self.hold()
        told, threads = self.in_background(line(1, "1"))
        self.await_waiting(1)
        self.gateway.process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        self.assertEqual((told[0][0], told[0][1]["destinations"]["emailing"]["outcome"]), (202, "in_flight"))

    def test_a_kill_while_waiting_loses_only_the_answer(self):
        go = self.hold()
        told, threads = self.in_background(line(1, "1"))
        self.await_waiting(1)
        self.await_arrival("emailing")  # so it is durable, though nobody was told
        self.gateway.process.kill()
        for thread in threads:
            thread.join()
        self.assertIsInstance(told[0], OSError)
        go.set()
        self.gateway.stop()
        self.start()
        self.gateway.wait_quiet()
        self.assertEqual(len(self.recorders["emailing"].events), 1)
        self.assertEqual(self.post(line(1, "1"))[1]["outcome"], "merged", "the client may ask again")
        self.gateway.wait_quiet()
        self.assertEqual(len(self.recorders["emailing"].events), 1)


class IntoATable(World):
    def prepare(self):
        self.server = PostgresServer()
        self.addCleanup(self.server.close)
        self.server.sql("CREATE TABLE public.lines (event_id text PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT "
                        "now(), client text, what text, quantity numeric CHECK (quantity < 100))",
                        "GRANT INSERT, SELECT (event_id) ON public.lines TO octroi_gateway")
        self.gateway._secret("mart", f"octroi-secret-raw host=127.0.0.1 port={self.server.port} dbname=postgres "
                                     "user=octroi_gateway")
        edit(self.gateway, "destinations/crm.yaml", lambda text: re.sub(
            r"  type: http\n.*?  batch:", "  type: sql\n  connect: { from: \"file:keys/mart.secret\" }\n"
            "  table: public.lines\n  columns: { client: customer_id, what: $event, quantity: quantity }\n"
            "  private_network: true\n  batch:", text, flags=re.S))
        answer(self.gateway, "{ forward: [crm] }")

    def test_events_are_rows_each_once_also_across_a_kill(self):
        status, told = self.post(line(1, "7", quantity=3))
        self.assertEqual((status, told["destinations"]), (200, {"crm": {"outcome": "sent"}}))
        status, told = self.post(line(2, "7", quantity=100))
        self.assertEqual((status, told["destinations"]["crm"]["reason"]), (200, "delivery.refused"))
        sent = threading.Thread(target=lambda: [self.quietly(ndjson([line(10 + 50 * k + n, "8", quantity=n) for n in
                                                                     range(1, 51)])) for k in range(10)])
        sent.start()
        time.sleep(0.3)
        self.gateway.process.kill()
        sent.join()
        self.gateway.stop()
        self.start()
        for k in range(10):
            self.quietly(ndjson([line(10 + 50 * k + n, "8", quantity=n) for n in range(1, 51)]))
        status = self.gateway.wait_quiet()
        self.assertTrue(status["sums_hold"])
        self.assertEqual(self.server.sql("SELECT count(*) FROM public.lines"), "501")
        self.assertEqual(self.server.sql("SELECT client, what, quantity FROM public.lines WHERE client = '7'"),
                         "7|order.line|3")

    def quietly(self, body):
        try:
            self.post(body, Content_Type="application/x-ndjson")
        except OSError:
            pass


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[1:], verbosity=2)
