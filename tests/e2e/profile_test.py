#!/usr/bin/env python3
"""`octroi profile`, as a person uses it: without a gateway; with a config only for a patch.

  profile_test.py OCTROI
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

OCTROI = os.path.abspath(sys.argv.pop(1))
CAMPAIGNS = ["noel-2026", "rentree-2026", "soldes-2026"]


def leads():
    """300 leads; what is planted stands in rows 10, 20, 30 (lines 11, 21, 31)."""
    rows = [[f"lea{n}@exemple.fr", f"C-{1000 + n}", CAMPAIGNS[n % 3], str(20 + n % 50)] for n in range(1, 301)]
    rows[9][0], rows[19][2], rows[29][3] = "lea10.exemple.fr", "soldse-2026", "N/A"
    return rows


def as_csv(rows):
    return "\n".join(";".join(row) for row in [["courriel", "customer_id", "utm_campaign", "age"], *rows]) + "\n"


class Profile(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_it(self, *words, code, cwd=None):
        done = subprocess.run([OCTROI, *words], cwd=cwd or self.folder.name, capture_output=True, timeout=120, check=False,
                              env={"LANG": "fr_FR.UTF-8", "PATH": os.environ["PATH"]}, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def profile(self, *words, code=1):
        return json.loads(self.run_it("profile", *words, "--json", code=code))

    def test_says_row_column_and_reason_and_no_value(self):
        path = self.write("leads.csv", as_csv(leads()))
        found = self.profile(path)
        self.assertEqual([(cell["line"], cell["column"], cell["signals"]) for cell in found["suspects"]["first"]],
                         [(11, "courriel", ["form"]), (21, "utm_campaign", ["near_frequent"]), (31, "age", ["placeholder"])])
        kinds = {column["name"]: column["kind"] for column in found["columns"]}
        self.assertEqual(kinds, {"courriel": "code", "customer_id": "code", "utm_campaign": "text", "age": "integer"})
        masked = self.run_it("profile", path, code=1) + self.run_it("profile", path, "--json", code=1)
        for value in ("lea10", "soldse", "C-1001", "noel"):
            self.assertNotIn(value, masked)
        self.assertIn("ligne 21  utm_campaign", masked)
        self.assertIn("rare, et à une faute près d'une valeur fréquente", masked)
        self.assertIn("rare, and a slip away from a frequent value", self.run_it("profile", path, "--lang", "en", code=1))

    def test_values_are_shown_to_who_asks(self):
        path = self.write("leads.csv", as_csv(leads()))
        cells = self.profile(path, "--show-values")["suspects"]["first"]
        self.assertEqual((cells[1]["value"], cells[1]["expected"]), ("soldse-2026", "soldes-2026"))

    def test_reads_what_import_reads(self):
        names = ["courriel", "customer_id", "utm_campaign", "age"]
        events = [{"lead": dict(zip(names, row)), "n": n} for n, row in enumerate(leads())]
        path = self.write("leads.ndjson", "".join(json.dumps(event) + "\n" for event in events) + "{broken\n")
        found = self.profile(path)
        self.assertEqual((found["rows"], found["unreadable"]), (300, 1))
        self.assertEqual([(cell["line"], cell["column"]) for cell in found["suspects"]["first"]],
                         [(10, "lead.courriel"), (20, "lead.utm_campaign"), (30, "lead.age")])
        array = self.write("leads.json", json.dumps(events))
        self.assertEqual(self.profile(array)["suspects"]["cells"], 3)

    def test_a_file_without_a_suspect_exits_0_and_one_that_is_none_says_why(self):
        clean = self.write("clean.csv", "a;b\n1;x\n2;y\n")
        self.assertEqual(self.profile(clean, code=0)["suspects"]["cells"], 0)
        self.assertEqual(self.profile(self.write("empty.csv", ""), code=1)["error"], "file.empty")
        self.run_it("profile", "/nowhere/leads.csv", code=1)
        self.run_it("profile", code=2)
        self.run_it("csv", clean, "--show-values", code=2)

    def test_rows_that_are_not_as_long_as_the_header_are_counted(self):
        path = self.write("short.csv", as_csv(leads()) + "a;b\n")
        self.assertEqual(self.profile(path)["unreadable"], 1)

    def test_a_patch_is_applied_and_the_config_is_good(self):
        path = self.write("leads.csv", as_csv(leads()))
        config = os.path.join(self.folder.name, "config")
        self.run_it("init", config, code=0)
        self.run_it("check", "-c", config, code=0)
        patch = self.run_it("profile", path, "--contract", "lead", "-c", config, code=0)
        self.assertIn('+    check: { field: campaign, in: ["noel-2026", "rentree-2026", "soldes-2026"] }', patch)
        self.assertNotIn("@exemple.fr", patch.replace("digital@exemple.fr", "").replace("crm@exemple.fr", ""))
        change = self.write("rules.patch", patch)
        subprocess.run(["git", "apply", change], cwd=config, check=True,
                       env={"PATH": os.environ["PATH"], "GIT_CEILING_DIRECTORIES": self.folder.name})
        self.run_it("check", "-c", config, code=0)
        with open(os.path.join(config, "contracts", "lead.yaml"), encoding="utf-8") as file:
            self.assertIn("campaign-one-of-seen", file.read())
        said = self.profile(path, "--contract", "lead", "-c", config, code=0)
        self.assertEqual((said["rules"], said["no_field"]), (0, ["age"]))
        self.assertEqual(self.profile(path, "--contract", "orders", "-c", config)["error"], "profile.contract_unknown")


if __name__ == "__main__":
    unittest.main()
