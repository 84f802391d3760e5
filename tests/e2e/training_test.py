#!/usr/bin/env python3
"""What went into the training of a model, in the whole product: the set, a withdrawal, the records it names.

  training_test.py OCTROI [unittest arguments]
"""
import json
import os
import subprocess
import time
import unittest

from e2e_test import OCTROI, line
from signals_test import World, edit

PURPOSE = """apiVersion: octroi/v1
kind: Purpose
id: ai.training
title: { fr: "Entraîner un modèle de recommandation", en: "Train a recommendation model" }
owner: { team: "Données", contact: donnees@exemple.fr, approvers: [dpo] }
legal_basis: consent
consent_covers: send
consent: { notice: bandeau-v2, ask_again_after: "6 months", withdrawn_takes_effect: "1 min", if_unknown: refuse }
dpia: { reference: "AIPD-2026-004", date: 2026-09-01 }
register: { subjects: [clients], categories: [identity, contact, location, transaction, navigation, attribution], keep: "6 months" }
"""


class Training(World):
    def prepare(self):
        with open(os.path.join(self.gateway.folder, "purposes/ai.training.yaml"), "w", encoding="utf-8") as file:
            file.write(PURPOSE)
        edit(self.gateway, "notices/bandeau-v2.yaml", "purposes: [", "purposes: [ai.training, ")
        edit(self.gateway, "destinations/publicite.yaml", "purposes: [advertising.personalised]", "purposes: [ai.training]")

    def say(self, customer, state):
        status, told = self.gateway.consent("boutique", {"customer_id": customer}, "ai.training", state,
                                            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), notice="bandeau-v2")
        self.assertEqual(status, 201, told)

    def affected(self, *words, customer=None):
        about = ["--subject", "-"] if customer else []
        done = subprocess.run([OCTROI, "training", "affected", *about, *words, "-c", self.gateway.folder], text=True,
                              input=json.dumps({"customer_id": customer}), capture_output=True, timeout=60, check=True)
        self.assertNotIn("zqx7", done.stdout + done.stderr)
        return done.stdout

    def test_a_withdrawal_names_the_set_and_the_records_as_their_recipient_knows_them(self):
        gateway = self.gateway
        self.assertEqual(gateway.ask("training", "show")["sets"], [])
        for customer in ("zqx7-1", "zqx7-2"):
            self.say(customer, "granted")
        receipts = {}
        for number, customer in enumerate(("zqx7-1", "zqx7-2", "zqx7-3")):
            receipts[customer] = gateway.post("/v1/events/boutique", "boutique", line(number, customer))[1]["id"]
        gateway.wait_quiet()
        sets = gateway.ask("training", "show", "--destination", "publicite")["sets"]
        self.assertEqual([(one["set"], one["records"], one["closed"], one["recipient"]) for one in sets],
                         [(time.strftime("publicite.%Y-%m", time.gmtime()), 2, False, "Example Ads Inc.")])
        self.assertEqual(gateway.ask("training", "show")["sets"], sets, "the same records, the same digest")
        self.assertIn("2 enregistrements", gateway.run("training", "show", "-c", gateway.folder))
        self.assertEqual(gateway.ask("training", "show", "--destination", "crm")["sets"], [])
        self.assertEqual(gateway.ask("training", "affected")["records"], 0)

        self.say("zqx7-1", "withdrawn")
        told = gateway.ask("training", "affected")
        self.assertEqual(told["records"], 1, told)
        record = told["sets"][0]["records"][0]
        self.assertEqual((record["event"], record["state"], record["article"]),
                         (receipts["zqx7-1"], "withdrawn", "17(1)(b)"))
        self.assertIn(record["id"], self.recorders["publicite"].events, "the id that the recipient knows it by")
        self.assertIn("prévenir le destinataire", gateway.run("training", "affected", "-c", gateway.folder))

        hers = json.loads(self.affected("--json", customer="zqx7-2"))
        self.assertEqual(hers["records"], 1)
        self.assertNotIn("state", hers["sets"][0]["records"][0], "she agrees still")
        self.assertEqual(json.loads(self.affected("--json", customer="zqx7-3"))["records"], 0)
        self.assertIn("✓ Aucun jeu", self.affected(customer="zqx7-3"))


if __name__ == "__main__":
    unittest.main()
