#!/usr/bin/env python3
"""People who do not exist, in the whole product: green, red within a minute of a wrong config, green again.

  canary_test.py OCTROI [unittest arguments]
"""
import os
import re
import subprocess
import time
import unittest

from e2e_test import OCTROI, line
from signals_test import World, edit

HERE = os.path.dirname(os.path.abspath(__file__))
RIGHT = "map: { C0003: [marketing.email], C0004: [advertising.personalised] }"
SWAPPED = "map: { C0003: [advertising.personalised], C0004: [marketing.email] }"


def canary_of_the_unit_test():
    with open(os.path.join(os.path.dirname(HERE), "gateway", "canary_folder.h"), encoding="utf-8") as file:
        return re.search(r'kCanary = R"\((.*?)\)"', file.read(), re.S).group(1)


class Canaries(World):
    def prepare(self):
        folder = os.path.join(self.gateway.folder, "canaries")
        os.makedirs(folder)
        with open(os.path.join(folder, "site-web.yaml"), "w", encoding="utf-8") as file:
            file.write(canary_of_the_unit_test())
        edit(self.gateway, "sources/site-web.yaml", "unknown_events:",
             "consent: [{ read: segment, " + RIGHT + " }]\nunknown_events:")

    def wait_for(self, light, seconds=60):
        end = time.time() + seconds
        while time.time() < end:
            told = self.gateway.ask("status")["canaries"]
            if told["light"] == light:
                return told
            time.sleep(0.2)
        self.fail(told)

    def health(self, name):
        return self.gateway.request("GET", "/health/" + name)[0]

    def metric(self, name):
        return re.search(rb"^%s (\S+)$" % name.encode(), self.gateway.request("GET", "/metrics")[2], re.M)

    def test_a_wrong_mapping_is_red_within_a_minute_and_right_again_is_green(self):
        gateway = self.gateway
        told = self.wait_for("green")
        self.assertEqual((told["people"], told["mismatches"], told["not_watched"]), (21, [], []))
        self.assertEqual((self.health("canaries"), self.health("ready")), (200, 200))
        self.assertEqual(gateway.metric("octroi_canary_light"), 1)
        self.assertIn("✓ Canaris : 21 personnes", gateway.run("status", "-c", gateway.folder))
        self.assertIn("ok     canari site-web", gateway.run("test", "-c", gateway.folder))

        edit(gateway, "sources/site-web.yaml", RIGHT, SWAPPED)
        self.assertFalse(gateway.ask("test")["holds"])
        begun = time.time()
        gateway.ask("apply")
        told = self.wait_for("red")
        self.assertLess(time.time() - begun, 60)
        wrong = {(one["destination"], one["expected"], one["seen"], one["reason"]) for one in told["mismatches"]}
        self.assertIn(("emailing", "nothing", "record", "consent.granted"), wrong)
        self.assertIn(("publicite", "nothing", "record", "consent.granted"), wrong)
        self.assertEqual((self.health("canaries"), self.health("ready")), (503, 200), "traffic goes on")
        self.assertEqual(gateway.metric("octroi_canary_light"), 0)
        self.assertIn("✗ CANARIS ROUGES", gateway.run("status", "-c", gateway.folder))
        with open(gateway.log.name, encoding="utf-8", errors="replace") as file:
            log = file.read()
        self.assertIn('"canary.red"', log)
        self.assertNotIn("canary.invalid", log, "the log names, it does not quote")

        edit(gateway, "sources/site-web.yaml", SWAPPED, RIGHT)
        gateway.ask("apply")
        self.wait_for("green")
        self.assertEqual((self.health("canaries"), gateway.metric("octroi_canary_light")), (200, 1))

    def test_they_are_nobody_anywhere_else(self):
        gateway = self.gateway
        self.wait_for("green")
        status, told = gateway.post("/v1/events/boutique", "boutique", line(1))
        self.assertEqual((status, told["outcome"]), (202, "accepted"))
        walked = gateway.metric("octroi_canary_people_total")
        end = time.time() + 30
        while gateway.metric("octroi_canary_people_total") < walked + 42 and time.time() < end:
            time.sleep(0.2)
        self.assertGreaterEqual(gateway.metric("octroi_canary_people_total"), walked + 42, "they are walked on and on")
        status = gateway.wait_quiet()
        self.assertEqual({name: one["received"] for name, one in status["sources"].items()}, {"boutique": 1})
        self.assertEqual(status["consent_subjects"], 0)
        self.assertTrue(status["sums_hold"])
        audit = gateway.ask("audit")
        self.assertEqual((audit["events"], audit["holds"]), (1, True))
        leaving = [event for recorder in self.recorders.values() for event in recorder.events.values()]
        self.assertEqual(len(leaving), 1, "the order, to the CRM")
        gateway.stop()
        found = subprocess.run(["grep", "-rlaE", "canary-[0-9a-f]{12}", os.path.join(gateway.folder, "data")], capture_output=True, text=True)
        self.assertEqual(found.stdout, "", "nothing of them is stored")


if __name__ == "__main__":
    unittest.main()
