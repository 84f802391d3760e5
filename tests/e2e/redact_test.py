#!/usr/bin/env python3
"""Free text for a model: refused in clear, and redacted as it leaves; to others it leaves as they list it.

  redact_test.py OCTROI [unittest arguments]
"""
import os
import subprocess
import unittest

import e2e_test
from e2e_test import OCTROI, line

TEXT = "Rappeler \u00ab lea.martin@exemple.fr \u00bb ou le 06 12 34 56 78, NIR 1 85 05 78 006 084 91. Merci !"
REDACTED = "Rappeler \u00ab [email] \u00bb ou le [phone], NIR [nir]. Merci !"
HIDDEN = "lea\u200b.martin@exemple.fr"
PURPOSE = """apiVersion: octroi/v1
kind: Purpose
id: ai.training
title: { fr: "Entra\u00eenement", en: "Training" }
owner: { team: t, contact: c@exemple.fr }
legal_basis: legitimate_interests
balancing_test: MB-9
dpia: { reference: AIPD-1, date: 2026-01-05 }
register: { subjects: [clients], categories: [identity, transaction], keep: "3 years" }
"""
POLICY = """apiVersion: octroi/v1
kind: Policy
id: ai-training
title: { fr: "Mod\u00e8le", en: "Model" }
owner: { team: DPO, contact: dpo@exemple.fr }
applies_to: { purposes: [ai.training] }
allow_when:
  - { present: customer_id }
otherwise:
  - { do: withhold, reason: ai.customer_missing }
mode: enforce
"""


class Redaction(unittest.TestCase):
    def setUp(self):
        self.world = e2e_test.EndToEnd("test_only_what_was_agreed_to_leaves")
        self.world.prepare = self.prepare
        self.world.setUp()
        self.addCleanup(self.world.tearDown)

    def edit(self, path, *replace):
        path = os.path.join(self.world.gateway.folder, path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for old, new in replace:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def check(self):
        done = subprocess.run([OCTROI, "check", self.world.gateway.folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def prepare(self):
        for path, text in (("purposes/ai.training.yaml", PURPOSE), ("policies/ai-training.yaml", POLICY)):
            with open(os.path.join(self.world.gateway.folder, path), "w", encoding="utf-8") as file:
                file.write(text)
        self.edit("destinations/publicite.yaml", ("purposes: [advertising.personalised]", "purposes: [ai.training]"),
                  ("      stock_code: clear\n      country: clear\n", "      stock_code: clear\n      description: clear\n"))
        code, said = self.check()
        self.assertEqual(code, 3, said)
        self.assertEqual(said.count("OCT-1396"), 1, said)
        self.edit("destinations/publicite.yaml", ("description: clear", "description: redacted"))
        code, said = self.check()
        self.assertEqual(code, 0, said)

    def sent(self, name):
        return {event["data"]["stock_code"]: event["data"] for event in self.world.recorders[name].events.values()}

    def test_a_model_gets_free_text_redacted_and_others_as_they_list_it(self):
        self.world.post(line(1, "1001", description=TEXT))
        self.world.post(line(2, "1001", description=HIDDEN))
        self.world.gateway.wait_quiet()
        model, crm = self.sent("publicite"), self.sent("crm")
        self.assertEqual(model["n1"]["description"], REDACTED)
        self.assertEqual(crm["n1"]["description"], TEXT)
        self.assertNotIn("description", model["n2"], "what cannot be judged does not leave")
        self.assertEqual(crm["n2"]["description"], HIDDEN)
        self.assertTrue(model["n1"]["customer_id"].startswith("p1.publicite."))


if __name__ == "__main__":
    unittest.main()
