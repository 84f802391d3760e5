#!/usr/bin/env python3
"""`octroi detect`, as a person uses it: without a config, a gateway or a terminal.

  detect_test.py OCTROI
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

OCTROI = os.path.abspath(sys.argv.pop(1))
MAIL, NIR, CARD = "lea.martin@exemple.fr", "1 85 05 78 006 084 91", "4111 1111 1111 1111"
TEXT = f"Bonjour,\nÀ « {MAIL} », NIR {NIR}.\r\nCommande 4111111111111111.\n"


class Detect(unittest.TestCase):
    def run_it(self, *words, text=TEXT, code=1):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([OCTROI, "detect", *words], cwd=empty, input=text.encode(), capture_output=True, timeout=60,
                                  check=False, env={"LANG": "fr_FR.UTF-8"})
            self.assertEqual(os.listdir(empty), [])
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for value in (MAIL, NIR, CARD, "4111"):
            self.assertNotIn(value.encode(), done.stdout + done.stderr)
        return (done.stdout + done.stderr).decode()

    def finds(self, *words, **rest):
        return json.loads(self.run_it(*words, "--json", **rest))["finds"]

    def test_says_where_and_what_and_never_the_value(self):
        self.assertEqual(self.finds("-"), [
            {"line": 2, "column": 5, "length": len(MAIL), "type": "email", "confidence": "certain", "evidence": ["pattern"]},
            {"line": 2, "column": 34, "length": len(NIR), "type": "nir", "confidence": "certain",
             "evidence": ["pattern", "check_digits"]}])
        self.assertIn("2:34  numéro de sécurité sociale (NIR), certain (forme, clé de contrôle)", self.run_it())
        self.assertIn("2:5  e-mail address, certain (form)", self.run_it("--lang", "en"))

    def test_all_adds_what_is_only_possible_and_type_leaves_the_rest_out(self):
        self.assertEqual([find["type"] for find in self.finds("--all")], ["email", "nir", "payment-card"])
        self.assertEqual([find["type"] for find in self.finds("--type", "iban,nir")], ["nir"])
        self.assertEqual(self.finds("--type", "iban", code=0), [])

    def test_a_file_is_read_and_what_is_not_there_or_no_type_is_said(self):
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            file.write(TEXT)
            file.flush()
            self.assertEqual(len(self.finds(file.name, text="")), 2)
        self.run_it("/nowhere/text", code=4)
        self.assertIn("payment-card", self.run_it("--type", "carte", code=2))
        self.assertIn("noms", self.run_it(text="", code=0))

    def test_bytes_that_are_no_text_do_no_harm(self):
        with tempfile.NamedTemporaryFile("wb") as file:
            file.write(b"\xff\xfe " + MAIL.encode() + b"\x00\n\xc3")
            file.flush()
            self.assertEqual([(find["line"], find["column"]) for find in self.finds(file.name)], [(1, 4)])


if __name__ == "__main__":
    unittest.main()
