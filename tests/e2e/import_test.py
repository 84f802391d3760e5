#!/usr/bin/env python3
"""Files into a running gateway: what is read, what is refused and why, and that a kill loses and doubles nothing.

  import_test.py OCTROI [unittest arguments]
"""
import gzip
import json
import os
import random
import re
import signal
import subprocess
import threading
import time
import unittest

from e2e_test import HERE, OCTROI
from signals_test import World, edit

SPECTRUM = os.path.join(os.path.dirname(HERE), "data", "csv-spectrum")
HEADER = "InvoiceNo;StockCode;description;quantity;UnitPrice;CustomerID;pays;occurred_at"
VALUE = "zqx7canari"


def row(number, customer="17850", **more):
    cells = {"InvoiceNo": "536365", "StockCode": f"n{number}", "description": f"café {VALUE}", "quantity": "1",
             "UnitPrice": "2.5", "CustomerID": customer, "pays": "France", "occurred_at": "2026-11-20T10:00:00Z", **more}
    return ";".join(cells[name] for name in HEADER.split(";"))


def table(count):
    return "\r\n".join([HEADER] + [row(number) for number in range(count)]) + "\r\n"


class Csv(unittest.TestCase):
    """`octroi csv`: no gateway."""

    def read(self, path, *more):
        done = subprocess.run([OCTROI, "csv", path, "--json", *more], capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, json.loads(done.stdout)

    def test_csv_spectrum(self):
        names = sorted(os.listdir(os.path.join(SPECTRUM, "csvs")))
        self.assertEqual(len(names), 12)
        for name in names:
            with self.subTest(name):
                code, told = self.read(os.path.join(SPECTRUM, "csvs", name))
                with open(os.path.join(SPECTRUM, "json", name.replace(".csv", ".json")), encoding="utf-8") as file:
                    expected = json.load(file)
                if name == "location_coordinates.csv":
                    # Its JSON is of another table: one object, another number, a column less.
                    self.assertEqual(expected["Contact Phone Number"], "1234567890")
                    expected = [{**expected, "Contact Phone Number": "2095257564", "Counties": "Stanislaus"}]
                rows = [dict(zip(told["header"], one["cells"])) for one in told["rows"]]
                self.assertEqual((code, rows, told["faults"]), (0, expected, []))

    def test_a_row_that_does_not_fit_is_named_and_not_padded(self):
        with open("/tmp/octroi-import-test.csv", "w", encoding="utf-8") as file:
            file.write('a,b\n1\n2,"x"y\n3,4\n')
        code, told = self.read(file.name)
        self.assertEqual(code, 1)
        self.assertEqual([one["cells"] for one in told["rows"]], [["3", "4"]])
        self.assertEqual([(one["line"], one["code"], one["column"]) for one in told["faults"]],
                         [(2, "csv.cells", 2), (3, "csv.after_quote", 6)])
        os.unlink(file.name)


class Import(World):
    def prepare(self):
        self.key = os.path.join(self.gateway.folder, "keys", "import.secret")
        with open(os.open(self.key, os.O_CREAT | os.O_WRONLY, 0o400), "w", encoding="utf-8") as file:
            file.write("octroi-secret-raw " + self.gateway.write_keys["boutique"] + "\n")

    def file(self, name, content):
        path = os.path.join(self.temporary.name, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def command(self, path, *more):
        return [OCTROI, "import", path, "--source", "boutique", "--key", self.key, "-c", self.gateway.folder, "--json", *more]

    def run_import(self, path, *more, expect=0, env=None):
        done = subprocess.run(self.command(path, *more), capture_output=True, text=True, timeout=300,
                              env={**self.gateway.env, **(env or {})})
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout else done.stderr

    def report(self, told):
        with open(told["report"], encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn(VALUE, text)
        return [json.loads(line) for line in text.splitlines()]

    def sources(self):
        return self.gateway.wait_quiet()["sources"]["boutique"]

    def every_row_once(self, count):
        """By the journal's sums, and row by row by what the journal delivered."""
        one = self.sources()
        self.assertEqual(one["accepted"], count, one)
        got = [re.search(r'"n(\d+)"', json.dumps(event))[1] for event in self.recorders["emailing"].events.values()]
        self.assertEqual(len(got), count)
        self.assertEqual({int(number) for number in got}, set(range(count)))
        self.assertTrue(self.gateway.ask("audit")["holds"])

    def grant(self):
        status, told = self.gateway.consent("boutique", {"customer_id": "17850"}, "marketing.email", "granted",
                                            "2026-11-01T00:00:00Z", notice="newsletter-v4")
        self.assertEqual(status, 201, told)


class Reading(Import):
    def test_a_real_export(self):
        """Windows-1252, semicolons, CRLF, gzip, a dictionary's synonyms as names; rows that cannot be taken."""
        lines = [HEADER, row(0), "536365;n1;court", row(2, customer=""), row(3), row(4, occurred_at="hier"), row(5) + ";x", row(6)]
        path = self.file("export.csv.gz", gzip.compress("\r\n".join(lines).encode("cp1252")))
        told = self.run_import(path, expect=1)
        self.assertRegex(told["reading"].pop("names_sha256"), "^[0-9a-f]{16}$")
        self.assertEqual(told["reading"], {"format": "csv", "encoding": "windows-1252", "delimiter": ";", "quote": '"',
                                           "escape": "doubled", "columns": 8, "names": "found"})
        self.assertEqual({name: told[name] for name in ("records", "accepted", "quarantined", "rejected", "unreadable", "merged")},
                         {"records": 7, "accepted": 3, "quarantined": 2, "rejected": 0, "unreadable": 2, "merged": 0})
        self.assertTrue(told["sum_holds"])
        lines = self.report(told)
        self.assertEqual([(one["line"], one["outcome"], one["code"]) for one in lines],
                         [(3, "unreadable", "csv.cells"), (4, "quarantined", "quality.customer_known"),
                          (6, "quarantined", "event.time_invalid"), (7, "unreadable", "csv.cells")])
        self.assertEqual((lines[0]["cell"], lines[3]["cell"]), (4, 9))
        self.assertTrue(all(one["fr"] and one["en"] for one in lines))
        # The same file once more is known to be complete, and sends nothing.
        again = self.run_import(path, expect=1)
        again["reading"].pop("names_sha256")
        self.assertEqual({**again, "resumed": False}, told)
        self.assertEqual(self.sources()["received"], 5)
        for folder in (self.gateway.folder + "/" + name for name in os.listdir(self.gateway.folder)):
            if folder.endswith(".log"):
                with open(folder, encoding="utf-8") as file:
                    self.assertNotIn(VALUE, file.read())

    def test_json(self):
        def event(number):
            return {"event": "order.line", "message_id": f"j{number}", "occurred_at": "2026-11-20T10:00:00Z",
                    "properties": {"invoice_no": "1", "stock_code": f"n{number}", "quantity": 1, "unit_price": 2, "customer_id": "1"}}
        lines = "\n".join(json.dumps(event(number)) for number in range(700)) + "\n{broken\n"
        told = self.run_import(self.file("a.ndjson", lines), expect=1)
        self.assertEqual((told["accepted"], told["rejected"]), (700, 1))
        broken = self.report(told)
        self.assertEqual((broken[0]["line"], broken[0]["code"]), (701, "json.invalid"))
        # An array, over lines as people write them; its first 700 were taken as lines before.
        array = json.dumps([event(number) for number in range(710)], indent=2)
        told = self.run_import(self.file("a.json", array), expect=1)   # other bytes under the same ids
        self.assertEqual((told["reading"]["format"], told["accepted"] + told["merged"] + told["rejected"]), ("json", 710))
        self.assertEqual({one["code"] for one in self.report(told)}, {"conflict.message_id"})
        told = self.run_import(self.file("cut.json", array[:-40]), expect=1)
        self.assertEqual((told["stopped"]["code"], told["records"]), ("json.array", 709))

    def test_what_cannot_be_begun_says_why(self):
        self.assertIn("--columns", self.run_import(self.file("a.csv", "1,2\n3,4\n"), expect=1))
        self.assertIn("zip", self.run_import(self.file("a.xlsx", b"PK\x03\x04...."), expect=1))
        self.assertIn("--key", self.without_key())
        self.assertIn("Segment", self.refused("site-web"))
        self.assertIn("pas dans la configuration", self.refused("nobody"))
        wrong = self.file("wrong.secret", "octroi-secret-raw nonsense\n")
        os.chmod(wrong, 0o400)
        self.assertNotEqual(self.run_import(self.file("b.csv", table(1)), "--key", wrong, expect=1), "")
        told = self.run_import(self.file("none.csv", "a;b\n" * 3), "--columns", "StockCode;", expect=1)
        self.assertEqual(told["unreadable"], 3)

    def without_key(self):
        command = self.command(self.file("a.csv", table(1)))
        del command[command.index("--key"):command.index("--key") + 2]
        return subprocess.run(command, capture_output=True, text=True, env=self.gateway.env).stderr

    def refused(self, source):
        command = self.command(self.file("a.csv", table(1)))
        command[command.index("boutique")] = source
        return subprocess.run(command, capture_output=True, text=True, env=self.gateway.env).stderr


class Slow(Import):
    def prepare(self):
        super().prepare()
        edit(self.gateway, "sources/boutique.yaml", 'body: "1 MiB"', 'body: "1 MiB", rate: "400/s"')

    def test_a_rate_is_obeyed_and_progress_is_told(self):
        began = time.time()
        path = self.file("a.csv", table(2000))
        done = subprocess.run(self.command(path, "--progress"), capture_output=True, text=True, env=self.gateway.env, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["accepted"], 2000)
        self.assertGreater(time.time() - began, 3)
        self.assertRegex(done.stderr, r"\d+ lignes, \d+ %, \d+/s, reste \d+ s")


class Killed(Import):
    def test_whoever_is_killed_every_row_is_there_once(self):
        chance = random.Random(7)
        self.grant()
        count = 6000
        path = self.file("a.csv", table(count))
        kills = 0
        for life in range(60):
            process = subprocess.Popen(self.command(path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                       env=self.gateway.env)
            time.sleep(chance.uniform(0.1, 0.6))
            if life % 3 == 2 and process.poll() is None:
                os.kill(self.gateway.pid(), signal.SIGKILL)
                self.gateway.process.wait()
                self.gateway.start()
                self.assertTrue(self.gateway.wait_ready())
                kills += 1
                time.sleep(chance.uniform(0, 0.3))
            if process.poll() is None and kills < 8:
                process.kill()
                kills += 1
            out, error = process.communicate(timeout=300)
            if process.returncode == 0:
                break
            self.assertEqual(process.returncode, -signal.SIGKILL, error)
        self.assertEqual(process.returncode, 0)
        self.assertGreater(kills, 2)
        told = json.loads(out)
        self.assertEqual((told["records"], told["accepted"] + told["merged"], told["resumed"]), (count, count, True))
        self.every_row_once(count)

    def test_killed_at_each_step(self):
        self.grant()
        count = 1500
        for place in ("import.announced", "import.posted", "import.taken"):
            path = self.file("a.csv", table(count))
            done = subprocess.run(self.command(path), env={**self.gateway.env, "OCTROI_CRASH_AT": f"{place}:1"},
                                  capture_output=True)
            if done.returncode == 0:
                self.skipTest("built without OCTROI_CRASH_POINTS")
            self.assertEqual(done.returncode, -signal.SIGKILL)
        told = self.run_import(path)
        self.assertEqual((told["accepted"], told["merged"]), (count, 0))
        self.every_row_once(count)


class LateAfterAKill(Import):
    def prepare(self):
        super().prepare()
        edit(self.gateway, "sources/boutique.yaml", '"7 days"', '"1 s"')
        edit(self.gateway, "contracts/order-line.yaml", 'within: "7 days"', 'within: "1 s"')

    def test_the_journal_is_asked_where_the_memory_of_repeats_has_ended(self):
        """A batch was taken, its answer lost; when the import is taken up, the gateway has forgotten its key."""
        self.grant()
        path = self.file("a.csv", table(1500))
        for number in (1, 2):
            done = subprocess.run(self.command(path), env={**self.gateway.env, "OCTROI_CRASH_AT": f"import.posted:{number}"},
                                  capture_output=True)
            if done.returncode == 0:
                self.skipTest("built without OCTROI_CRASH_POINTS")
            self.assertEqual(done.returncode, -signal.SIGKILL)
            time.sleep(3)
        told = self.run_import(path)
        self.assertEqual((told["accepted"], told["merged"], told["records"]), (1500, 0, 1500))
        self.every_row_once(1500)

    def test_another_journal_is_not_taken_for_the_same(self):
        path = self.file("a.csv", table(1500))
        done = subprocess.run(self.command(path), env={**self.gateway.env, "OCTROI_CRASH_AT": "import.posted:2"},
                              capture_output=True)
        if done.returncode == 0:
            self.skipTest("built without OCTROI_CRASH_POINTS")
        state = self.gateway.folder
        found = [os.path.join(folder, name) for folder, _, names in os.walk(state) for name in names
                 if os.path.basename(folder) == "imports" and name.endswith(".json")]
        with open(found[0], encoding="utf-8") as file:
            text = json.load(file)
        with open(found[0], "w", encoding="utf-8") as file:
            json.dump({**text, "origin": "elsewher"}, file)
        self.assertIn("autre journal", self.run_import(path, expect=5))


class WithoutAGateway(Import):
    def test_it_waits_and_goes_on(self):
        path = self.file("a.csv", table(1000))
        self.gateway.stop()
        self.assertIn("Rien n'est perdu", self.run_import(path, "--wait", "1 s", expect=4))
        process = subprocess.Popen(self.command(path), stdout=subprocess.PIPE, text=True, env=self.gateway.env)
        time.sleep(1)
        second = self.run_import(path, expect=4)
        self.assertIn("en cours", second)
        threading.Thread(target=self.gateway.start).start()
        out, _ = process.communicate(timeout=120)
        self.assertEqual(json.loads(out)["accepted"], 1000)


if __name__ == "__main__":
    unittest.main()
