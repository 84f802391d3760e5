#!/usr/bin/env python3
"""The consent register as those who answer for it ask it, on either store: states, records, late withdrawals.

  consent_register_test.py OCTROI [unittest arguments]
"""
import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

from e2e_test import OCTROI, Gateway, free_ports, line
from postgres import PostgresServer
from recorder import Recorder

PERSON = "zqx7-4711"
TEXT = "Oui, je veux recevoir les offres d'Exemple par e-mail. Je peux me désinscrire à tout moment."


def moment(seconds=0.0):
    at = datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Register(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = PostgresServer()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def ask(self, *words, code=0, person=PERSON, file=None):
        """The verb's answer; whom it is about comes from a file or from stdin, never from the command line."""
        given = file if file is not None else json.dumps({"customer_id": person})
        path = os.path.join(self.folder, "person.json")
        with open(path, "w", encoding="utf-8") as out:
            out.write(given)
        about = [] if "late" in words else ["--subject", "-" if self.stdin else path]
        self.stdin = not self.stdin
        done = subprocess.run([OCTROI, "consent", *words, *about, "-c", self.gateway.folder], input=given, text=True,
                              capture_output=True, timeout=120, check=False, env=self.gateway.env)
        os.unlink(path)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn("zqx7", done.stdout + done.stderr)
        self.told = done.stderr
        return done.stdout

    def state(self, *words, **more):
        return json.loads(self.ask("state", "--json", *words, **more))

    def of(self, report, purpose="marketing.email"):
        return next(one for one in report["purposes"] if one["purpose"] == purpose)

    def test_on_sqlite(self):
        self.register(None)

    def test_on_postgres(self):
        self.register(self.server)

    def register(self, server):
        with tempfile.TemporaryDirectory(prefix="octroi-register-") as folder:
            self.folder, self.stdin = folder, False
            recorders = {name: Recorder(name) for name in ("emailing", "crm", "publicite")}
            ingest, console = free_ports(2)
            self.gateway = Gateway(OCTROI, os.path.join(folder, "c"), ingest, console,
                                   {name: recorder.port for name, recorder in recorders.items()},
                                   {"OCTROI_HOUSEKEEPING_MS": "300"})
            try:
                if server is not None:
                    self.gateway.use_postgres(server.new_database("register"))
                self.gateway.start()
                self.assertTrue(self.gateway.wait_ready())
                self.story()
            finally:
                self.gateway.stop()
                for recorder in recorders.values():
                    recorder.close()

    def grant(self, digest):
        return self.gateway.post("/v1/consents", "boutique", {
            "subject": {"customer_id": PERSON}, "purpose": "marketing.email", "state": "granted",
            "effective_at": moment(-7200), "id": "grant", "actor": {"kind": "data_subject"},
            "notice": {"id": "newsletter-v4", "version": "2026-03-02", "language": "fr", "digest": digest},
            "collection": {"method": "web_form", "indication": "case"},
            "withdrawal_method": "https://exemple.example/retrait",
            "evidence": [{"kind": "form_payload", "digest": "sha256:" + "b" * 64}]})

    def tasks(self, withdrawn, expected):
        """The gateway opens the task by itself, once what was on the wire has ended."""
        gateway = self.gateway
        for _ in range(300):
            told = gateway.ask("tasks", "list")
            if told["tasks"]:
                break
            time.sleep(0.2)
        self.assertEqual((told["open"], told["overdue"]), (1, 0), told)
        task = told["tasks"][0]
        self.assertEqual((task["task"], task["destination"], task["deliveries"]), (expected, "emailing", 1))
        self.assertEqual(task["consent"]["id"], withdrawn["id"])
        self.assertEqual(json.loads(self.ask("late", "--json"))["late"][0]["tasks"][0]["state"], "open")
        self.assertIn("à faire avant le", gateway.run("tasks", "show", expected, "-c", gateway.folder, "--lang", "fr"))
        self.assertIn("to be done by", gateway.run("tasks", "-c", gateway.folder, "--lang", "en"))
        closed = gateway.ask("tasks", "close", expected, "--reason", "Courriel du 3 mai")
        self.assertEqual((closed["state"], closed["closed"]["uid"]), ("done", os.getuid()))
        self.assertEqual(closed["closed"]["reason"], "Courriel du 3 mai")
        self.assertEqual(gateway.ask("tasks", "list")["tasks"], [])
        self.assertEqual(gateway.ask("tasks", "list", "--all")["tasks"], [closed])
        again = subprocess.run([OCTROI, "tasks", "close", expected, "--reason", "x", "-c", gateway.folder], text=True,
                               capture_output=True, timeout=60, check=False, env=gateway.env)
        self.assertEqual(again.returncode, 1, again)
        self.assertEqual(gateway.ask("counts")["counts"], [])
        # After a restart, and rebuilt from the journal, it is the same.
        gateway.stop()
        gateway.run("rebuild", "-c", gateway.folder)
        gateway.start()
        self.assertTrue(gateway.wait_ready())
        time.sleep(1)
        self.assertEqual(gateway.ask("tasks", "list", "--all")["tasks"], [closed])
        self.assertEqual(json.loads(self.ask("late", "--json"))["late"][0]["tasks"][0]["state"], "done")

    def story(self):
        self.assertEqual(self.grant("sha256:" + "a" * 64)[1]["code"], "consent.notice_digest_unknown")
        self.assertFalse(self.state(code=1)["known"])
        digest = "sha256:" + hashlib.sha256(TEXT.encode()).hexdigest()
        status, granted = self.grant(digest)
        self.assertEqual(status, 201, granted)
        self.assertEqual(self.gateway.post("/v1/events/boutique", "boutique", line(1, PERSON))[0], 202)
        self.gateway.wait_quiet()
        before = moment()
        now = self.of(self.state())
        self.assertEqual((now["state"], now["event"]["id"]), ("granted", granted["id"]))
        self.assertEqual(now["event"]["detail"]["notice"]["digest"], digest)
        self.assertEqual(self.of(self.state("--at", moment(-9000), code=1))["state"], "unknown")
        self.assertEqual(json.loads(self.ask("late", "--json")), {"late": [], "deliveries": 0})

        # Withdrawn an hour ago; it arrives now, after something left.
        status, withdrawn = self.gateway.post("/v1/consents", "boutique", {
            "subject": {"customer_id": PERSON}, "purpose": "marketing.email", "state": "withdrawn",
            "effective_at": moment(-3600), "id": "withdrawal"})
        self.assertEqual(status, 201, withdrawn)
        self.assertEqual(self.of(self.state())["state"], "withdrawn")
        then = self.of(self.state("--known-at", before))
        self.assertEqual(then["state"], "granted")
        self.assertEqual(self.of(self.state("--at", before))["event"]["id"], withdrawn["id"])
        self.assertEqual(self.of(self.state("--at", moment(-3700)))["state"], "granted")
        late = json.loads(self.ask("late", "--json"))
        self.assertEqual(late["deliveries"], 1, late)
        self.assertEqual(late["late"][0]["consent"]["id"], withdrawn["id"])
        self.assertEqual(late["late"][0]["mark"], "late_withdrawal")
        self.assertEqual([task["destination"] for task in late["late"][0]["tasks"]], ["emailing"])
        self.assertTrue(late["late"][0]["tasks"][0]["recipient"])
        self.tasks(withdrawn, late["late"][0]["tasks"][0]["task"])
        event = late["late"][0]["deliveries"][0]["event"]
        explained = self.gateway.ask("explain", event)
        sent = next(one for one in explained["deliveries"] if one["destination"] == "emailing")
        self.assertEqual((sent["outcome"], sent["decided"]["reason"]), ("sent", "consent.granted"))

        receipt = json.loads(self.ask("export", "--receipt", "--json"))
        self.assertEqual(receipt["@type"], "dpv:ConsentReceipt")
        records = receipt["dpv:hasRecordOfActivity"]
        self.assertEqual([record["dct:identifier"] for record in records], [granted["record"]])
        self.assertEqual([status["@type"][0] for status in records[0]["dpv:hasConsentStatus"]],
                         ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"])
        self.assertEqual(records[0]["dpv:hasDataController"]["dpv:hasName"], "Exemple SAS")
        self.assertEqual(records[0]["dpv:hasConsentControl"]["dpv:isExercisedAt"], "https://exemple.example/retrait")
        self.assertIn("storage_locations", self.told)
        self.assertEqual(json.loads(self.ask("export"))["@graph"], json.loads(self.ask("export", "--json"))["@graph"])

        self.assertIn("retiré", self.ask("state", "--lang", "fr"))
        self.assertIn("withdrawn", self.ask("state", "--lang", "en"))
        self.assertIn("prévenir", self.ask("late", "--lang", "fr"))
        self.assertIn("Art. 19: tell", self.ask("late", "--lang", "en"))
        self.merged()
        self.limited()
        self.ask("export", code=1, person="nobody")
        self.ask("state", code=2, file='{"zqx7": "zqx7"}')
        self.ask("state", "--at", "2026-11-21T09:00:00", code=2)
        self.gateway.stop()
        self.assertEqual(self.of(self.state())["state"], "withdrawn", "without a gateway too")
        self.ask("late", code=4)
        with open(os.path.join(self.gateway.folder, "gateway.log"), encoding="utf-8", errors="replace") as log:
            self.assertNotIn("zqx7", log.read())

    def limited(self):
        """A grant for somebody else is none for this destination, after a restart too; one that names it is."""
        person = PERSON + "-c"

        def grant(vendors, at):
            status, answer = self.gateway.post("/v1/consents", "boutique", {
                "subject": {"customer_id": person}, "purpose": "marketing.email", "state": "granted", "effective_at": moment(at),
                "notice": "newsletter-v4", "evidence": {}, "controllers": ["demonstration"], "vendors": vendors})
            self.assertEqual(status, 201, answer)

        def sent(number):
            status, answer = self.gateway.post("/v1/events/boutique", "boutique", line(number, person))
            self.assertEqual(status, 202, answer)
            self.gateway.wait_quiet()
            deliveries = self.gateway.ask("explain", answer["id"])["deliveries"]
            told = next(one for one in deliveries if one["destination"] == "emailing")
            return told["outcome"], told["reason"]

        grant(["autre"], -90_000)
        self.assertEqual(sent(901), ("withheld", "consent.vendor_not_listed"))
        now = self.of(self.state(person=person))
        self.assertEqual((now["state"], now["event"]["vendors"]), ("granted", ["autre"]))
        self.gateway.stop()
        self.gateway.start()
        self.assertTrue(self.gateway.wait_ready())
        self.assertEqual(sent(902), ("withheld", "consent.vendor_not_listed"))
        grant(["autre", "emailing"], -80_000)
        self.assertEqual(sent(903), ("sent", "delivery.acknowledged"))
        record = json.loads(self.ask("export", person=person))["@graph"][0]["dpv:hasConsentStatus"][-1]
        self.assertEqual([one["dct:identifier"] for one in record["dpv:hasRecipient"]], ["autre", "emailing"])
        self.assertEqual([one["dct:identifier"] for one in record["dpv:hasDataController"]], ["demonstration"])

    def merged(self):
        """Two accounts that are one person's, until they are not (C4 11)."""
        def consent(**members):
            status, answer = self.gateway.post("/v1/consents", "boutique", {
                "subject": {"customer_id": PERSON + "-a"}, "purpose": "marketing.email", **members})
            self.assertEqual(status, 201, answer)
            return answer
        consent(state="granted", effective_at=moment(-90_000), notice="newsletter-v4", evidence={},
                validity={"duration": "P1Y"})
        merge = consent(purpose="*", state="merged", effective_at=moment(-10), **{"with": {"customer_id": PERSON + "-b"}})
        now = self.of(self.state(person=PERSON + "-a"))
        self.assertEqual((now["state"], now["event"]["id"]), ("invalidated", merge["id"]))
        self.assertEqual(self.of(self.state(person=PERSON + "-b"))["state"], "invalidated")
        self.assertEqual(self.of(self.state("--at", moment(-60), person=PERSON + "-a"))["state"], "granted")
        answer = self.gateway.post("/v1/events/boutique", "boutique", line(7, PERSON + "-a"))[1]
        self.gateway.wait_quiet()
        told = next(one for one in self.gateway.ask("explain", answer["id"])["deliveries"]
                    if one["destination"] == "emailing")
        self.assertEqual((told["outcome"], told["reason"]), ("withheld", "consent.invalidated"))
        consent(purpose="*", state="separated", effective_at=moment(-5), **{"with": {"customer_id": PERSON + "-b"}})
        self.assertEqual(self.of(self.state(person=PERSON + "-a"))["state"], "granted")
        self.assertEqual(self.of(self.state(person=PERSON + "-b"))["state"], "unknown")


if __name__ == "__main__":
    unittest.main()
