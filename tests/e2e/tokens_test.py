#!/usr/bin/env python3
"""Random tokens (P4) on the real binary: the same after a kill between the table and the send, read back by two people,
nobody's once the person is forgotten, never in the store in clear; and a key that is called compromised opens a breach.

  tokens_test.py OCTROI [unittest arguments]
"""
import json
import os
import sqlite3
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import e2e_test  # noqa: E402

CUSTOMER, OTHER = "zqx7-4711", "zqx7-4712"


class Tokens(e2e_test.EndToEnd):
    def prepare(self):
        lines = []
        for role in ("support", "dpo", "marketing", "it"):
            key = json.loads(self.verb("keys", "approver", role, self.key(role))[1])["key"]
            lines.append(f'  {role}: {{ name: "{role}", key: "{key}" }}')
        self.edit("gateway.yaml", "mode: enforce", "mode: enforce\napprovers:\n" + "\n".join(lines) +
                  "\naccess: { reidentify: { ask: [support], approve: [dpo] } }")
        with open(self.path("pseudonyms", "per-destination.yaml"), encoding="utf-8") as file:
            text = file.read()
        text = "\n".join(one for one in text.splitlines() if not one.startswith(("key:", "rotate:"))) + "\n"
        with open(self.path("pseudonyms", "at-random.yaml"), "w", encoding="utf-8") as file:
            file.write(text.replace("id: per-destination", "id: at-random").replace("p1-hmac", "p4-random")
                       .replace("reversible: false", "reversible: true"))
        self.edit("destinations/emailing.yaml", "customer_id: { pseudonym: per-destination }",
                  "customer_id: { pseudonym: at-random }")
        self.edit("pseudonyms/per-destination.yaml", "reversible: false", 'reversible: false\nrotate: { every: "30 days" }')

    def key(self, role):
        return os.path.join(self.temporary.name, role + ".key")

    def path(self, *names):
        return os.path.join(self.gateway.folder, *names)

    def edit(self, file, old, new):
        with open(self.path(file), encoding="utf-8") as stream:
            text = stream.read()
        self.assertIn(old, text)
        with open(self.path(file), "w", encoding="utf-8") as stream:
            stream.write(text.replace(old, new, 1))

    def verb(self, *words, given="", plain=False):
        out = subprocess.run([e2e_test.OCTROI, *words, *([] if plain else ["--json"]), "-c", self.gateway.folder],
                             capture_output=True, text=True, timeout=60, env=self.gateway.env, input=given)
        self.told = out.stderr
        return out.returncode, out.stdout or out.stderr

    def tokens(self):
        return {id_: one["data"]["customer_id"] for id_, one in self.recorders["emailing"].events.items()}

    def sent(self, number, customer=CUSTOMER):
        """The token under which emailing knows this customer."""
        before = set(self.tokens())
        self.assertEqual(self.post(e2e_test.line(number, customer))[0], 202)
        self.gateway.wait_quiet()
        (token,) = [one for id_, one in self.tokens().items() if id_ not in before]
        return token

    def database(self):
        return next(os.path.join(at, "store.sqlite") for at, _, files in os.walk(self.temporary.name)
                    if "store.sqlite" in files)

    def act(self, *words, role, **options):
        more = [part for name, value in options.items() for part in (f"--{name}", value)]
        return json.loads(self.verb("reidentify", *words, "--as", role, "--key", self.key(role), "--yes", *more)[1])

    def test_a_token_outlives_a_kill_before_it_was_sent(self):
        self.grant(CUSTOMER)
        self.gateway.stop()
        self.gateway.env["OCTROI_CRASH_AT"] = "tokens.minted:1"
        self.start()
        self.post(e2e_test.line(1, CUSTOMER))
        for _ in range(200):
            if self.gateway.process.poll() is not None:
                break
            time.sleep(0.05)
        if self.gateway.process.poll() is None:
            self.skipTest("a binary without crash points (OCTROI_CRASH_POINTS)")
        self.assertEqual(self.tokens(), {}, "nothing was sent")
        with sqlite3.connect(self.database()) as store:
            ((domain, minted),) = store.execute("SELECT domain, hex(token) FROM tokens").fetchall()
        del self.gateway.env["OCTROI_CRASH_AT"]
        self.start()
        self.gateway.wait_quiet()
        (token,) = self.tokens().values()
        self.assertTrue(token.startswith(f"p4.{domain}."), token)
        body = token.rsplit(".", 1)[1].replace("-", "+").replace("_", "/") + "=="
        import base64
        self.assertEqual(base64.b64decode(body).hex().upper(), minted, "the token of the table")
        self.assertEqual(self.sent(2), token, "and again")

    def test_two_people_read_it_back_and_then_it_is_nobodys(self):
        self.grant(CUSTOMER)
        self.grant(OTHER)
        token, other = self.sent(1), self.sent(2, OTHER)
        self.assertNotEqual(token, other)
        request = self.act("ask", role="support", token=token, reason="Dossier 118")["request"]
        self.assertEqual(self.act("approve", request, role="dpo")["state"], "approved")
        opened = self.act("open", request, role="support")
        self.assertEqual((opened["field"], opened["value"]), ("customer_id", CUSTOMER))

        person = json.dumps({"customer_id": CUSTOMER})
        self.assertEqual(self.verb("keys", "forget", "--subject", "-", given=person)[0], 2, "a reason is needed")
        self.assertEqual(self.verb("keys", "forget", "--subject", "-", "--reason", "Art. 17", given=person)[0], 1,
                         "nobody has said yes")
        status, text = self.verb("keys", "forget", "--subject", "-", "--reason", "Art. 17", "--yes", given=person)
        self.assertEqual((status, json.loads(text)), (0, {"forgotten": 1}))
        self.assertEqual(self.act("ask", role="support", token=token, reason="x")["error"], "access.token_unknown")
        again = self.sent(3)
        self.assertNotEqual(again, token)
        self.assertEqual(self.sent(4, OTHER), other, "of nobody else")
        self.gateway.stop()
        records = [json.loads(one) for one in self.verb("journal", "dump", plain=True)[1].splitlines()]
        (forgotten,) = [one for one in records if one.get("what") == "tokens.forgotten"]
        self.assertEqual((forgotten["uid"], forgotten["reason"]), (os.geteuid(), "Art. 17"))
        for folder, _, files in os.walk(os.path.dirname(self.database())):
            for file in files:
                with open(os.path.join(folder, file), "rb") as stream:
                    self.assertNotIn(CUSTOMER.encode(), stream.read(), file)
        self.start()

    def test_a_compromised_key_opens_a_breach(self):
        self.grant(CUSTOMER)
        self.sent(1)
        self.assertEqual(json.loads(self.verb("breaches")[1]), {"breaches": []})
        shown = json.loads(self.verb("keys", "show")[1])
        self.assertEqual(shown["random_tokens"], ["emailing"])
        self.assertEqual(self.verb("keys", "rotate", "--yes")[0], 0)
        self.assertEqual(self.verb("keys", "compromised", "1", "--yes")[0], 0)
        self.assertIn("key-1", self.told)
        (breach,) = json.loads(self.verb("breaches")[1])["breaches"]
        self.assertEqual((breach["breach"], breach["state"], breach["key_version"], breach["overdue"]),
                         ("key-1", "open", 1, False))
        self.assertEqual(breach["entries"][0]["uid"], os.geteuid())
        self.assertEqual([(one["id"], one["records"]) for one in breach["destinations"] if one["id"] == "emailing"],
                         [("emailing", 1)])
        self.assertEqual(self.verb("breaches", "notified", "key-1", "--reference", "Mme Dupont a appelé")[0], 2)
        self.assertEqual(self.verb("breaches", "notified", "key-9", "--reference", "CNIL-1")[0], 1)
        self.assertEqual(self.verb("breaches", "notified", "key-1", "--reference", "CNIL-2026-118")[0], 0)
        text = self.verb("breaches", plain=True)[1]
        for part in ("key-1  notifiée", "33(1)", "CNIL-2026-118", "emailing  1 enregistrements"):
            self.assertIn(part, text)
        # Nobody listens: the next start opens it, as of when the file was written.
        self.assertEqual(self.verb("keys", "rotate", "--yes")[0], 0)
        self.gateway.stop()
        self.assertEqual(self.verb("keys", "reinstate", "1", "--yes")[0], 1)
        self.assertEqual(self.verb("keys", "compromised", "2", "--yes")[0], 0)
        self.assertIn("prochain démarrage", self.told)
        self.start()
        breaches = json.loads(self.verb("breaches")[1])["breaches"]
        self.assertEqual([(one["breach"], one["state"]) for one in breaches], [("key-1", "notified"), ("key-2", "open")])
        self.assertEqual(self.verb("breaches", "closed", "key-1", "--reference", "R-7")[0], 0)
        self.assertEqual(self.verb("breaches", "closed", "key-1", "--reference", "R-8")[0], 1)

    def test_a_key_that_is_due_says_so_and_stays(self):
        self.assertEqual(self.gateway.request("GET", "/health/keys")[0], 200)
        self.gateway.stop()
        path = json.loads(self.verb("keys", "show")[1])["file"]
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("kv=1 active\n", text)
        os.chmod(path, 0o600)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("kv=1 active\n", "kv=1 active since=2026-01-31\n"))
        self.start()
        self.assertEqual(self.gateway.request("GET", "/health/keys")[0], 503)
        self.assertEqual(self.gateway.request("GET", "/health/ready")[0], 200, "nothing stops")
        self.assertEqual(self.gateway.metric("octroi_key_rotation_due"), 1)
        self.assertEqual(json.loads(self.verb("keys", "show")[1])["rotation"],
                         {"active_since": "2026-01-31", "rotate_by": "2026-03-02", "due": True})
        self.assertIn("octroi keys rotate", self.verb("keys", "show", plain=True)[1])
        self.assertEqual(json.loads(self.verb("keys", "show")[1])["versions"], [{"version": 1, "state": "active"}])


# The parent's tests run in its own program.
for name in [n for n in dir(e2e_test.EndToEnd) if n.startswith("test_") and n not in vars(Tokens)]:
    setattr(Tokens, name, None)

if __name__ == "__main__":
    unittest.main(verbosity=2)
