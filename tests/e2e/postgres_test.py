#!/usr/bin/env python3
"""End to end on PostgreSQL: everything e2e_test.py asks, on a real server, and what only a server can do.

  postgres_test.py OCTROI [unittest arguments]
"""
import signal
import time
import unittest

import e2e_test
from e2e_test import line, sums
from postgres import PostgresServer


def setUpModule():
    OnPostgres.server = PostgresServer()


def tearDownModule():
    OnPostgres.server.close()


class OnPostgres(e2e_test.EndToEnd):
    server, databases = None, 0

    def connections(self):
        OnPostgres.databases += 1
        self.database = f"octroi_{OnPostgres.databases}"
        return self.server.new_database(self.database)

    def prepare(self):
        self.gateway.use_postgres(self.connections())

    def places(self):
        self.server.sql("CHECKPOINT")
        return [self.gateway.folder, self.server.data, self.server.logs]

    def test_the_audit_names_what_somebody_changed_in_the_store(self):
        self.grant("1001")
        ids = [self.post(line(number, "1001"))[1]["id"] for number in range(5)]
        self.gateway.wait_quiet()
        audit = self.gateway.ask("audit")
        self.assertEqual((audit["holds"], audit["events"], audit["discrepancies"]), (True, 5, []))
        # The first delivery of a chunk says "withheld" (7) although it was sent: docs/FORMATS.md.
        self.server.sql("UPDATE octroi.delivery_chunks SET states = set_byte(states, 18, 7)", database=self.database)
        audit = self.gateway.ask("audit")
        self.assertFalse(audit["holds"])
        self.assertIn(audit["discrepancies"][0]["id"], ids)
        self.assertEqual({one["what"] for one in audit["discrepancies"]}, {"store_differs"})

    def held(self):
        return self.gateway.metric("octroi_sending_held") == 1

    def wait_for(self, condition):
        deadline = time.time() + 60
        while not condition():
            self.assertLess(time.time(), deadline)
            time.sleep(0.02)

    def test_while_the_server_is_gone_ingest_goes_on_and_nothing_unverifiable_is_sent(self):
        self.grant("1001")
        self.assertEqual(self.post(line(0, "1001"))[0], 202)
        self.gateway.wait_quiet()
        ways = {"ended": (lambda: self.server.stop(signal.SIGQUIT), self.server.start),
                "killed": (lambda: self.server.stop(signal.SIGKILL), self.server.start),
                "frozen": (lambda: self.server.freeze(True), lambda: self.server.freeze(False))}
        for number, (way, (begin, end)) in enumerate(ways.items()):
            with self.subTest(way):
                other = f"20{number}"
                self.grant(other)
                begin()
                self.wait_for(self.held)
                before = {name: len(recorder.attempts) for name, recorder in self.recorders.items()}
                for i in range(20):
                    self.assertEqual(self.post(line(100 * (number + 1) + i, "1001"))[0], 202)
                status, answer = self.gateway.consent("boutique", {"customer_id": other}, "marketing.email",
                                                      "withdrawn", "2026-11-03T00:00:00Z")
                self.assertEqual((status, answer["code"]), (503, "store.unavailable"))
                time.sleep(1)
                self.assertEqual({name: len(recorder.attempts) for name, recorder in self.recorders.items()}, before)
                end()
                self.wait_for(lambda: not self.held())
                status = self.gateway.wait_quiet()
                self.assertTrue(status["sums_hold"])
                self.assertEqual(status["destinations"]["emailing"]["sent"], 1 + 20 * (number + 1))
                # What got 503 is on the journal: the register has it now, and it is obeyed.
                self.post(line(100 * (number + 1) + 50, other))
                status = self.gateway.wait_quiet()
                self.assertEqual(status["destinations"]["emailing"]["sent"], 1 + 20 * (number + 1))
        self.grant("1001", state="withdrawn", at="2026-11-04T00:00:00Z")
        self.post(line(999, "1001"))
        self.assertEqual(self.gateway.wait_quiet()["destinations"]["emailing"]["sent"], 61)


class Moving(e2e_test.EndToEnd):
    """Starts on the embedded store."""

    def test_an_embedded_store_moves(self):
        self.grant("1001")
        self.grant("1002")
        self.grant("1002", state="withdrawn", at="2026-11-02T00:00:00Z")
        ids = [self.post(line(number, "1001"))[1]["id"] for number in range(20)]
        before = self.gateway.wait_quiet()
        explained = self.gateway.ask("explain", ids[0])
        self.assertEqual(self.gateway.stop(), 0)
        moved = self.gateway.use_postgres(OnPostgres.connections(self))
        self.assertEqual((moved["consents"], moved["configs"]), (3, 1))
        self.assertEqual(self.gateway.ask("migrate")["consents"], 0)  # again: nothing left to do
        self.start()
        after = self.gateway.wait_quiet()
        self.assertEqual(sums(after), sums(before))
        self.assertEqual(self.gateway.ask("explain", ids[0]), explained)
        self.post(line(50, "1001"))
        self.post(line(51, "1002"))
        status = self.gateway.wait_quiet()
        self.assertEqual(status["destinations"]["emailing"]["sent"], before["destinations"]["emailing"]["sent"] + 1)
        rows = self.server.sql("SELECT count(*) FROM octroi.consents", database=self.database)
        self.assertEqual(rows, "3")

    def test_the_embedded_store_is_not_served_from_after_it_moved(self):
        self.grant("1001")
        self.gateway.stop()
        with open(self.gateway.folder + "/gateway.yaml", encoding="utf-8") as file:
            plain = file.read()
        self.gateway.use_postgres(OnPostgres.connections(self))
        with open(self.gateway.folder + "/gateway.yaml", "w", encoding="utf-8") as file:
            file.write(plain)
        self.gateway.start()
        self.assertEqual(self.gateway.process.wait(20), 3)
        self.assertIn("was moved to PostgreSQL", self.log())

    def test_a_server_without_the_schema_is_refused(self):
        self.gateway.stop()
        connections = OnPostgres.connections(self)
        self.gateway.use_postgres(connections)
        self.server.sql("INSERT INTO octroi.schema_version (version) SELECT max(version) + 1 FROM octroi.schema_version",
                        database=self.database)
        self.gateway.start()
        self.assertEqual(self.gateway.process.wait(20), 3)
        self.assertIn("use the newer octroi", self.log())

    @property
    def server(self):
        return OnPostgres.server


for name in [name for name in dir(e2e_test.EndToEnd) if name.startswith("test_")]:
    setattr(Moving, name, None)  # those run once, above


if __name__ == "__main__":
    unittest.main(verbosity=2)
