#!/usr/bin/env python3
"""A key's life on the real binary: rotated while a destination gets both tokens, retired only once nothing that was
sent under it can be sent again, destroyed only after a gateway has started without it.

  rotation_test.py OCTROI [unittest arguments]
"""
import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import e2e_test  # noqa: E402


class Rotation(e2e_test.EndToEnd):
    def edit(self, file, old, new):
        path = os.path.join(self.gateway.folder, file)
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        self.assertIn(old, text)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text.replace(old, new))

    def prepare(self):
        self.edit("destinations/emailing.yaml", "automated_decision: false",
                  "automated_decision: false\nprevious_tokens: true")

    def keys(self, *words, code=0):
        out = subprocess.run([e2e_test.OCTROI, "keys", *words, "--json", "-c", self.gateway.folder], text=True,
                             capture_output=True, timeout=60, env=self.gateway.env, stdin=subprocess.DEVNULL)
        self.assertEqual(out.returncode, code, out.stdout + out.stderr)
        self.told = out.stderr
        return [(one["version"], one["state"], one.get("until")) for one in json.loads(out.stdout)["versions"]] \
            if code == 0 else None

    def restart(self):
        self.gateway.stop()
        self.start()

    def data(self, number):
        """What emailing gets of a new order line of the same customer."""
        before = set(self.recorders["emailing"].events)
        self.assertEqual(self.post(e2e_test.line(number, "5001"))[0], 202)
        self.gateway.wait_quiet()
        (event,) = [one for id_, one in self.recorders["emailing"].events.items() if id_ not in before]
        return event["data"]

    def test_a_key_is_rotated_retired_and_destroyed(self):
        self.grant("5001")
        old = self.data(1)
        self.assertTrue(old["customer_id"].startswith("p1.emailing.1."))
        self.assertNotIn("customer_id_prev", old)
        self.keys("rotate", code=1)
        self.assertIn("emailing", self.told, "who gets both is said before anything is done")
        self.keys("rotate", "--until", "2020-01-01", "--yes", code=2)
        self.assertEqual(self.keys("show"), [(1, "active", None)])
        rotated = [(1, "verify-only", "2999-12-31"), (2, "active", None)]
        self.assertEqual(self.keys("rotate", "--until", "2999-12-31", "--yes"), rotated)
        self.assertEqual(self.data(2), old | {"stock_code": "n2"}, "a gateway obeys it at its next start")
        self.restart()
        both = self.data(3)
        self.assertEqual(both["customer_id_prev"], old["customer_id"])
        self.assertTrue(both["customer_id"].startswith("p1.emailing.2."))

        # Something that was sent under kv=1 is still on its way.
        self.recorders["emailing"].script = lambda *_: 500
        receipt = self.post(e2e_test.line(4, "5001"))[1]["id"]
        self.wait_for(lambda: self.recorders["emailing"].attempts)
        self.keys("destroy", "1", "--yes", code=1)
        self.assertEqual(self.keys("retire", "1", "--yes")[0], (1, "retired", None))
        self.gateway.stop()
        self.gateway.start()
        self.assertFalse(self.gateway.wait_ready(15))
        self.assertEqual(self.gateway.process.returncode, 3)
        self.assertIn("octroi keys reinstate 1", self.log())
        self.keys("destroy", "1", "--yes", code=1)
        self.assertEqual(self.keys("reinstate", "1", "--yes")[0], (1, "verify-only", None))
        self.recorders["emailing"].script = None
        self.start()
        self.gateway.wait_quiet()
        sent = {one["destination"]: one for one in self.gateway.ask("explain", receipt)["deliveries"]}["emailing"]
        self.assertEqual(sent["outcome"], "sent")

        self.keys("retire", "1", "--yes")
        self.keys("destroy", "1", "--yes", code=1)
        self.restart()
        self.assertEqual(self.keys("destroy", "1", "--yes"), [(1, "destroyed", None), (2, "active", None)])
        self.restart()
        last = self.data(5)
        self.assertEqual(last["customer_id"], both["customer_id"])
        self.assertNotIn("customer_id_prev", last)
        self.assertTrue(self.gateway.ask("audit")["holds"])
        self.keys("retire", "2", "--yes", code=1)
        self.keys("retire", "3", "--yes", code=1)


# The parent's tests run in its own program.
for name in [n for n in dir(e2e_test.EndToEnd) if n.startswith("test_") and n not in vars(Rotation)]:
    setattr(Rotation, name, None)

if __name__ == "__main__":
    unittest.main(verbosity=2)
