#!/usr/bin/env python3
"""`octroi contract import` and `export`, as a person uses them: without a config or a gateway.

What is exported is checked by the JSON Schema of the standard itself (python3-jsonschema, of tests only).

  contract_test.py OCTROI
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema

OCTROI = os.path.abspath(sys.argv.pop(1))
ROOT = Path(__file__).resolve().parents[2]
ODCS = ROOT / "tests/data/odcs"
CONTRACTS = sorted([*ROOT.glob("tests/data/examples/contracts/*.yaml"), *ROOT.glob("gateway/config/starter/contracts/*.yaml")])
SCHEMA = """{
  "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Lead",
  "type": "object", "required": ["email"], "additionalProperties": false,
  "properties": {
    "email": {"type": "string", "minLength": 3, "format": "email"},
    "grin": {"const": "\\ud83d\\ude00 \\\\ud83d"},
    "address": {"type": "object", "properties": {"zip": {"type": "string", "pattern": "^[0-9]{5}$"}}},
    "tags": {"type": "array", "uniqueItems": true}
  }
}"""


class Contract(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_it(self, *words, code=0, text=None):
        done = subprocess.run([OCTROI, "contract", *map(str, words)], cwd=self.folder, input=text, capture_output=True,
                              timeout=60, check=False, text=True, env={"LANG": "fr_FR.UTF-8"})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def test_every_contract_of_ours_is_valid_odcs_and_comes_back(self):
        validator = jsonschema.Draft201909Validator(json.loads((ODCS / "schema/odcs-json-schema-v3.1.0.json").read_text()))
        self.assertGreaterEqual(len(CONTRACTS), 4)
        for contract in CONTRACTS:
            odcs = json.loads(self.run_it("export", contract, "--json")[0])
            self.assertEqual([error.message for error in validator.iter_errors(odcs)], [], contract)
            (self.folder / "out.odcs.yaml").write_text(self.run_it("export", contract)[0])
            back, notes = self.run_it("import", "out.odcs.yaml")
            self.assertEqual(notes, "")
            (self.folder / "back.yaml").write_text(back)
            self.assertEqual(json.loads(self.run_it("export", "back.yaml", "--json")[0]), odcs)
        broken = {**odcs, "schema": [{"nom": "x"}]}
        self.assertNotEqual(list(validator.iter_errors(broken)), [])

    def test_a_schema_becomes_a_contract_and_says_what_does_not(self):
        (self.folder / "lead.schema.json").write_text(SCHEMA)
        contract, notes = self.run_it("import", "lead.schema.json", code=1)
        self.assertIn("id: lead\n", contract)
        self.assertIn("#   address_zip (text): \"address.zip\"\n", contract)
        self.assertIn("lead.schema.json:3:68  OCT-1441  /additionalProperties  « additionalProperties » porte sur des membres", notes)
        self.assertIn("OCT-1440  /properties/tags/uniqueItems", notes)
        self.assertIn("OCT-1446  /properties/email/format", notes)
        answer = json.loads(self.run_it("import", "lead.schema.json", "--json", code=1)[0])
        self.assertEqual(answer["from"], "json-schema")
        made = answer["contracts"][0]
        self.assertEqual(made["contract"]["fields"]["email"], {"required": True})
        by_id = {rule["id"]: rule for rule in made["contract"]["rules"]}
        self.assertEqual(by_id["grin-valid"]["check"]["in"], ["😀 \\ud83d"])
        self.assertEqual(by_id["email-format"]["on_fail"], "keep")
        self.assertEqual([(note["code"], note["pointer"]) for note in made["notes"] if not note["checked"]],
                         [("OCT-1440", "/properties/tags/uniqueItems"), ("OCT-1441", "/additionalProperties")])
        self.assertTrue(all(note["fr"] and note["en"] and note["line"] for note in made["notes"]))

    def test_what_is_made_is_a_config(self):
        subprocess.run([OCTROI, "init", str(self.folder / "config")], check=True, capture_output=True)
        (self.folder / "lead.json").write_text('{"properties": {"email": {"type": "string", "maxLength": 5}, '
                                              '"campaign": {"type": ["string", "null"]}, "customer_id": {"enum": ["a", 1]}}}')
        made = self.run_it("import", "lead.json")[0]
        lead = self.folder / "config/contracts/lead.yaml"
        lead.write_text(made.replace("status: draft", "status: active\nterm: lead"))
        done = subprocess.run([OCTROI, "check", str(self.folder / "config"), "--lang", "en"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        exported = self.run_it("export", "lead", "-c", self.folder / "config", "--to", "odcs")[0]
        self.assertIn("apiVersion: v3.1.0", exported)

    def test_several_objects(self):
        full = ODCS / "docs/examples/all/full-example.odcs.yaml"
        contracts = self.run_it("import", full, "--from", "odcs", code=1)[0]
        self.assertIn("# contracts/tbl.yaml\n", contracts)
        self.assertIn("# contracts/receivers.yaml\n", contracts)
        one = self.run_it("import", full, "--object", "receivers", code=1)[0]
        self.assertIn("id: receivers\n", one)
        self.assertNotIn("contracts/", one)

    def test_misuse(self):
        self.run_it("import", code=2)
        self.run_it("import", "x.json", "--from", "xml", code=2)
        self.run_it("export", "x", "--from", "odcs", code=2)
        self.run_it("import", "missing.json", code=4)
        _, error = self.run_it("import", "-", text='{"a": 1,\n "a": 2}', code=3)
        self.assertIn("-:2:2  OCT-1007", error)
        _, error = self.run_it("export", "-", text="kind: Contract\napiVersion: octroi/v1\n", code=3)
        self.assertIn("OCT-11", error)


if __name__ == "__main__":
    unittest.main()
