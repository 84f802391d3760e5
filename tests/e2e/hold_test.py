#!/usr/bin/env python3
"""What waits for its person's answer, in the whole product: receipt, explanation, a kill, the answer, the sums.

  hold_test.py OCTROI [unittest arguments]
"""
import os
import signal
import time
import unittest

from e2e_test import line
from signals_test import World, edit


class Hold(World):
    def prepare(self):
        purpose = "purposes/marketing.email.yaml"
        edit(self.gateway, purpose, "if_unknown: refuse", 'if_unknown: hold\n  hold_for: "1 h"')

    def answer(self, customer, state):
        status, told = self.gateway.consent("boutique", {"customer_id": customer}, "marketing.email", state,
                                            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), notice="newsletter-v4")
        self.assertEqual(status, 201, told)

    def wait_for(self, event, outcome, reason):
        end = time.time() + 30
        while time.time() < end:
            told = self.destinations_of(event)["emailing"]
            if told == (outcome, reason):
                return
            time.sleep(0.2)
        self.assertEqual(told, (outcome, reason))

    def test_it_waits_through_a_kill_and_leaves_by_a_new_decision_only(self):
        gateway = self.gateway
        events = {}
        for number, customer in enumerate(("yes", "no", "never")):
            status, told = gateway.post("/v1/events/boutique", "boutique", line(number, customer))
            self.assertEqual((status, told["outcome"]), (202, "accepted"), told)
            events[customer] = told["id"]
        for event in events.values():
            self.wait_for(event, "in_flight", "hold.consent_unknown")
        self.assertEqual(gateway.metric("octroi_held"), 3)
        text = gateway.run("explain", events["yes"], "-c", gateway.folder)
        self.assertIn("purposes/marketing.email.yaml", text)
        self.assertIn("la personne n'a pas encore répondu", text)
        os.kill(gateway.pid(), signal.SIGKILL)
        gateway.process.wait()
        gateway.start()
        self.assertTrue(gateway.wait_ready())
        self.answer("yes", "granted")
        self.answer("no", "denied")
        self.wait_for(events["yes"], "sent", "delivery.acknowledged")
        self.wait_for(events["no"], "withheld", "consent.denied")
        self.wait_for(events["never"], "in_flight", "hold.consent_unknown")
        self.assertEqual(len(self.recorders["emailing"].events), 1)
        self.assertEqual(gateway.metric("octroi_held"), 1)
        status = gateway.ask("status")
        self.assertTrue(status["sums_hold"])
        audit = gateway.ask("audit")
        self.assertTrue(audit["holds"], audit)


if __name__ == "__main__":
    unittest.main()
