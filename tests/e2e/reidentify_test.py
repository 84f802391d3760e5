#!/usr/bin/env python3
"""Who is behind a token, on the real binary: a destination's P2 token, two people with keys of their own, the value
once; every other way refused; all of it on the journal, nothing of it in clear there.

  reidentify_test.py OCTROI [unittest arguments]
"""
import json
import os
import socket
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import e2e_test  # noqa: E402

CUSTOMER = "zqx7-4711"
PEOPLE = {"support": "Anne", "dpo": "Camille", "night": "Anne", "marketing": "Marie", "it": "Idris"}


class Reidentify(e2e_test.EndToEnd):
    def prepare(self):
        lines = []
        for role, name in PEOPLE.items():
            key = json.loads(self.run_verb("keys", "approver", role, self.key(role))[1])["key"]
            lines.append(f'  {role}: {{ name: "{name}", key: "{key}" }}')
        self.edit("gateway.yaml", "mode: enforce", "mode: enforce\napprovers:\n" + "\n".join(lines) +
                  "\naccess: { reidentify: { ask: [support], approve: [dpo, night] } }")
        with open(self.path("pseudonyms", "per-destination.yaml"), encoding="utf-8") as file:
            text = file.read()
        with open(self.path("pseudonyms", "readable.yaml"), "w", encoding="utf-8") as file:
            file.write(text.replace("id: per-destination", "id: readable").replace("p1-hmac", "p2-siv")
                       .replace("reversible: false", "reversible: true"))
        self.edit("destinations/emailing.yaml", "customer_id: { pseudonym: per-destination }",
                  "customer_id: { pseudonym: readable }")

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

    def run_verb(self, *words, plain=False, given=None):
        out = subprocess.run([e2e_test.OCTROI, *words, *([] if plain else ["--json"]), "-c", self.gateway.folder],
                             capture_output=True, text=True, timeout=60, env=self.gateway.env, input=given or "")
        self.told = out.stderr
        return out.returncode, out.stdout or out.stderr

    def act(self, *words, role, code=0, **options):
        more = [part for name, value in options.items() for part in (f"--{name}", value)]
        status, text = self.run_verb("reidentify", *words, "--as", role, "--key", self.key(role), "--yes", *more)
        self.assertEqual(status, code, text)
        return json.loads(text)

    def token(self):
        """What the destination knows this customer by."""
        self.grant(CUSTOMER)
        self.assertEqual(self.post(e2e_test.line(1, CUSTOMER))[0], 202)
        self.gateway.wait_quiet()
        return next(iter(self.recorders["emailing"].events.values()))["data"]["customer_id"]

    def accesses(self):
        self.gateway.stop()
        lines = [json.loads(one) for one in self.run_verb("journal", "dump", plain=True)[1].splitlines()]
        self.start()
        return [one for one in lines if one["kind"] == "access"]

    def test_two_people_read_a_token_once(self):
        readable = self.token()
        self.assertTrue(readable.startswith("p2.emailing.1."), readable)
        asked = self.act("ask", role="support", token=readable, reason="Dossier de Jeanne")
        request = asked["request"]
        waiting = self.run_verb("reidentify", "show", plain=True)[1]
        for part in (request, "Anne (support)", "Dossier de Jeanne", "customer_id → emailing"):
            self.assertIn(part, waiting)
        self.assertNotIn(CUSTOMER, waiting)
        self.assertEqual(self.act("open", request, role="support", code=1)["error"], "access.not_approved")
        self.assertEqual(self.act("approve", request, role="night", code=1)["error"], "access.same_person")
        self.assertEqual(self.act("approve", request, role="support", code=1)["error"], "access.role")
        self.assertEqual(self.act("approve", request, role="dpo")["state"], "approved")
        self.assertIn("Dossier de Jeanne", self.told, "who approves sees what")
        self.assertEqual(self.act("open", request, role="dpo", code=1)["error"], "access.not_theirs")
        opened = self.act("open", request, role="support")
        self.assertEqual((opened["field"], opened["value"]), ("customer_id", CUSTOMER))
        self.assertEqual(self.act("open", request, role="support", code=1)["error"], "access.request_unknown")
        digest = "p1.crm.1." + "A" * 43
        self.assertEqual(self.act("ask", role="support", token=digest, reason="x", code=1)["error"], "access.one_way")
        lost = self.act("ask", role="support", token=readable, reason="x")["request"]

        subject = json.dumps({"customer_id": CUSTOMER})
        for verb, code in (("state", 0), ("export", 0)):
            status, text = self.run_verb("consent", verb, "--subject", "-", "--reason", "Art. 15", given=subject)
            self.assertEqual(status, code, text)
            self.assertEqual(self.told if verb == "state" else "", "")
        audit = self.gateway.ask("audit")
        self.assertTrue(audit["holds"], audit)
        records = self.accesses()
        self.assertEqual(audit["accesses"], len(records))
        self.assertEqual([(one["what"], one.get("role"), one.get("refusal")) for one in records], [
            ("reidentify.asked", "support", None),
            ("reidentify.refused", "support", "access.not_approved"),
            ("reidentify.refused", "night", "access.same_person"),
            ("reidentify.refused", "support", "access.role"),
            ("reidentify.approved", "dpo", None),
            ("reidentify.refused", "dpo", "access.not_theirs"),
            ("reidentify.opened", "support", None),
            ("reidentify.refused", "support", "access.request_unknown"),
            ("reidentify.refused", "support", "access.one_way"),
            ("reidentify.asked", "support", None),
            ("register.read", None, None), ("register.read", None, None)])
        self.assertEqual(records[6]["reason"], "Dossier de Jeanne")
        self.assertEqual(records[6]["uid"], os.geteuid())
        self.assertEqual(records[6]["request"], request)
        self.assertEqual(records[6]["subject"], records[10]["subject"], "the same person, the same fingerprint")
        self.assertEqual(records[10]["reason"], "Art. 15")
        self.assertEqual(self.act("approve", lost, role="dpo", code=1)["error"], "access.request_unknown",
                         "a restart ends what waits")
        self.gateway.stop()    # its socket is no file to read
        for folder, _, files in os.walk(self.gateway.folder):
            for file in files:
                with open(os.path.join(folder, file), "rb") as stream:
                    bytes_ = stream.read()
                self.assertNotIn(CUSTOMER.encode(), bytes_, file)
                self.assertNotIn(b"Dossier de Jeanne", bytes_, file)

    def test_nobody_gives_himself_the_role_and_another_key_is_nobody(self):
        readable = self.token()
        status, text = self.run_verb("reidentify", "ask", "--token", readable, "--reason", "x", "--as", "support",
                                     "--key", self.key("night"))
        self.assertEqual((status, json.loads(text)["error"]), (1, "access.signature"))
        self.edit("gateway.yaml", "ask: [support]", "ask: [support, night]")
        status, text = self.run_verb("apply")
        self.assertEqual((status, json.loads(text)["roles"]), (1, sorted(PEOPLE)))
        self.edit("gateway.yaml", "approve: [dpo, night]", "approve: [night]")
        self.assertIn("OCT-1385", self.run_verb("check")[1])
        self.edit("gateway.yaml", "approve: [night]", "approve: [dpoo]")
        self.assertIn("OCT-1353", self.run_verb("check")[1])

    def test_without_a_gateway_a_reading_says_that_it_is_not_recorded(self):
        self.grant(CUSTOMER)
        self.gateway.stop()
        status, text = self.run_verb("consent", "state", "--subject", "-", given=json.dumps({"customer_id": CUSTOMER}))
        self.assertEqual(status, 0, text)
        self.assertIn("pas notée", self.told)
        self.start()

    def test_a_gateway_that_does_not_answer_lets_nobody_read(self):
        self.grant(CUSTOMER)
        path = next(os.path.join(at, "octroi.sock") for at, _, files in os.walk(self.temporary.name) if "octroi.sock" in files)
        self.gateway.stop()
        if os.path.exists(path):
            os.unlink(path)
        with socket.socket(socket.AF_UNIX) as mute:
            mute.bind(path)
            mute.listen()
            def hang_up():
                for _ in range(2):
                    mute.accept()[0].close()
            thread = threading.Thread(target=hang_up, daemon=True)
            thread.start()
            status, text = self.run_verb("consent", "state", "--subject", "-", given=json.dumps({"customer_id": CUSTOMER}))
        self.assertEqual(status, 1, text)
        self.assertIn("rien n'est donné", text)
        self.assertNotIn("marketing.email", text)
        os.unlink(path)
        self.start()


# The parent's tests run in its own program.
for name in [n for n in dir(e2e_test.EndToEnd) if n.startswith("test_") and n not in vars(Reidentify)]:
    setattr(Reidentify, name, None)

if __name__ == "__main__":
    unittest.main(verbosity=2)
