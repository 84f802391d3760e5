#!/usr/bin/env python3
"""Scores in the whole product: 30 % of the e-mails break, usable moves from 89 % to 62 %, and `problems` names the fix.

  score_test.py OCTROI [unittest arguments]
"""
import datetime
import os
import unittest

from e2e_test import line
from inputs import in_batches, ndjson
from signals_test import World, edit

RULES = """
  - id: email-valid
    say: { fr: "L'e-mail a une forme valide.", en: "The e-mail is well formed." }
    dimension: validity
    severity: blocking
    when: { present: email }
    check: { field: email, format: email }
    on_fail: quarantine
  - id: campaign-known
    say: { fr: "La campagne est connue.", en: "The campaign is known." }
    dimension: consistency
    severity: minor
    when: { present: campaign }
    check: { field: campaign, in: [rentree, noel] }
    on_fail: keep
"""
EVENTS = 1000
SECRET = "lea.zqx7@exemple.fr"


class Scores(World):
    def prepare(self):
        contract = "contracts/order-line.yaml"
        edit(self.gateway, contract, "  occurred_at: { required: true }\n",
             "  occurred_at: { required: true }\n  email: { required: false, critical: true }\n"
             "  campaign: { required: false }\n")
        edit(self.gateway, contract, "\nscore:\n", RULES + "score:\n")
        edit(self.gateway, "sources/boutique.yaml", "map:\n",
             "campaign: { field: properties.campaign, dictionary: campaign }\nmap:\n  properties.email: email\n")

    def send(self, campaign, broken):
        """As in the simulation: 10.7 % lack what identifies them; of `broken` in ten, the e-mail is none."""
        events = []
        for i in range(EVENTS):
            lost, bad = i * 107 % EVENTS < 107, i % 10 < broken
            events.append(line(f"{campaign}-{i}", "" if lost else str(10000 + i), campaign=campaign,
                               email="rien" if bad else f"c{i}@exemple.fr"))
            self.lost += lost and not bad
            self.bad += bad and not lost
            self.both += bad and lost
            self.people.update([i] if bad and not lost else [])
        for batch in in_batches(events, 200):
            status, told = self.gateway.post("/v1/events/boutique", "boutique", ndjson(batch),
                                             Content_Type="application/x-ndjson")
            self.assertEqual(status, 200, told.get("code"))
        self.gateway.wait_quiet()

    def setUp(self):
        self.lost = self.bad = self.both = 0
        self.people = set()
        super().setUp()

    def test_a_broken_e_mail_moves_usable_and_is_the_fix_worth_most(self):
        gateway = self.gateway
        self.send("rentree", 0)
        before = gateway.ask("score")["total"]
        self.assertEqual((before["received"], before["usable"]), (EVENTS, EVENTS - 107))
        self.assertEqual(before["usable_share"], 89.3)
        self.assertEqual(before["coverage"], {"dimensions": 5, "critical_fields": 3, "critical_covered": 3})
        self.assertEqual(before["grade"], "C")
        self.assertIsNone(before["delta"], "there is nothing to compare with")
        self.send("noel", 3)
        unusable = self.lost + self.bad + self.both
        score = gateway.ask("score", "--by", "campaign")
        rows = {row["name"]: row for row in score["rows"]}
        self.assertEqual(rows["rentree"]["usable_share"], 89.3)
        self.assertAlmostEqual(rows["noel"]["usable_share"], 62.5, delta=0.5)
        self.assertEqual(score["total"]["usable"], 2 * EVENTS - unusable)
        low, high = rows["noel"]["ci95"]
        self.assertTrue(low < rows["noel"]["usable_share"] < high, (low, high))
        self.assertEqual(gateway.ask("score", "--campaign", "noel")["total"]["usable"], rows["noel"]["usable"])
        objective, = score["objectives"]
        self.assertEqual((objective["contract"], objective["target"], objective["met"]), ("order-line@1", 95, False))
        self.assertGreater(objective["budget_used"], 100)

        problems = gateway.ask("problems")
        best = problems["problems"][problems["best"]]
        self.assertEqual((best["rule"], best["severity"], best["fields"]), ("email-valid", "blocking", ["email"]))
        self.assertEqual((best["failed"], best["gain"]), (300, self.bad))
        self.assertEqual(best["gain_points"], round(100 * self.bad / (2 * EVENTS), 4))
        self.assertAlmostEqual(best["people"], len(self.people), delta=0.1 * len(self.people))
        self.assertEqual(best["worst_source"], {"source": "boutique", "failed": 300})
        self.assertEqual((best["state"], best["answers"]["contact"]), ("open", "boutique@exemple.fr"))
        second = problems["problems"][1]
        self.assertEqual((second["rule"], second["gain"]), ("customer-known", self.lost))
        self.assertIsNone(second["people"], "who is not identified is nobody that can be counted")
        with open(os.path.join(gateway.folder, best["file"]), encoding="utf-8") as file:
            self.assertIn("id: email-valid", file.read().splitlines()[best["line"] - 1])
        only = gateway.ask("problems", "--field", "email")
        self.assertEqual([one["rule"] for one in only["problems"]], ["email-valid"])

        rule = {row["name"]: row for row in gateway.ask("score", "--by", "rule")["rows"]}
        self.assertEqual((rule["order-line/email-valid"]["applicable"], rule["order-line/email-valid"]["failed"]),
                         (2 * EVENTS, 300))
        field = gateway.ask("score", "--field", "email")["rows"]
        self.assertEqual([(row["name"], row["failed"]) for row in field], [("email", 300)])
        day, = gateway.ask("score", "--by", "day")["rows"]
        self.assertEqual(day["received"], 2 * EVENTS)
        self.speak()

        self.assertEqual(gateway.stop(), 0)
        gateway.run("rebuild", "-c", gateway.folder)
        gateway.start()
        self.assertTrue(gateway.wait_ready())
        after = gateway.ask("problems")
        self.assertEqual([{**one, "since": 0} for one in after["problems"]],
                         [{**one, "since": 0} for one in problems["problems"]])
        again = gateway.ask("score", "--by", "campaign")
        self.assertEqual((again["total"], again["rows"]), (score["total"], score["rows"]))
        self.mute(second)

    def mute(self, next_one):
        """The best fix is out of the way until a day, with its reason; the figures stay."""
        gateway = self.gateway
        self.assertEqual(gateway.stop(), 0)
        until = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
        with open(os.path.join(gateway.folder, "contracts", "order-line.yaml"), "a", encoding="utf-8") as file:
            file.write(f"muted: [{{ rule: email-valid, why: \"Ticket 12\", until: {until} }}]\n")
        gateway.start()
        self.assertTrue(gateway.wait_ready())
        told = gateway.ask("problems")
        self.assertEqual((told["muted"], told["problems"][told["best"]]["rule"]), (1, next_one["rule"]))
        self.assertEqual(told["problems"][-1]["muted"], {"why": "Ticket 12", "until": until})
        self.assertEqual(told["problems"][-1]["gain"], self.bad)
        self.assertIn(f"en sourdine jusqu'au {until} : Ticket 12", gateway.run("problems", "-c", gateway.folder))

    def speak(self):
        french = self.gateway.run("problems", "-c", self.gateway.folder)
        self.assertIn("★ order-line/email-valid   L'e-mail a une forme valide.", french)
        self.assertIn(f"réparer rendrait {self.bad} utilisables de plus (+", french)
        english = self.gateway.run("problems", "-c", self.gateway.folder, "--lang", "en")
        self.assertIn("★ the one fix worth most", english)
        self.assertIn("Utilisables ", self.gateway.run("score", "-c", self.gateway.folder))
        self.assertIn("Usable ", self.gateway.run("score", "-c", self.gateway.folder, "--lang", "en"))

    def test_a_few_records_say_nothing_and_a_campaign_is_never_in_clear(self):
        gateway = self.gateway
        for i in range(29):
            gateway.post("/v1/events/boutique", "boutique", line(i, str(i), campaign=SECRET))
        gateway.wait_quiet()
        self.assertEqual(gateway.ask("score")["total"], {"received": 29, "too_few": True})
        self.assertEqual(gateway.ask("problems")["problems"], [])
        gateway.post("/v1/events/boutique", "boutique", line(0, "0", campaign=SECRET))  # again: no record of its own
        gateway.wait_quiet()
        score = gateway.ask("score")
        self.assertEqual((score["total"]["received"], score["repeats"]), (29, 1))
        gateway.post("/v1/events/boutique", "boutique", line(30, "0", campaign=SECRET))
        gateway.wait_quiet()
        row, = gateway.ask("score", "--by", "campaign")["rows"]
        self.assertEqual((row["received"], row["name"][0]), (30, "#"))
        self.assertEqual(gateway.ask("score", "--campaign", SECRET)["total"]["received"], 30)
        self.assertEqual(gateway.ask("score", "--source", "nulle-part"), {"error": "source.unknown"})
        gateway.stop()
        for folder, _, files in os.walk(gateway.folder):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"zqx7", file.read(), name)


if __name__ == "__main__":
    unittest.main()
