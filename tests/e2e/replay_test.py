#!/usr/bin/env python3
"""Failed deliveries sent once more, live decisions, a simulated file: the real binary end to end.

  replay_test.py OCTROI [unittest arguments]
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "demo"))
from gateway import Gateway, free_ports  # noqa: E402
from recorder import Recorder  # noqa: E402

OCTROI = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "octroi"
COUNT = 24
CANARY = "zqx7"    # begins every customer id


def line(number):
    return {"event": "order.line", "message_id": f"again-{number}", "occurred_at": "2026-11-20T10:00:00Z",
            "properties": {"invoice_no": "536365", "stock_code": f"n{number}", "description": "x", "quantity": 1,
                           "unit_price": 2.5, "customer_id": f"{CANARY}{number}", "country": "France"}}


def eventually(condition, seconds=60):
    deadline = time.time() + seconds
    while not condition():
        if time.time() > deadline:
            return False
        time.sleep(0.02)
    return True


class Again(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="octroi-replay-")
        self.refusing = True
        self.hold = threading.Event()
        self.hold.set()
        self.recorders = {name: Recorder(name) for name in ("crm", "publicite")}
        self.recorders["emailing"] = self.emailing = Recorder("emailing", script=self.answer)
        self.accepted = {}     # event id -> how often it was sent and answered 2xx
        ingest, console = free_ports(2)
        self.gateway = Gateway(OCTROI, os.path.join(self.temporary.name, "c"), ingest, console,
                               {name: recorder.port for name, recorder in self.recorders.items()})
        self.start()

    def tearDown(self):
        self.hold.set()
        self.gateway.stop()
        for recorder in self.recorders.values():
            recorder.close()
        self.temporary.cleanup()

    def answer(self, _recorder, _number, body):
        if self.refusing:
            return 410
        self.hold.wait(20)
        with self.emailing.lock:
            for event in body["events"]:
                self.accepted[event["id"]] = self.accepted.get(event["id"], 0) + 1
        return 200

    def start(self):
        self.gateway.start()
        self.assertTrue(self.gateway.wait_ready())

    def octroi(self, *args):
        return subprocess.run([OCTROI, *args, "-c", self.gateway.folder], capture_output=True, text=True,
                              env=self.gateway.env, stdin=subprocess.DEVNULL, timeout=120)

    def replay(self, *args):
        done = self.octroi("replay", "--destination", "emailing", "--json", *args)
        return done.returncode, [json.loads(text) for text in done.stdout.splitlines()], done.stderr

    def outlook(self, *args):
        code, lines, stderr = self.replay("--dry-run", *args)
        self.assertEqual(code, 0, stderr)
        return lines[0]["outlook"]

    def consent(self, number, state, at):
        status, answer = self.gateway.consent("boutique", {"customer_id": f"{CANARY}{number}"}, "marketing.email", state,
                                              at, notice="newsletter-v4")
        self.assertEqual(status, 201, answer)

    def fail_all(self):
        """COUNT deliveries to emailing, all refused; their ids."""
        for number in range(COUNT):
            self.consent(number, "granted", "2026-11-01T00:00:00Z")
        status, answer = self.gateway.post("/v1/events/boutique", "boutique", [line(n) for n in range(COUNT)])
        self.assertEqual((status, answer["accepted"]), (200, COUNT), answer)
        self.assertTrue(eventually(lambda: self.counts()["failed"] == COUNT), self.counts())
        self.refusing = False
        return [item["id"] for item in answer["items"]]

    def counts(self):
        return self.gateway.ask("status")["destinations"].get("emailing", {"failed": 0, "sent": 0, "in_flight": 0})

    def explained(self, event):
        deliveries = self.gateway.ask("explain", event)["deliveries"]
        return next(d for d in deliveries if d["destination"] == "emailing")

    def holds(self):
        self.assertTrue(self.gateway.ask("status")["sums_hold"])
        audit = self.gateway.ask("audit")
        self.assertTrue(audit["holds"], audit)

    def test_what_failed_goes_once_more_and_what_was_sent_never_again(self):
        ids = self.fail_all()
        first = set(self.emailing.attempts)
        self.consent(3, "withdrawn", "2026-11-21T00:00:00Z")
        look = self.outlook("--status", "410", "--reason", "delivery.refused", "--since", "1 h")
        self.assertEqual((look["would_go"], look["withheld"], look["already_sent"], look["gone"]), (COUNT - 1, 1, 0, 0))
        self.assertEqual(look["withheld_reasons"], {"consent.withdrawn": 1})
        self.assertEqual(self.outlook("--status", "429")["would_go"], 0)
        self.assertEqual(self.outlook("--limit", "5")["would_go"], 5)
        self.assertEqual(self.accepted, {}, "a dry run sent something")
        code, _, stderr = self.replay()
        self.assertEqual(code, 2, "without a terminal and --yes it must refuse")
        self.assertIn("--yes", stderr)
        self.assertEqual(self.accepted, {})

        code, lines, stderr = self.replay("--yes", "--rate", "100/s")
        self.assertEqual(code, 0, (lines, stderr))
        end = lines[-1]["replayed"]
        self.assertEqual((end["queued"], end["sent"], end["failed"], end["left"]), (COUNT - 1, COUNT - 1, 0, 0))
        self.assertEqual(sorted(self.accepted.values()), [1] * (COUNT - 1))
        self.assertLessEqual(set(self.accepted), first, "another event id than the first time")
        self.assertTrue(eventually(lambda: self.counts()["sent"] == COUNT - 1))
        self.assertEqual(self.explained(ids[0])["reason"], "delivery.acknowledged")
        self.assertEqual(self.explained(ids[3])["outcome"], "failed", "a withheld one is left as it was")

        code, lines, _ = self.replay("--yes")
        self.assertEqual(lines[-1]["outlook"]["would_go"], 0)
        code, lines, _ = self.replay("--yes", *ids)
        self.assertEqual(lines[-1]["outlook"]["already_sent"], COUNT - 1)
        self.assertEqual(sorted(self.accepted.values()), [1] * (COUNT - 1))
        self.holds()
        self.gateway.stop()
        dump = self.octroi("journal", "dump").stdout
        orders = [json.loads(text) for text in dump.splitlines() if '"kind":"replay"' in text]
        self.assertEqual(sum(order["events"] for order in orders), COUNT - 1)
        self.assertEqual({order["uid"] for order in orders}, {os.getuid()})
        self.start()
        self.assertTrue(eventually(lambda: self.gateway.ask("status")["pending"] == 0))
        self.assertEqual(sorted(self.accepted.values()), [1] * (COUNT - 1), "a restart sent something again")

    def test_two_replays_at_once_send_each_delivery_once(self):
        self.fail_all()
        both = [subprocess.Popen([OCTROI, "replay", "--destination", "emailing", "--yes", "--json", "--rate", "60/s",
                                  "-c", self.gateway.folder], stdout=subprocess.PIPE, text=True, env=self.gateway.env,
                                 stdin=subprocess.DEVNULL) for _ in range(2)]
        for one in both:
            one.communicate(timeout=120)
        self.assertTrue(eventually(lambda: self.counts()["sent"] == COUNT), self.counts())
        self.assertEqual(sorted(self.accepted.values()), [1] * COUNT)
        self.holds()

    def test_killed_in_the_middle_nothing_is_lost_and_nothing_sent_goes_again(self):
        ids = self.fail_all()
        code, lines, stderr = self.replay("--yes", "--limit", "3")
        self.assertEqual((code, lines[-1]["replayed"]["sent"]), (0, 3), stderr)
        self.assertTrue(eventually(lambda: self.counts()["sent"] == 3))
        sent = [event for event in ids if self.explained(event)["outcome"] == "sent"]
        self.assertEqual(len(sent), 3)
        self.once_at_first = dict(self.accepted)
        self.assertEqual(list(self.once_at_first.values()), [1, 1, 1])
        self.hold.clear()              # what comes now is under way when the gateway dies
        requests = self.emailing.requests
        running = subprocess.Popen([OCTROI, "replay", "--destination", "emailing", "--yes", "--json", "-c",
                                    self.gateway.folder], stdout=subprocess.PIPE, text=True, env=self.gateway.env,
                                   stdin=subprocess.DEVNULL)
        self.assertTrue(eventually(lambda: self.emailing.requests > requests))
        self.gateway.process.send_signal(signal.SIGKILL)
        self.gateway.process.wait()
        running.communicate(timeout=60)
        self.hold.set()
        self.start()
        self.assertTrue(eventually(lambda: self.gateway.ask("status")["pending"] == 0))
        self.assertGreater(self.counts()["sent"], 3, "what was under way was not taken up again")
        code, lines, stderr = self.replay("--yes")
        self.assertEqual(code, 0, (lines, stderr))
        self.assertTrue(eventually(lambda: self.counts()["sent"] == COUNT), self.counts())
        self.assertEqual(len(self.emailing.events), COUNT)     # by event id, as a destination counts
        for event in sent:
            self.assertEqual(self.explained(event)["outcome"], "sent")
        self.assertEqual(self.once_at_first, {event: self.accepted[event] for event in self.once_at_first})
        self.holds()

    def test_tap_shows_decisions_without_a_value_and_does_not_block_status(self):
        tap = subprocess.Popen([OCTROI, "tap", "--outcome", "withheld", "--destination", "emailing", "--jsonl",
                                "-c", self.gateway.folder], stdout=subprocess.PIPE, text=True, env=self.gateway.env)
        try:
            self.assertTrue(json.loads(tap.stdout.readline())["watching"])
            self.assertEqual(self.octroi("tap", "--source", "nobody").returncode, 1)
            self.gateway.ask("status")
            status, answer = self.gateway.post("/v1/events/boutique", "boutique", [line(n) for n in range(100)])
            self.assertEqual(status, 200)
            shown = [json.loads(tap.stdout.readline()) for _ in range(5)]
            self.assertEqual({one["reason"] for one in shown}, {"consent.unknown"})
            self.assertEqual([one["id"] for one in shown], [item["id"] for item in answer["items"][:5]])
            tap.send_signal(signal.SIGINT)
            rest, _ = tap.communicate(timeout=30)
            totals = json.loads(rest.splitlines()[-1])["totals"]
            self.assertEqual((totals["matched"], totals["dropped"]), (100, 0))
            self.assertEqual(totals["shown"] + totals["not_shown"], 100)
            self.assertLess(totals["shown"], 100, "20 a second at most")
            self.assertEqual(tap.returncode, 0)
            self.assertNotIn(CANARY, json.dumps(shown) + rest)
        finally:
            tap.kill()
            tap.wait()

    def test_top_counts_what_came_and_what_waits(self):
        self.hold.clear()
        self.refusing = False
        for number in range(COUNT):
            self.consent(number, "granted", "2026-11-01T00:00:00Z")
        top = subprocess.Popen([OCTROI, "top", "--json", "-c", self.gateway.folder], stdout=subprocess.PIPE, text=True,
                               env=self.gateway.env)
        self.gateway.post("/v1/events/boutique", "boutique", [line(n) for n in range(COUNT)])
        self.assertTrue(json.loads(top.communicate(timeout=60)[0])["seconds"] > 0)
        self.assertTrue(eventually(lambda: self.counts().get("queue") == COUNT), self.counts())
        figures = json.loads(self.octroi("top", "--json").stdout)
        self.assertEqual(figures["destinations"]["emailing"]["queue"], COUNT)
        self.assertEqual(figures["destinations"]["emailing"]["sent_per_second"], 0)
        self.assertEqual(figures["destinations"]["emailing"]["breaker"], "closed")
        self.assertIn("DESTINATION", self.octroi("top", "--once").stdout)
        self.assertEqual(self.gateway.ask("status")["withheld_reasons"], {"consent.unknown": COUNT})   # publicite
        self.hold.set()

    def test_simulate_says_what_the_gateway_then_does_and_writes_nothing(self):
        self.consent(1, "granted", "2026-11-01T00:00:00Z")
        self.consent(2, "denied", "2026-11-01T00:00:00Z")
        events = [line(n) for n in range(4)]
        path = os.path.join(self.temporary.name, "events.ndjson")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(map(json.dumps, events)) + "\n")
        running = self.octroi("simulate", path, "--source", "boutique", "--json")
        self.assertEqual(running.returncode, 0, running.stderr)
        said = json.loads(running.stdout)
        self.assertEqual((said["register"], said["consent_events"]), ("store", 2))
        self.assertEqual(self.gateway.ask("status")["sources"].get("boutique", {"received": 0})["received"], 0)
        _, answer = self.gateway.post("/v1/events/boutique", "boutique", events)
        for item, event in zip(said["items"], answer["items"]):
            explained = self.gateway.ask("explain", event["id"]) if self.gateway.wait_quiet() else None
            self.assertEqual(item["outcome"], explained["outcome"])
            self.assertEqual({d["destination"]: (d["allowed"], d["reason"]) for d in item["deliveries"]},
                             {d["destination"]: (d["decided"]["allowed"], d["decided"]["reason"])
                              for d in explained["deliveries"]})
        earlier = json.loads(self.octroi("simulate", path, "--source", "boutique", "--at", "2026-10-01T00:00:00Z",
                                         "--json").stdout)
        self.assertEqual(earlier["sums"]["destinations"]["emailing"]["reasons"], {"consent.unknown": 4})
        self.gateway.stop()
        stopped = json.loads(self.octroi("simulate", path, "--source", "boutique", "--json").stdout)
        self.assertEqual(stopped["sums"], said["sums"])
        self.start()


if __name__ == "__main__":
    unittest.main()
