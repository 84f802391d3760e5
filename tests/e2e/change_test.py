#!/usr/bin/env python3
"""A change's whole way on the real binary: proposed by IT, approved by the DPO and marketing with keys of their
own, brought into force, seen in the history, rolled back; and every way around it, refused.

  change_test.py OCTROI [unittest arguments]
"""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import e2e_test  # noqa: E402


class Change(e2e_test.EndToEnd):
    def prepare(self):
        """Roles of the demonstration get a key each; gateway.yaml says whose."""
        lines = []
        for role in ("dpo", "marketing", "it"):
            key = json.loads(self.run_verb("keys", "approver", role, self.key(role))[1])["key"]
            lines.append(f'  {role}: {{ name: "{role.upper()}", key: "{key}" }}\n')
        self.edit("gateway.yaml", "mode: enforce", "mode: enforce\napprovers:\n" + "".join(lines).rstrip())

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

    def run_verb(self, *words):
        out = subprocess.run([e2e_test.OCTROI, *words, "--json", "-c", self.gateway.folder], capture_output=True,
                             text=True, timeout=60, env=self.gateway.env, stdin=subprocess.DEVNULL)
        return out.returncode, out.stdout or out.stderr

    def ask(self, *words, code=0):
        status, text = self.run_verb(*words)
        self.assertEqual(status, code, text)
        return json.loads(text)

    def tighten(self):
        """Newsletters only from 16 years on."""
        self.edit("policies/marketing-email.yaml", "  - { consent: granted }",
                  "  - { consent: granted }\n  - { subject_age: { at_least: 16, if_unknown: refuse } }")

    def outcome(self, number, customer):
        receipt = self.post(e2e_test.line(number, customer))[1]["id"]
        self.gateway.wait_quiet()
        deliveries = self.gateway.ask("explain", receipt)["deliveries"]
        return next(d["outcome"] for d in deliveries if d["destination"] == "emailing")

    def version(self):
        return self.gateway.ask("status")["plan"]

    def restart(self):
        self.gateway.stop()
        self.start()

    def test_two_people_approve_then_it_is_in_force_and_can_be_rolled_back(self):
        self.grant("1001")
        self.assertEqual(self.outcome(1, "1001"), "sent")
        self.tighten()
        diff = self.ask("diff")
        self.assertEqual([c["file"] for c in diff["changes"]], ["policies/marketing-email.yaml"])
        self.assertEqual(diff["missing"], ["dpo", "marketing"])
        refused = self.ask("apply", code=1)
        self.assertEqual((refused["error"], refused["roles"]), ("change.approval_missing", ["dpo", "marketing"]))
        proposal = self.ask("propose", "--reason", "Seize ans.")["file"]
        for role, missing in (("dpo", ["marketing"]), ("marketing", [])):
            self.assertEqual(self.ask("apply", proposal, code=1)["error"], "change.approval_missing")
            self.ask("approve", proposal, "--as", role, "--key", self.key(role), "--yes")
            self.assertEqual(self.ask("proposals")["proposals"][0]["missing"], missing)
        self.assertEqual(self.outcome(2, "1001"), "sent")
        before = self.version()
        self.assertEqual(self.ask("apply", proposal)["version"], before + 1)
        self.assertEqual(self.outcome(3, "1001"), "withheld")
        last = self.ask("versions")["versions"][0]
        self.assertEqual((last["version"], last["approved"], last["reason"]),
                         (before + 1, ["dpo", "marketing"], "Seize ans."))
        self.assertEqual(self.ask("apply", proposal, code=1)["error"], "change.stale")

        back = self.ask("propose", "--version", str(before), "--reason", "Retour.")["file"]
        for role in ("dpo", "marketing"):
            self.ask("approve", back, "--as", role, "--key", self.key(role), "--yes")
        self.ask("apply", back)
        self.assertEqual(self.outcome(4, "1001"), "sent")
        self.restart()
        self.assertEqual(self.version(), before + 2, "a restart undid the roll-back")
        self.assertEqual(self.outcome(5, "1001"), "sent")

    def test_no_way_around_the_approval(self):
        self.grant("2001")
        before = self.version()
        self.tighten()
        self.gateway.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "OCT-1354" in self.log())
        self.restart()
        self.assertIn("config.approval_pending", self.log())
        self.assertEqual(self.version(), before)
        self.assertEqual(self.outcome(1, "2001"), "sent")
        proposal = self.ask("propose")["file"]
        self.run_verb("approve", proposal, "--as", "dpo", "--key", self.key("it"), "--yes")
        self.assertEqual(self.ask("apply", proposal, code=1)["error"], "change.approval_invalid")
        with open(proposal, "r+b") as file:
            file.seek(-20, os.SEEK_END)
            file.write(b"x")
        self.assertEqual(self.ask("apply", proposal, code=1)["error"], "change.tampered")
        self.assertEqual(self.version(), before)

    def test_the_archive_changed_behind_our_back_refuses_the_start(self):
        self.gateway.stop()
        with sqlite3.connect(self.path("data", "store.sqlite")) as db:
            db.execute("DROP TRIGGER configs_no_update")
            db.execute("UPDATE configs SET files = zeroblob(100)")
        self.gateway.start()
        self.assertFalse(self.gateway.wait_ready(15))
        self.assertEqual(self.gateway.process.returncode, 3)
        self.assertIn("config", self.log())

    def test_what_nobody_must_approve_comes_into_force_at_once(self):
        before = self.version()
        self.edit("destinations/crm.yaml", "      email: clear\n", "")
        self.assertEqual(self.ask("diff")["missing"], [])
        self.assertEqual(self.ask("apply", "--reason", "Le CRM n'en a pas besoin.")["version"], before + 1)
        self.assertEqual(self.ask("apply")["changes"], [])
        for contract in ("interaction", "order-line"):
            self.edit(f"contracts/{contract}.yaml", "uses: [publicite]", "uses: []")
        os.remove(self.path("destinations", "publicite.yaml"))
        self.assertEqual(self.ask("apply", code=1)["error"], "change.removals")
        self.ask("apply", "--allow-removals")
        self.assertEqual(self.version(), before + 2)
        self.edit("destinations/crm.yaml", "purposes: [crm.management]", "purposes: [crm.managment]")
        refused = self.ask("apply", code=1)
        self.assertEqual((refused["error"], refused["findings"][0]["file"]), ("change.config", "destinations/crm.yaml"))
        self.assertEqual(self.version(), before + 2)


# The parent's tests run in its own program.
for name in [n for n in dir(e2e_test.EndToEnd) if n.startswith("test_") and n not in vars(Change)]:
    setattr(Change, name, None)

if __name__ == "__main__":
    unittest.main(verbosity=2)
