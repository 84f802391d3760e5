#!/usr/bin/env python3
"""Journeys in the whole product: from the site to the order, how many go on, and why the thread breaks.

  journeys_test.py OCTROI [unittest arguments]
"""
import datetime
import unittest

from e2e_test import line
from signals_test import World, edit

DAY = 86_400


def ago(days):
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Journeys(World):
    def prepare(self):
        edit(self.gateway, "vocabulary/marketing.yaml", "terms:\n", """terms:
  - id: conversion
    title: { fr: "Du site à la commande", en: "From site to order" }
    means: { fr: "Une visite, puis une commande.", en: "A visit, then an order." }
    counts_when: { journey: [track, order.line], within: "90 days", same: subject, purpose: crm.management }
  - id: untold
    title: { fr: "Sans finalité", en: "Without a purpose" }
    means: { fr: "Un parcours que rien ne permet.", en: "A journey that nothing allows." }
    counts_when: { journey: [track, order.line] }
""")
        self.number = 0

    def visit(self, people, days):
        batch = [{"type": "track", "event": "Visit", "messageId": f"v-{one}-{days}", "userId": one, "timestamp": ago(days)}
                 for one in people]
        status, told = self.gateway.post("/v1/batch", "site-web", {"batch": batch})
        self.assertEqual(status, 200, told)

    def order(self, people, days, **more):
        for one in people:
            self.number += 1
            event = line(self.number, one, **more)
            event["occurred_at"] = ago(days)
            status, told = self.gateway.post("/v1/events/boutique", "boutique", event)
            self.assertEqual(status, 202, told)

    def journey(self, *words):
        (journey,) = self.gateway.ask("journeys", "conversion", *words)["journeys"]
        return journey

    def test_how_many_go_on_and_why_not(self):
        bought = [f"b{i}" for i in range(14)]
        objected = [f"o{i}" for i in range(11)]
        gone = [f"g{i}" for i in range(12)]
        late = [f"l{i}" for i in range(10)]
        self.visit(bought + objected + gone, 20)
        self.visit(late, 200)
        self.gateway.wait_quiet()
        for one in objected:
            self.assertEqual(self.gateway.consent("boutique", {"customer_id": one}, "crm.management", "objected", ago(15))[0],
                             201)
        self.order(bought + objected, 10)
        self.order(late, 10)
        self.order([""] * 10, 10)                        # of nobody
        self.order([f"n{i}" for i in range(10)], 10)     # who never visited
        self.gateway.wait_quiet()
        journey = self.journey("--since", "300 days")
        (first, second), (link,) = journey["steps"], journey["links"]
        self.assertEqual((first["persons"], second["persons"], link["persons"]), (47, 14, 14))
        self.assertEqual({one["cause"]: one["persons"] for one in link["breaks"]},
                         {"withheld": 11, "open": 12, "late": 10})
        self.assertAlmostEqual(link["share"], 14 / 47)
        self.assertAlmostEqual(link["median_delay_s"], 10 * DAY, delta=5)
        self.assertEqual((second["without_identity"], second["orphans"]), (10, 10))
        self.assertEqual(self.journey("--since", "300 days", "--until", "100 days")["steps"][0]["persons"], 10)
        text = self.gateway.run("journeys", "-c", self.gateway.folder, "--since", "300 days")
        for part in ("47 personnes", "14", "retenus", "Personne n'est suivi", "vocabulary/marketing.yaml"):
            self.assertIn(part, text)
        self.assertNotIn("b0", text)

        self.assertEqual(self.journey("--since", "100 days", "--until", "15 days")["steps"][1]["orphans"], 0)

        # Three more: their number is not told, nor computable.
        self.visit(["w0", "w1", "w2"], 200)
        self.order(["w0", "w1", "w2"], 150)
        self.gateway.wait_quiet()
        link = self.journey("--since", "300 days", "--until", "100 days")["links"][0]
        self.assertEqual(link["persons"], None)
        self.assertEqual([one["persons"] for one in link["breaks"]], [None])

    def test_what_it_is_asked_badly(self):
        self.assertEqual(self.gateway.ask("journeys", "nothing")["error"], "term.unknown")
        (untold,) = self.gateway.ask("journeys", "untold")["journeys"]
        self.assertEqual(untold["not_counted"], "purpose.missing")
        self.assertNotIn("steps", untold)


if __name__ == "__main__":
    unittest.main()
