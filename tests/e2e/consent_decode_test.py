#!/usr/bin/env python3
"""`octroi consent decode`, as a person uses it: without a config, a gateway or a terminal.

  consent_decode_test.py OCTROI
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

OCTROI = os.path.abspath(sys.argv.pop(1))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Found in the wild; policy 5, service specific, updated 2026-01-13.
with open(os.path.join(ROOT, "tests/signals/data/tcstrings_wild_decoded.json"), encoding="utf-8") as file:
    WILD = [row for row in json.load(file) if row["tcString"].startswith("CQd924AQd924AASACCENCNFs")][0]
STRING = WILD["tcString"]
IN_TIME = ("--at", "2026-02-01")
GPC_ON = "DBACMMA~CQeBJ0AQeBJ0AGXABBENCNFgALAAAEPAAAiQFyQAQFyAXJABAXIAAAAA.YAAAAAAAAAAA~BAAAAAAAAABY.YA"


class Decode(unittest.TestCase):
    def run_it(self, *words, code=0):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([OCTROI, *words], cwd=empty, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(os.listdir(empty), [])
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def decode(self, *words, code=0):
        return json.loads(self.run_it("consent", "decode", *words, "--json", code=code))

    def test_fields_are_those_of_the_reference(self):
        fields = self.decode("--tcf", STRING, *IN_TIME)["fields"]
        wild = WILD["decoded"]
        for ours, theirs in {"created": "created", "cmpId": "cmpId", "purposesConsent": "purposeConsents",
                             "vendorConsents": "vendorConsents", "disclosedVendors": "vendorsDisclosed",
                             "publisherCC": "publisherCountryCode", "tcfPolicyVersion": "policyVersion"}.items():
            self.assertEqual(fields[ours], wild[theirs], ours)
        self.assertEqual(fields["publisherTC"]["pubPurposesConsent"], wild["publisherConsents"])

    def test_a_question_is_answered_and_the_exit_code_is_the_answer(self):
        string = GPC_ON.split("~")[1]  # purposes 1, 3, 4 and vendor 740, from before disclosure was required
        yes = self.decode("--tcf", string, *IN_TIME, "--purposes", "1,4", "--vendor", "740")
        self.assertEqual((yes["answer"]["allowed"], yes["answer"]["reason"]), (True, "tcf.consented"))
        no = self.decode("--tcf", string, *IN_TIME, "--purposes", "1", "--vendor", "65000", code=1)
        self.assertEqual(no["answer"]["reason"], "tcf.vendor_not_consented")
        no = self.decode("--tcf", string, *IN_TIME, "--purposes", "1,2", "--vendor", "740", code=1)
        self.assertEqual((no["answer"]["reason"], no["answer"]["in_the_way"]), ("tcf.purpose_not_consented", [2]))
        late = self.decode("--tcf", string, "--at", "2027-06-01", "--purposes", "1", code=1)
        self.assertEqual((late["flaws"], late["answer"]["reason"]), (["tcf.expired"], "tcf.string_invalid"))

    def test_what_cannot_be_read_says_where_and_is_not_repeated(self):
        cut = STRING[:40]
        self.assertEqual(self.decode("--tcf", cut, code=1)["error"], "tcf.truncated")
        bad = self.decode("--tcf", STRING[:50] + "+" + STRING[50:], code=1)
        self.assertEqual((bad["error"], bad["character"], bad["bit"]), ("tcf.character", 50, 300))
        for lang, word in (("fr", "Illisible"), ("en", "Cannot be read")):
            text = self.run_it("consent", "decode", "--tcf", cut, "--lang", lang, code=1)
            self.assertIn(word, text)
            self.assertIn("tcf.truncated", text)
            self.assertNotIn(cut[:12], text)
        for kind in ("--tcf", "--gpp"):
            self.run_it("consent", "decode", kind, "", code=1)

    def test_gpp_names_its_sections_and_reads_gpc(self):
        report = self.decode("--gpp", GPC_ON, *IN_TIME)
        self.assertEqual(report["gpc"], "on")
        self.assertEqual([section["id"] for section in report["sections"]], [2, 7])
        self.assertTrue(report["sections"][0]["tcf"]["valid"])
        text = self.run_it("consent", "decode", "--gpp", GPC_ON, *IN_TIME, "--lang", "fr")
        self.assertIn("opposition", text)
        self.assertNotIn("BAAAAAAAAABY", text)
        self.decode("--gpp", "DBABTA~1YNN", "--purposes", "1", code=1)  # no TC string, so no yes
        bad = self.decode("--gpp", "DBABMA~" + STRING[:40], code=1)["sections"][0]["tcf"]
        self.assertGreater(bad["character"], 40)  # counted from where the person counts

    def test_text_in_both_languages(self):
        self.assertIn("Finalités consenties", self.run_it("consent", "decode", "--tcf", STRING, *IN_TIME, "--lang", "fr"))
        self.assertIn("Purposes consented to", self.run_it("consent", "decode", "--tcf", STRING, *IN_TIME, "--lang", "en"))

    def test_misuse_is_told(self):
        for words in ((), ("decode",), ("decode", "--tcf", STRING, "--gpp", STRING), ("decode", "--tcf"),
                      ("decode", "--tcf", STRING, "--vendor", "7"), ("decode", "--tcf", STRING, "--purposes", "25"),
                      ("decode", "--tcf", STRING, "--purposes", "1,"), ("decode", "--tcf", STRING, "--at", "x"),
                      ("decode", STRING), ("decode", "--tcf", STRING, "--source", "x")):
            self.run_it("consent", *words, code=2)

    def test_every_reason_is_explained(self):
        keys = set()
        for name in ("tcf_read.cc", "tcf_judge.cc", "gpp.cc"):
            with open(os.path.join(ROOT, "signals", name), encoding="utf-8") as file:
                keys |= set(re.findall(r'"((?:tcf|gpp)\.[a-z_]+)"', file.read()))
        self.assertGreater(len(keys), 35)
        for key in sorted(keys):
            for lang in ("fr", "en"):
                self.assertIn(key, self.run_it("help", key, "--lang", lang))


if __name__ == "__main__":
    unittest.main(verbosity=2)
