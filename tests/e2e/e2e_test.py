#!/usr/bin/env python3
"""End to end: the real binary, real sockets, real SQLite, real HTTP destinations, a real SDK.

  e2e_test.py OCTROI [unittest arguments]
"""
import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "demo"))
from gateway import Gateway, free_ports  # noqa: E402
from inputs import ndjson  # noqa: E402
from recorder import Recorder  # noqa: E402

OCTROI = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "octroi"
CANARY = "zqx7-canary"


def line(number, customer="17850", **more):
    return {"event": "order.line", "message_id": f"e2e-{number}", "occurred_at": "2026-11-20T10:00:00Z",
            "properties": {"invoice_no": "536365", "stock_code": f"n{number}", "description": "x", "quantity": 1,
                           "unit_price": 2.5, "customer_id": customer, "country": "France", **more}}


def sums(status):
    """What is the journal's, of the answer to `octroi status`; how long things took is of one process."""
    destinations = {name: {key: value for key, value in one.items() if key != "sent_within_micros"}
                    for name, one in status["destinations"].items()}
    return {"sources": status["sources"], "destinations": destinations, "rules": status["rules"]}


class EndToEnd(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="octroi-e2e-")
        self.recorders = {name: Recorder(name) for name in ("emailing", "crm", "publicite")}
        ingest, console = free_ports(2)
        self.gateway = Gateway(OCTROI, os.path.join(self.temporary.name, "c"), ingest, console,
                               {name: recorder.port for name, recorder in self.recorders.items()},
                               {"OCTROI_SEGMENT_BYTES": str(8 * 1024 * 1024)})
        self.prepare()
        self.start()

    def prepare(self):
        pass

    def places(self):
        """Every folder that must hold no personal value in clear."""
        return [self.gateway.folder]

    def tearDown(self):
        self.gateway.stop()
        for recorder in self.recorders.values():
            recorder.close()
        self.temporary.cleanup()

    def start(self):
        self.gateway.start()
        self.assertTrue(self.gateway.wait_ready(), self.log())

    def log(self):
        with open(self.gateway.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def post(self, event, **headers):
        return self.gateway.post("/v1/events/boutique", "boutique", event, **headers)

    def grant(self, customer, purpose="marketing.email", state="granted", at="2026-11-01T00:00:00Z"):
        status, answer = self.gateway.consent("boutique", {"customer_id": customer}, purpose, state, at,
                                              notice="newsletter-v4")
        self.assertEqual(status, 201, answer)

    def test_segments_own_client_works_by_changing_its_host(self):
        out = subprocess.run(["node", os.path.join(HERE, "sdk.mjs"), f"http://127.0.0.1:{self.gateway.ingest}",
                              self.gateway.write_keys["site-web"]], capture_output=True, text=True, timeout=60)
        self.assertEqual(out.returncode, 0, out.stderr)
        told = json.loads(out.stdout)
        self.assertEqual(told["errors"], [])
        status = self.gateway.wait_quiet()
        self.assertEqual(status["sources"]["site-web"]["received"], 42)
        self.assertEqual(status["sources"]["site-web"]["accepted"], 42)
        self.assertTrue(status["sums_hold"])

    def test_only_what_was_agreed_to_leaves(self):
        self.grant("1001")
        self.grant("1002", state="denied")
        receipts = {customer: self.post(line(number, customer))[1]["id"]
                    for number, customer in enumerate(("1001", "1002", "1003"))}
        self.gateway.wait_quiet()
        expected = {"1001": ("sent", "delivery.acknowledged"), "1002": ("withheld", "consent.denied"),
                    "1003": ("withheld", "consent.unknown")}
        for customer, (outcome, reason) in expected.items():
            deliveries = {d["destination"]: d for d in self.gateway.ask("explain", receipts[customer])["deliveries"]}
            self.assertEqual((deliveries["emailing"]["outcome"], deliveries["emailing"]["reason"]), (outcome, reason))
        self.assertEqual(len(self.recorders["emailing"].events), 1)
        event = next(iter(self.recorders["emailing"].events.values()))
        self.assertTrue(event["data"]["customer_id"].startswith("p1.emailing."))
        self.assertNotIn("unit_price", event["data"])
        self.assertFalse(set(self.recorders["emailing"].events) & set(self.recorders["crm"].events),
                         "two destinations share an event id")

    def test_a_withdrawal_stops_what_is_queued(self):
        self.grant("2001")
        self.recorders["emailing"].script = lambda *_: 500
        receipt = self.post(line(1, "2001"))[1]["id"]
        time.sleep(0.5)
        self.grant("2001", state="withdrawn", at="2026-11-21T00:00:00Z")
        self.recorders["emailing"].script = None
        self.gateway.wait_quiet()
        self.assertEqual(self.recorders["emailing"].events, {})
        delivery = {d["destination"]: d for d in self.gateway.ask("explain", receipt)["deliveries"]}["emailing"]
        self.assertEqual((delivery["outcome"], delivery["reason"]), ("withheld", "consent.withdrawn"))

    def test_the_same_message_is_admitted_once_also_after_a_restart(self):
        self.assertEqual(self.post(line(1))[1]["outcome"], "accepted")
        again = self.post(line(1))[1]
        self.assertEqual((again["outcome"], again["reason"]), ("merged", "duplicate.message_id"))
        self.assertEqual(self.gateway.stop(), 0, self.log())
        self.start()
        self.assertEqual(self.post(line(1))[1]["outcome"], "merged")
        status, problem = self.post(line(1, quantity=2))
        self.assertEqual((status, problem["code"]), (409, "conflict.message_id"))
        status = self.gateway.wait_quiet()
        self.assertEqual(status["sources"]["boutique"],
                         {"received": 4, "rejected": 1, "quarantined": 0, "merged": 2, "accepted": 1, "sum_holds": True})

    def test_an_idempotency_key_covers_the_whole_request(self):
        body = ndjson([{**line(n), "message_id": f"k{n}"} for n in range(3)])
        send = lambda data: self.post(data, Content_Type="application/x-ndjson", Idempotency_Key='"abc"')
        first, second = send(body), send(body)
        self.assertEqual([i["outcome"] for i in first[1]["items"]], ["accepted"] * 3)
        self.assertEqual([i["outcome"] for i in second[1]["items"]], ["merged"] * 3)
        self.assertEqual([i["merged_into"] for i in second[1]["items"]], [i["id"] for i in first[1]["items"]])
        self.assertEqual(send(body + body)[0], 409)
        self.gateway.stop()
        self.start()
        self.assertEqual([i["outcome"] for i in send(body)[1]["items"]], ["merged"] * 3)
        self.assertEqual(send(body + body)[0], 409)

    def test_failure_is_per_record_never_per_batch(self):
        good, bad = json.dumps(line(1)), '{"event":"order.line","a":1,"\\u0061":2}'
        unknown = json.dumps({**line(2), "event": "order.unknown"})
        status, answer = self.post("\n".join([good, bad, "not json", unknown]).encode(),
                                   Content_Type="application/x-ndjson")
        self.assertEqual(status, 200)
        self.assertEqual([(i["outcome"], i.get("reason")) for i in answer["items"]],
                         [("accepted", None), ("rejected", "json.duplicate_key"), ("rejected", "json.invalid"),
                          ("quarantined", "event.unknown")])

    def test_cloud_events_in_all_three_modes(self):
        fields = line(0)["properties"]
        with open(os.path.join(self.gateway.folder, "sources", "boutique.yaml"), "a", encoding="utf-8") as file:
            file.write("".join(f"  data.{field}: {field}\n" for field in fields) + "  time: occurred_at\n")
        before = self.gateway.ask("status")["plan"]
        self.gateway.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.gateway.ask("status")["plan"] == before + 1)
        self.grant("5001")

        def event(number, **more):
            return {"specversion": "1.0", "id": f"ce-{number}", "source": "/caisse", "type": "order.line",
                    "time": "2026-11-20T10:00:00Z", "data": line(number, "5001")["properties"], **more}

        status, answer = self.post(event(1), Content_Type="application/cloudevents+json; charset=utf-8")
        self.assertEqual((status, answer["outcome"]), (202, "accepted"), answer)
        elsewhere = event(1, source="/web", data=event(6)["data"])
        status, answer = self.post([event(1), event(2), event(3, specversion="0.3"), elsewhere, {}],
                                   Content_Type="application/cloudevents-batch+json")
        self.assertEqual(status, 200, answer)
        self.assertEqual([(i["outcome"], i.get("reason"), i.get("pointer")) for i in answer["items"]],
                         [("merged", "duplicate.message_id", None), ("accepted", None, None),
                          ("rejected", "cloudevents.specversion_unsupported", "/specversion"), ("accepted", None, None),
                          ("rejected", "cloudevents.attribute_missing", "/specversion")])
        self.assertEqual(self.post([], Content_Type="application/cloudevents-batch+json")[1]["received"], 0)
        attributes = {f"ce_{name}": value for name, value in event(4).items() if name != "data"}
        for outcome in ("accepted", "merged"):
            status, answer = self.post(event(4)["data"], **attributes, ce_subject="caf%C3%A9")
            self.assertEqual((status, answer["outcome"]), (202, outcome), answer)
        self.assertEqual(self.post(event(5)["data"], ce_id="ce 5")[1]["code"], "http.attribute_invalid")
        status = self.gateway.wait_quiet()
        self.assertEqual(status["sources"]["boutique"],
                         {"received": 8, "rejected": 2, "quarantined": 0, "merged": 2, "accepted": 4, "sum_holds": True})
        sent = list(self.recorders["emailing"].events.values())
        self.assertEqual(len(sent), 4)
        self.assertEqual({e["event"] for e in sent}, {"order.line"})
        self.assertEqual(len({e["data"]["customer_id"] for e in sent}), 1, "one person in every mode")

    def test_bad_requests_get_a_problem_and_lose_nothing(self):
        for status, code, path, source, body in (
                (400, "json.invalid", "/v1/events/boutique", "boutique", "{"),
                (400, "body.empty", "/v1/events/boutique", "boutique", ""),
                (400, "body.not_array", "/v1/batch", "site-web", {"batch": 1}),
                (404, "route.unknown", "/v1/nothing", "boutique", {}),
                (401, "auth.invalid", "/v1/events/boutique", "site-web", {}),
                (422, "consent.purpose_unknown", "/v1/consents", "boutique",
                 {"subject": {"customer_id": "1"}, "purpose": "x.y", "state": "denied", "effective_at": "2026-01-01T00:00:00Z"}),
                (422, "consent.evidence_missing", "/v1/consents", "boutique",
                 {"subject": {"customer_id": "1"}, "purpose": "marketing.email", "state": "granted", "notice": "n",
                  "effective_at": "2026-01-01T00:00:00Z"}),
                (422, "consent.effective_at_invalid", "/v1/consents", "boutique",
                 {"subject": {"customer_id": "1"}, "purpose": "marketing.email", "state": "denied",
                  "effective_at": "2026-01-01T00:00:00"})):
            with self.subTest(code=code):
                got, problem = self.gateway.post(path, source, body, Accept_Language="en")
                self.assertEqual((got, problem.get("code")), (status, code))
                self.assertTrue(problem["title"])

    def test_a_bad_config_leaves_the_old_one_in_force(self):
        before = self.gateway.ask("status")
        path = os.path.join(self.gateway.folder, "destinations", "crm.yaml")
        with open(path, encoding="utf-8") as file:
            good = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(good.replace("purposes: [crm.management]", "purposes: [crm.managment]"))
        self.gateway.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "config.refused" in self.log())
        self.assertIn("destinations/crm.yaml", self.log())
        self.assertEqual(self.gateway.ask("status")["config"], before["config"])
        self.assertEqual(self.post(line(1))[0], 202)
        with open(path, "w", encoding="utf-8") as file:
            file.write(good.replace("      email: clear\n", ""))
        self.gateway.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.gateway.ask("status")["plan"] == before["plan"] + 1)
        self.assertEqual(self.post(line(2))[0], 202)
        self.gateway.wait_quiet()

    def wait_for(self, condition, seconds=20):
        deadline = time.time() + seconds
        while not condition():
            self.assertLess(time.time(), deadline, self.log())
            time.sleep(0.05)

    def test_a_source_reconciles_its_own_export(self):
        self.grant("6001")
        sent = [line(number, "6001") for number in range(5)] + [line(5, "6002"), line(6, "6001", quantity="many")]
        for event in sent:
            self.assertEqual(self.post(event)[0], 202)
        self.post(line(99, "6001"))  # of another export
        self.gateway.wait_quiet()
        export = os.path.join(self.temporary.name, "export.ndjson")

        def reconcile(events, expected):
            with open(export, "w", encoding="utf-8") as file:
                file.writelines((e if isinstance(e, str) else json.dumps(e)) + "\n" for e in events)
            out = subprocess.run([OCTROI, "reconcile", export, "--source", "boutique", "--json", "-c",
                                  self.gateway.folder], capture_output=True, text=True, timeout=60)
            self.assertEqual(out.returncode, expected, out.stdout + out.stderr)
            return json.loads(out.stdout)

        whole = reconcile(sent, 0)
        self.assertEqual((whole["exported"], whole["found"], whole["not_exported"]), (7, 7, 1))
        self.assertEqual(sum(whole["outcomes"].values()), 7)
        self.assertEqual(whole["destinations"]["emailing"]["sent"] + whole["destinations"]["emailing"]["withheld"],
                         whole["outcomes"]["accepted"])
        odd = reconcile([*sent[:3], line(7, "6001"), sent[0], line(4, "6001", unit_price=9.5), "{"], 1)
        self.assertEqual([(o["line"], o["what"], "id" in o) for o in odd["lines"]],
                         [(4, "missing", False), (5, "repeated", True), (6, "differing", True),
                          (7, "unreadable", False)])
        self.assertNotIn("6001", json.dumps(odd))

    def test_start_is_refused_with_other_keys(self):
        self.post(line(1))
        self.gateway.stop()
        path = os.path.join(self.gateway.folder, "keys", "pseudonym.key")
        os.remove(path)
        self.gateway.run("keys", "create", "-c", self.gateway.folder)
        self.gateway.start()
        self.assertFalse(self.gateway.wait_ready(15))
        self.assertEqual(self.gateway.process.returncode, 3)
        self.assertIn("key", self.log())

    def test_a_second_process_on_the_same_storage_is_refused(self):
        second = subprocess.run([OCTROI, "run", "-c", self.gateway.folder], capture_output=True, text=True,
                                env=self.gateway.env, timeout=60)
        self.assertEqual(second.returncode, 4, second.stderr)
        self.assertEqual(self.post(line(1))[0], 202)

    def test_the_store_can_be_rebuilt_from_the_journal(self):
        self.grant("3001")
        self.post(ndjson(line(n, "3001" if n % 2 else "") for n in range(60)), Content_Type="application/x-ndjson")
        before = self.gateway.wait_quiet()
        self.assertEqual(self.gateway.stop(), 0, self.log())
        self.gateway.run("rebuild", "-c", self.gateway.folder)
        report = self.gateway.ask("journal", "check")
        self.assertEqual(report["damages"], [])
        self.start()
        after = self.gateway.wait_quiet()
        self.assertEqual(sums(after), sums(before))
        self.post(line(99, "3001"))
        self.assertEqual(self.gateway.wait_quiet()["destinations"]["emailing"]["sent"],
                         before["destinations"]["emailing"]["sent"] + 1)

    def test_the_audit_compares_journal_and_store_by_id(self):
        self.grant("1001")
        self.recorders["crm"].script = lambda _, number, __: 500 if number < 3 else 200
        for number in range(30):
            self.post(line(number, "1001" if number % 2 else "1002", **({"quantity": -1} if number % 7 == 0 else {})))
        during = self.gateway.ask("audit")   # while some are on their way
        self.assertEqual((during["holds"], during["discrepancies"]), (True, []))
        self.gateway.wait_quiet()
        audit = self.gateway.ask("audit")
        self.assertEqual((audit["holds"], audit["events"], audit["discrepancies_total"]), (True, 30, 0))
        self.assertGreaterEqual(audit["minutes"], 1)

    def test_sigterm_answers_what_was_taken_and_the_rest_goes_on_after(self):
        for recorder in self.recorders.values():
            recorder.script = lambda *_: 500
        for number in range(50):
            self.assertEqual(self.post(line(number))[0], 202)
        self.assertEqual(self.gateway.stop(), 0, self.log())
        for recorder in self.recorders.values():
            recorder.script = None
        self.start()
        self.gateway.wait_quiet()
        self.assertEqual(len(self.recorders["crm"].events), 50)

    def test_a_file_destination_holds_each_event_once_however_often_the_process_is_killed(self):
        self.gateway.stop()
        path = os.path.join(self.gateway.folder, "destinations", "crm.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text = (text[:text.index("deliver:")] + "deliver: { type: file, path: exports, rotate: { at: \"8 KiB\" }, "
                "compress: gzip, batch: { up_to: 7 }, then: keep, keep_for: \"1 day\" }\n" + text[text.index("erase:"):])
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.start()
        sent = []
        for kill in range(6):
            for number in range(kill * 100, kill * 100 + 40):
                status, answer = self.post(line(number))
                self.assertEqual((status, answer["outcome"]), (202, "accepted"), answer)
                sent.append(f"n{number}")
            self.gateway.process.kill()
            self.gateway.process.wait()
            self.gateway.log.close()
            self.start()
        self.gateway.wait_quiet()
        folder = os.path.join(self.gateway.folder, "exports")
        events, names = [], sorted(os.listdir(folder))
        for name in names:
            with (gzip.open if name.endswith(".gz") else open)(os.path.join(folder, name), "rb") as file:
                events += [json.loads(text) for text in file.read().splitlines()]
        self.assertEqual(sorted(event["data"]["stock_code"] for event in events), sorted(sent))
        self.assertEqual(len({event["id"] for event in events}), len(sent))
        self.assertEqual([name.endswith(".gz") for name in names], [True] * (len(names) - 1) + [False], names)
        self.assertGreater(len(names), 5)

    def test_health_and_metrics(self):
        self.post(line(1))
        self.assertEqual(self.gateway.request("GET", "/health/live")[0], 200)
        status, headers, body = self.gateway.request("GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertTrue(body.endswith(b"# EOF\n"))
        self.assertIn(b'octroi_events_total{outcome="accepted"} 1', body)

    def test_no_personal_value_stands_in_clear_anywhere(self):
        self.grant(f"{CANARY}-1")
        bodies = [json.dumps(line(1, f"{CANARY}-1", description=f"{CANARY}-2")), '{"x":"' + CANARY + '","x":1}',
                  json.dumps(line(2, "", description=f"{CANARY}-3")), "{" + CANARY,
                  json.dumps({**line(3), "occurred_at": CANARY}), json.dumps({**line(4), "event": CANARY})]
        for body in bodies:
            _, answer = self.post(body)
            self.assertNotIn(CANARY, json.dumps(answer))
        self.gateway.consent("boutique", {"customer_id": CANARY}, CANARY, "granted", CANARY)
        self.recorders["crm"].script = lambda *_: 422
        self.post(line(5, f"{CANARY}-4"))
        self.gateway.wait_quiet()
        metrics = self.gateway.request("GET", "/metrics")[2]
        self.assertNotIn(CANARY.encode(), metrics)
        self.gateway.stop()
        looked_at = 0
        for folder, _, files in (found for place in self.places() for found in os.walk(place)):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    data = file.read()
                for form in (CANARY.encode(), CANARY.encode().hex().encode(), CANARY.upper().encode()):
                    self.assertNotIn(form, data, os.path.join(folder, name))
                looked_at += 1
        self.assertGreater(looked_at, 10)
        self.assertIn(CANARY, json.dumps(self.recorders["emailing"].events | {"control": CANARY}))


if __name__ == "__main__":
    unittest.main(verbosity=2)
