#!/usr/bin/env python3
"""What leaves only as a number, and how its recipient is told: a day passes, a kill comes between, one event arrives.

  counts_test.py OCTROI [unittest arguments]
"""
import hashlib
import os
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "faults"))
from clock import preloads  # noqa: E402
from e2e_test import OCTROI, line  # noqa: E402
from signals_test import World, edit  # noqa: E402

HEAD = """apiVersion: octroi/v1
kind: {kind}
id: {id}
title: {{ fr: "Comptages", en: "Counts" }}
owner: {{ team: "DPO", contact: dpo@exemple.fr, approvers: [dpo] }}
"""
FILES = {
    "purposes/statistics.aggregated.yaml": HEAD.format(kind="Purpose", id="statistics.aggregated") + """
legal_basis: legitimate_interests
balancing_test: "MB-2026-009"
register: { subjects: [clients], categories: [technical], keep: "5 years" }
review: { last: 2026-09-15, every: "12 months" }
""",
    "policies/aggregated.yaml": HEAD.format(kind="Policy", id="aggregated") + """
applies_to: { purposes: [statistics.aggregated] }
allow_when:
  - { present: people }
otherwise:
  - { do: withhold, reason: policy.not_met }
mode: enforce
""",
    "contracts/counted.yaml": HEAD.format(kind="Contract", id="counted") + """
version: 1
status: active
between: { producer: { team: "DPO", contact: dpo@exemple.fr }, consumers: [ { team: "CRM", contact: crm@exemple.fr, uses: [emailing] } ] }
fields:
  day: { required: true }
  purpose: { required: true }
  records: { required: true }
  people: { required: true }
rules:
  - id: people-enough
    severity: blocking
    say: { fr: "Au moins dix personnes.", en: "At least ten people." }
    dimension: validity
    check: { field: people, min: 10 }
    on_fail: quarantine
""",
    "sources/comptages.yaml": HEAD.format(kind="Source", id="comptages") + """
collected_from: other
receive: { type: http, path: /v1/events/comptages, format: json }
authenticate: { method: bearer, secret: { from: "file:keys/comptages.secret" } }
accepts:
  - { event: counted.emailing, contract: counted@1 }
unknown_events: reject
subject: { keys: [customer_id] }
counted: true
""",
}
FIELDS = "".join(f"""
  - id: {name}
    title: {{ fr: "{name}", en: "{name}" }}
    category: technical
    personal_data: none
    format: {form}""" for name, form in (("day", "date"), ("purpose", "code"), ("records", "integer"), ("people", "integer")))


class Counts(World):
    def prepare(self):
        folder = self.gateway.folder
        for name, text in FILES.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        with open(os.open(os.path.join(folder, "keys", "comptages.secret"), os.O_CREAT | os.O_WRONLY, 0o400), "w") as file:
            file.write("octroi-secret-sha256 " + hashlib.sha256(b"x").hexdigest() + "\n")
        edit(self.gateway, "vocabulary/marketing.yaml", "\nfields:", "\nfields:" + FIELDS)
        edit(self.gateway, "purposes/marketing.email.yaml", "legal_basis: consent", "legal_basis: consent\nleaves: counted")
        edit(self.gateway, "destinations/emailing.yaml", "purposes: [marketing.email]", "purposes: [marketing.email, statistics.aggregated]")
        edit(self.gateway, "destinations/emailing.yaml", "receives:", "receives:\n  - contract: counted@1\n    fields: "
                  "{ day: clear, purpose: clear, records: clear, people: clear }")
        self.gateway.env["OCTROI_HOUSEKEEPING_MS"] = "100"
        self.offset = os.path.join(self.temporary.name, "offset")
        self.jump(0)
        preload = preloads(OCTROI)
        if not preload:
            self.skipTest("libfaketime is not installed (Debian: faketime)")
        self.wrap = ("env", f"LD_PRELOAD={preload}", f"FAKETIME_TIMESTAMP_FILE={self.offset}", "FAKETIME_NO_CACHE=1",
                     "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1")
        self.begin, self.gateway.start = self.gateway.start, self.start

    def start(self):
        self.begin(self.wrap)

    def jump(self, seconds):
        with open(self.offset + ".new", "w", encoding="utf-8") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(self.offset + ".new", self.offset)

    def told(self):
        return [one for one in self.recorders["emailing"].events.values() if one["event"] == "counted.emailing"]

    def test_a_day_later_the_recipient_is_told_once(self):
        for number in range(11):
            self.assertEqual(self.gateway.consent("boutique", {"customer_id": f"c{number}"}, "marketing.email", "granted",
                                                  "2026-11-01T00:00:00Z", notice="newsletter-v4")[0], 201)
            told = self.gateway.post("/v1/events/boutique", "boutique", line(number, f"c{number}"))[1]
            self.assertEqual(told["outcome"], "accepted", told)
        self.gateway.wait_quiet()
        self.assertEqual(self.recorders["emailing"].events, {}, "nothing of a record leaves")
        day = time.strftime("%Y-%m-%d", time.gmtime())
        (count,) = self.gateway.ask("counts")["counts"]
        self.assertEqual((count["day"], count["records"], count["people"]), (day, 11, 11))

        # The day is over; the gateway dies between handing in and its mark.
        self.gateway.stop()
        self.gateway.env["OCTROI_CRASH_AT"] = "counts.told:1"
        self.jump(86_400 - int(time.time()) % 86_400 + 7_200)
        self.start()
        died = self.gateway.process
        end = time.time() + 120
        while died.poll() is None and time.time() < end:
            time.sleep(0.05)
        if died.poll() is None:
            self.skipTest("a binary without crash points (OCTROI_CRASH_POINTS)")
        self.assertEqual(died.returncode, -signal.SIGKILL)
        del self.gateway.env["OCTROI_CRASH_AT"]
        self.start()
        self.assertTrue(self.gateway.wait_ready())
        end = time.time() + 120
        while not self.merged() and time.time() < end:
            time.sleep(0.1)
        self.gateway.wait_quiet()
        self.assertEqual(self.merged(), 1, "handed in again after the kill, and known")
        (told,) = self.told()
        self.assertEqual(told["data"], {"day": day, "purpose": "marketing.email", "records": 11, "people": 11})
        self.assertEqual(len(self.recorders["emailing"].events), 1)
        self.assertEqual(self.recorders["crm"].events.keys() & self.recorders["emailing"].events.keys(), set())
        self.assertTrue(self.gateway.ask("audit")["holds"])

    def merged(self):
        source = self.gateway.ask("status")["sources"].get("comptages", {})
        return source.get("merged", 0)


if __name__ == "__main__":
    unittest.main()
