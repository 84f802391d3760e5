#!/usr/bin/env python3
"""Consent that comes from others, in the whole product: what accompanies an event, and what a platform posts.

  signals_test.py OCTROI [unittest arguments]
"""
import hashlib
import hmac
import json
import os
import re
import tempfile
import time
import unittest

from e2e_test import OCTROI, Gateway, Recorder, free_ports, line

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def base64url(bits):
    bits += "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(bits[at:at + 6], 2)] for at in range(0, len(bits), 6))


def ids(wanted, most):
    return "".join("1" if place in wanted else "0" for place in range(1, most + 1))


def tc_string(purposes=(1, 2, 3, 4), vendors=(10,), disclosed=(10,), age_days=1):
    """A TC string of TCF 2.3, as a CMP of today writes it."""
    made = format(int((time.time() - age_days * 86400) * 10), "036b")
    letters = format(ord("F") - 65, "06b") + format(ord("R") - 65, "06b")
    core = ("000010" + made * 2 + format(31, "012b") + format(1, "012b") + format(1, "06b") + letters + format(126, "012b")
            + format(5, "06b") + "10" + "0" * 12 + ids(purposes, 24) + "0" * 24 + "0" + letters
            + format(20, "016b") + "0" + ids(vendors, 20) + format(0, "016b") + "0" + format(0, "012b"))
    return base64url(core) + "." + base64url("001" + format(20, "016b") + "0" + ids(disclosed, 20))


def edit(gateway, path, old, new):
    path = os.path.join(gateway.folder, path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert old in text, (path, old)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new, 1))


class World(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="octroi-signals-")
        self.recorders = {name: Recorder(name) for name in ("emailing", "crm", "publicite")}
        ingest, console = free_ports(2)
        self.gateway = Gateway(OCTROI, os.path.join(self.temporary.name, "c"), ingest, console,
                               {name: recorder.port for name, recorder in self.recorders.items()},
                               {"OCTROI_SEGMENT_BYTES": str(8 * 1024 * 1024)})
        self.prepare()
        self.gateway.start()
        self.assertTrue(self.gateway.wait_ready())

    def tearDown(self):
        self.gateway.stop()
        for recorder in self.recorders.values():
            recorder.close()
        self.temporary.cleanup()

    def destinations_of(self, event):
        told = self.gateway.ask("explain", event)["deliveries"]
        return {one["destination"]: (one["outcome"], one["reason"]) for one in told}


class Tcf(World):
    def prepare(self):
        edit(self.gateway, "sources/boutique.yaml", "unknown_events:",
             "consent: [{ read: tcf, field: context.tcf }]\nunknown_events:")
        edit(self.gateway, "destinations/publicite.yaml", "recipient:\n", "recipient:\n  tcf_vendor: 10\n")

    def test_a_string_denies_and_never_grants(self):
        gateway = self.gateway
        for purpose, notice in (("advertising.personalised", "bandeau-v2"), ("marketing.email", "newsletter-v4")):
            status, told = gateway.consent("boutique", {"customer_id": "1"}, purpose, "granted", "2026-11-01T00:00:00Z",
                                           notice=notice)
            self.assertEqual(status, 201, told)
        cases = {"nothing": (None, "1", ("sent", "delivery.acknowledged")),
                 "yes": (tc_string(), "1", ("sent", "delivery.acknowledged")),
                 "yes, of somebody unknown": (tc_string(), "2", ("withheld", "consent.unknown")),
                 "not shown": (tc_string(disclosed=(11,)), "1", ("withheld", "tcf.vendor_not_disclosed")),
                 "not that vendor": (tc_string(vendors=(11,)), "1", ("withheld", "tcf.vendor_not_consented")),
                 "not that purpose": (tc_string(purposes=(1, 2)), "1", ("withheld", "tcf.purpose_not_consented")),
                 "old, so it says nothing": (tc_string(purposes=(), age_days=400), "1", ("sent", "delivery.acknowledged")),
                 "no string": ("hello", "1", ("sent", "delivery.acknowledged"))}
        events = {}
        for number, (name, (string, customer, _)) in enumerate(cases.items()):
            event = line(number, customer)
            if string is not None:
                event["context"] = {"tcf": string}
            status, told = gateway.post("/v1/events/boutique", "boutique", event)
            self.assertEqual((status, told["outcome"]), (202, "accepted"), told)
            events[name] = told["id"]
        gateway.wait_quiet()
        for name, (_, customer, expected) in cases.items():
            destinations = self.destinations_of(events[name])
            self.assertEqual(destinations["publicite"], expected, name)
            email = "sent" if customer == "1" else "withheld"
            self.assertEqual(destinations["emailing"][0], email, name + ": e-mail is none of TCF's purposes")
        self.assertEqual(len(self.recorders["publicite"].events), 4)
        self.assertIn("ne dit pas que ce destinataire a été montré", gateway.run("explain", events["not shown"], "-c", gateway.folder))
        _, _, metrics = gateway.request("GET", "/metrics")
        ignored = dict(re.findall(rb'octroi_signals_ignored_total\{[^}]*reason="([a-z._]+)"[^}]*\} (\d+)', metrics))
        self.assertEqual(ignored, {b"tcf.expired": b"1", b"tcf.version": b"1"})


DIDOMI = """apiVersion: octroi/v1
kind: Source
id: didomi
title: { fr: "Didomi", en: "Didomi" }
owner: { team: "Marketing digital", contact: digital@exemple.fr }
collected_from: subject
notice: bandeau-v2
receive: { type: didomi, path: /v1/consents/didomi, format: json, purposes: { ads-x1: [advertising.personalised] } }
authenticate: { method: hmac-sha256, secret: { from: "file:keys/didomi.secret" } }
subject: { keys: [customer_id] }
map: { parameters.entity.user.organization_user_id: customer_id }
"""
KEY = "the-key-that-didomi-and-we-have"


class Platform(World):
    def prepare(self):
        with open(os.path.join(self.gateway.folder, "sources", "didomi.yaml"), "w", encoding="utf-8") as file:
            file.write(DIDOMI)
        self.gateway._secret("didomi", "octroi-secret-raw " + KEY)

    def tell(self, purposes, status="confirmed", at="2026-11-01T00:00:00Z", key=KEY, customer="31"):
        body = json.dumps({"type": "event.created", "parameters": {"entity": {
            "id": "e", "created_at": at, "status": status, "user": {"organization_user_id": customer},
            "consents": {"purposes": purposes}}}})
        signature = hmac.new(key.encode(), body.encode(), hashlib.sha256).hexdigest()
        code, _, text = self.gateway.request("POST", "/v1/consents/didomi", body,
                                             {"Content-Type": "application/json", "X-Octroi-Signature": "sha256=" + signature})
        return code, json.loads(text)

    def advertised(self, number):
        _, told = self.gateway.post("/v1/events/boutique", "boutique", line(number, "31"))
        self.gateway.wait_quiet()
        return self.destinations_of(told["id"])["publicite"]

    def test_a_platforms_webhook_is_obeyed(self):
        yes, no = [{"id": "ads-x1", "enabled": True}], [{"id": "ads-x1", "enabled": False}]
        self.assertEqual(self.advertised(1), ("withheld", "consent.unknown"))

        status, told = self.tell(yes, key="another")
        self.assertEqual((status, told["code"]), (401, "auth.signature_invalid"))
        status, told = self.tell(yes + [{"id": "x", "enabled": "yes"}])
        self.assertEqual((status, told["code"]), (422, "consent.state_invalid"))
        self.assertEqual(told["errors"][0]["pointer"], "/parameters/entity/consents/purposes/1/enabled")
        status, told = self.tell(yes, at="2026-11-01T00:00:00")
        self.assertEqual((status, told["code"]), (422, "consent.effective_at_invalid"))
        self.assertEqual(self.advertised(2), ("withheld", "consent.unknown"), "nothing of it was recorded")

        status, told = self.tell(yes, status="pending_approval")
        self.assertEqual((status, told["recorded"][0]["state"]), (201, "pending"), told)
        self.assertEqual(self.advertised(3), ("withheld", "consent.pending"))
        status, told = self.tell(yes + [{"id": "unknown-there", "enabled": True}], at="2026-11-02T00:00:00Z")
        self.assertEqual((status, told["recorded"][0]["state"]), (201, "granted"), told)
        self.assertEqual(told["unmapped"], ["/parameters/entity/consents/purposes/1"])
        self.assertEqual(self.advertised(4), ("sent", "delivery.acknowledged"))
        status, told = self.tell(no, at="2026-11-03T00:00:00Z")
        self.assertEqual((status, told["recorded"][0]["state"]), (201, "denied"), told)
        self.assertEqual(self.advertised(5), ("withheld", "consent.denied"))

        status, told = self.gateway.post("/v1/consents/boutique", "boutique", {})
        self.assertEqual((status, told["code"]), (401, "auth.invalid"), "a source of events has no such door")
        self.gateway.write_keys["didomi"] = KEY
        status, told = self.gateway.post("/v1/events/didomi", "didomi", line(6))
        self.assertEqual((status, told["code"]), (401, "auth.invalid"), "nor a platform the events' one")


if __name__ == "__main__":
    unittest.main()
