#!/usr/bin/env python3
"""./dev demo: a real gateway, three real destinations, real inputs, and what became of each record."""
import argparse
import datetime
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from console import Console  # noqa: E402
from gateway import Gateway  # noqa: E402
from inputs import in_batches, ndjson, retail_events, segment_requests  # noqa: E402
from recorder import Recorder  # noqa: E402

KNOWN = {"customer-known": 1205, "quantity-not-negative": 72, "price-above-zero": 12, "not-cancelled": 70,
         "not-duplicate": 79}
KINDS = ["sent", "withheld", "failed", "quarantined", "merged", "rejected"]


def progress(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def crm_answers(recorder, number, batch):
    """A CRM with moods: busy once, broken once, and it refuses orders of a thousand pieces or more."""
    if number == 1:
        return 429, {"Retry-After": "1"}
    if number == 3:
        return 500
    return 422 if any(event["data"].get("quantity", 0) >= 1000 for event in batch["events"]) else 200


def ads_answers(recorder, number, batch):
    return None if number == 0 else 200   # says nothing at first


def give_consents(gateway):
    """Grants, refusals and withdrawals of real customers, dated before what they bought."""
    now = datetime.datetime.now(datetime.timezone.utc)
    before, lately = ((now - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (40, 1))
    customers = sorted({event["properties"]["customer_id"] for event in retail_events()
                        if "customer_id" in event["properties"]})
    given = {"granted": 0, "denied": 0, "withdrawn": 0}

    def say(customer, purpose, state, at, notice):
        status, answer = gateway.consent("boutique", {"customer_id": customer}, purpose, state, at, notice=notice)
        if status != 201:
            raise RuntimeError(f"consent refused: {status} {answer.get('code')}")
        given[state] += 1

    for place, customer in enumerate(customers):
        if place % 2 == 0:
            say(customer, "marketing.email", "granted", before, "newsletter-v4")
        if place % 6 == 0:
            say(customer, "marketing.email", "withdrawn", lately, "newsletter-v4")
        if place % 3 == 1:
            say(customer, "marketing.email", "denied", before, "newsletter-v4")
        if place % 5 == 0:
            say(customer, "advertising.personalised", "granted", before, "bandeau-v2")
    return given


def send_inputs(gateway):
    """Every input through the front door; returns one receipt of each outcome, by event id."""
    seen = {}

    def note(items):
        for item in items:
            if "outcome" in item:
                seen.setdefault(item["outcome"], []).append(item["id"])

    sent = 0
    for batch in in_batches(retail_events(), 500):
        status, answer = gateway.post("/v1/events/boutique", "boutique", ndjson(batch),
                                      Content_Type="application/x-ndjson")
        if status != 200:
            raise RuntimeError(f"retail batch refused: {status} {answer.get('code')}")
        note(answer["items"])
        sent += len(batch)
        progress(f"boutique: {sent} / 5000")
    count = 0
    for path, event in segment_requests():
        status, answer = gateway.post(path, "site-web", event)
        note(answer.get("items") or answer.get("errors") or [])
        count += 1
    progress(f"site-web: {count} requests of Segment's specification")
    # What strictness refuses: the same member twice. Rejected, recorded, and the sender is told why.
    status, answer = gateway.post("/v1/track", "site-web", '{"event":"x","userId":"a","userId":"b"}')
    note(answer.get("errors", []))
    return seen


def explain_each(gateway, seen):
    """One explained event for each outcome word."""
    chosen = {}
    for outcome in ("quarantined", "merged", "rejected"):
        if seen.get(outcome):
            chosen[outcome] = gateway.ask("explain", seen[outcome][0])
    for event_id in seen.get("accepted", [])[:60]:
        explained = gateway.ask("explain", event_id)
        for delivery in explained["deliveries"]:
            if delivery["outcome"] == "sent" or delivery["reason"].startswith("consent."):
                chosen.setdefault(delivery["outcome"], explained)
        if "sent" in chosen and "withheld" in chosen:
            break
    failures = [item for item in gateway.ask("failures", "--limit", "5000")["items"] if item["outcome"] == "failed"]
    if failures:
        chosen["failed"] = gateway.ask("explain", failures[0]["id"])
    return {kind: chosen[kind] for kind in KINDS if kind in chosen}


def check(status, recorders):
    """The sums of promise 1, the findings known to be right, and the destinations' own books against ours."""
    problems = []
    if not status["sums_hold"]:
        problems.append("a sum does not hold")
    found = status["rules"].get("boutique", {}).get("order-line@1", {})
    for rule, count in KNOWN.items():
        if found.get(rule, {}).get("failed") != count:
            problems.append(f"{rule}: found {found.get(rule, {}).get('failed')}, known {count}")
    for name, recorder in recorders.items():
        ours = status["destinations"].get(name, {}).get("sent", 0)
        if ours != len(recorder.events):
            problems.append(f"{name}: we say {ours} sent, it holds {len(recorder.events)}")
    return problems


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--octroi", required=True)
    options.add_argument("--once", action="store_true")
    options.add_argument("--json", action="store_true")
    options.add_argument("--lang", default="fr" if os.environ.get("LANG", "fr").startswith("fr") else "en")
    args = options.parse_args()
    recorders = {"emailing": Recorder("emailing", 18101), "crm": Recorder("crm", 18102, crm_answers),
                 "publicite": Recorder("publicite", 18103, ads_answers)}
    with tempfile.TemporaryDirectory(prefix="octroi-demo-") as temporary:
        gateway = Gateway(args.octroi, os.path.join(temporary, "config"))
        console = Console(gateway)
        progress("starting the gateway on 127.0.0.1:18080")
        gateway.start()
        try:
            if not gateway.wait_ready():
                print(open(gateway.log.name, encoding="utf-8").read(), file=sys.stderr)
                return 1
            given = give_consents(gateway)
            progress("consents: " + ", ".join(f"{count} {state}" for state, count in given.items()))
            seen = send_inputs(gateway)
            status = gateway.wait_quiet(show=lambda s: progress(f"pending: {s['pending']}"))
            explained = explain_each(gateway, seen)
            withheld = explained.get("withheld", {}).get("id", "")
            problems = check(status, recorders) + console.check(withheld)
            if args.json:
                print(json.dumps({**status, "explained": explained, "problems": problems}, ensure_ascii=False))
            else:
                show(gateway, explained, problems, args)
                console.show(withheld)
            if not args.once and not args.json:
                print("Ctrl-C ends it.", file=sys.stderr)
                try:
                    while True:
                        time.sleep(3600)
                except KeyboardInterrupt:
                    pass
            return 1 if problems else 0
        finally:
            gateway.stop()


def show(gateway, explained, problems, args):
    language = ["--lang", args.lang]
    print(gateway.run("status", "-c", gateway.folder, *language))
    for kind, event in explained.items():
        print(f"--- {kind}: octroi explain {event['id']}")
        print(gateway.run("explain", event["id"], "-c", gateway.folder, *language))
    for problem in problems:
        print("✗", problem)
    print(f"config: {gateway.folder}   log: {gateway.log.name}   metrics: http://127.0.0.1:{gateway.console}/metrics")
    print(f"next: build/release/gateway/octroi status|failures|explain ID -c {gateway.folder}")


if __name__ == "__main__":
    sys.exit(main())
