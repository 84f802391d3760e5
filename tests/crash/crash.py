#!/usr/bin/env python3
"""Kills a working gateway again and again, at random times and at exact system calls, then checks every record.

  crash.py --octroi PATH [--kills 200] [--seed N] [--store sqlite|postgres]

On PostgreSQL the server has its own accidents: ended, killed, frozen, its backends ended, while the gateway works. Three real HTTP destinations that sometimes fail, four clients with a ledger of their own, one config, one
storage folder that lives through all kills. Ends with one line of figures; exit 1 if an identity fails.
"""
import argparse
import atexit
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "demo"))
sys.path.insert(0, HERE)
from checker import check, demonstrate  # noqa: E402
from gateway import Gateway, free_ports  # noqa: E402
from inputs import ndjson  # noqa: E402
from postgres import PostgresServer  # noqa: E402
from recorder import Recorder  # noqa: E402

PEOPLE = 120
SYSTEM_CALLS = ["fdatasync", "pwrite64", "sendto", "rename"]


class Ledger:
    """What the clients sent and what they were told. A message without an answer is sent again, the same."""

    def __init__(self, seed, agreed):
        self.lock, self.random, self.agreed = threading.Lock(), random.Random(seed), agreed
        self.messages, self.unknown = [], []

    def take(self, count):
        with self.lock:
            taken = []
            for _ in range(count):
                if self.unknown and self.random.random() < 0.5:
                    taken.append(self.unknown.pop())
                elif self.messages and self.random.random() < 0.03:
                    taken.append(self.random.choice(self.messages))      # a duplicate on purpose
                else:
                    taken.append(self._new())
            return taken

    def _new(self):
        number = len(self.messages)
        person = None if self.random.random() < 0.02 else f"p{self.random.randrange(PEOPLE)}"
        message = {"number": number, "receipts": [],
                   "may_reach": [name for name in ("crm", "emailing", "publicite")
                                 if person and (name == "crm" or person in self.agreed[name])]}
        properties = {"invoice_no": "1", "stock_code": f"n{number}", "description": "x", "quantity": 1,
                      "unit_price": 1.5, "country": "France", **({"customer_id": person} if person else {})}
        message["event"] = {"event": "order.line", "message_id": f"m{number}",
                            "occurred_at": "2026-11-20T10:00:00Z", "properties": properties}
        self.messages.append(message)
        return message

    def answered(self, messages, items):
        with self.lock:
            for message, item in zip(messages, items):
                message["receipts"].append(item)

    def unanswered(self, messages):
        with self.lock:
            self.unknown.extend(message for message in messages if message not in self.unknown)


def send(gateway, ledger, batch):
    messages = ledger.take(batch)
    try:
        if batch == 1:
            status, answer = gateway.post("/v1/events/boutique", "boutique", messages[0]["event"])
            if status == 202:
                return ledger.answered(messages, [answer])
        else:
            status, answer = gateway.post("/v1/events/boutique", "boutique",
                                          ndjson(m["event"] for m in messages), Content_Type="application/x-ndjson")
            if status == 200:
                return ledger.answered(messages, answer["items"])
    except (OSError, ValueError, __import__("http.client").client.HTTPException):
        pass
    ledger.unanswered(messages)


def load(gateway, ledger, stop, seed):
    chance = random.Random(seed)
    while not stop.is_set():
        send(gateway, ledger, 1 if chance.random() < 0.7 else 10)
        time.sleep(0.03)


def moody(seed):
    chance, lock = random.Random(seed), threading.Lock()

    def answer(recorder, number, batch):
        with lock:
            dice = chance.random()
        return 500 if dice < 0.05 else (429, {"Retry-After": "1"}) if dice < 0.07 else 200
    return answer


BACKENDS = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'octroi_gateway'"
ACCIDENTS = {"ended": lambda server: server.stop(signal.SIGINT), "crashed": lambda server: server.stop(signal.SIGQUIT),
             "killed": lambda server: server.stop(signal.SIGKILL), "frozen": lambda server: server.freeze(True),
             "backends": lambda server: server.sql(BACKENDS)}


def one_life(gateway, ledger, chance, exact, accident=lambda: None, heal=lambda: None):
    """Starts, loads, kills; returns whether it came up, and at what it was killed. The accident comes in the middle."""
    wrap, where = (), "random time"
    if exact:
        call, when = chance.choice(SYSTEM_CALLS), chance.randrange(1, 60)
        where = f"{call} no. {when}"
        wrap = ("strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", f"trace={call}",
                "-e", f"inject={call}:signal=SIGKILL:when={when}")
    gateway.start(wrap)
    up = gateway.wait_ready(30)
    stop = threading.Event()
    clients = [threading.Thread(target=load, args=(gateway, ledger, stop, chance.random()), daemon=True)
               for _ in range(4)]
    for client in clients:
        client.start()
    span = 1.0 if exact else chance.uniform(0.02, 0.3)
    deadline, middle = time.time() + span, time.time() + span / 2
    while time.time() < deadline and gateway.process.poll() is None:
        time.sleep(0.005)
        if accident and time.time() > middle:
            accident()
            accident = None
    # The folder's name is in the command line of the tracer and of the traced: both go, and are gone before we go on.
    while subprocess.run(["pkill", "-9", "-f", "run -c " + gateway.folder]).returncode == 0:
        time.sleep(0.01)
    gateway.process.wait()
    heal()
    stop.set()
    for client in clients:
        client.join()
    return up, where


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--octroi", required=True)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=random.randrange(2 ** 31))
    options.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    args = options.parse_args()
    print(f"seed {args.seed}", flush=True)
    chance = random.Random(args.seed)
    agreed = {"emailing": {f"p{n}" for n in range(0, PEOPLE, 2)}, "publicite": {f"p{n}" for n in range(0, PEOPLE, 3)}}
    ingest, console = free_ports(2)
    recorders = {name: Recorder(name, 0, moody(chance.random())) for name in ("emailing", "crm", "publicite")}
    deliveries = {name: [] for name in recorders}
    with tempfile.TemporaryDirectory(prefix="octroi-crash-") as temporary:
        server = PostgresServer() if args.store == "postgres" else None
        gateway = Gateway(args.octroi, os.path.join(temporary, "c"), ingest, console,
                          {name: recorder.port for name, recorder in recorders.items()},
                          {"OCTROI_SEGMENT_BYTES": str(1024 * 1024), "ASAN_OPTIONS": "detect_leaks=0"})
        atexit.register(gateway.stop)   # whatever happens: what is left running keeps the caller waiting
        ledger = Ledger(chance.random(), agreed)
        if server:
            atexit.register(server.close)
            gateway.use_postgres(server.new_database("crash"))
        gateway.start()
        assert gateway.wait_ready(), open(gateway.log.name).read()
        for name, purpose, notice in (("emailing", "marketing.email", "newsletter-v4"),
                                      ("publicite", "advertising.personalised", "bandeau-v2")):
            for person in sorted(agreed[name]):
                status, answer = gateway.consent("boutique", {"customer_id": person}, purpose, "granted",
                                                 "2026-11-01T00:00:00Z", notice=notice)
                assert status == 201, answer
        started, kills, points, accidents = time.time(), 0, {}, {}

        def accident():
            if server and chance.random() < 0.4:
                name = chance.choice(sorted(ACCIDENTS))
                accidents[name] = accidents.get(name, 0) + 1
                ACCIDENTS[name](server)

        def heal():
            if server:
                server.freeze(False)
                server.start()

        while kills < args.kills:
            up, where = one_life(gateway, ledger, chance, kills % 2 == 1, accident, heal)
            kills += 1
            points[where.split()[0]] = points.get(where.split()[0], 0) + 1
            if not up and where == "random time":
                print(f"did not come up after kill {kills}:\n" + open(gateway.log.name).read()[-2000:])
                return 1
            if kills % 20 == 0:
                print(f"{kills} kills, {len(ledger.messages)} messages", flush=True)
        # Liveness: no more faults; everything must come to an end.
        for recorder in recorders.values():
            recorder.script = None
        gateway.start()
        assert gateway.wait_ready(), open(gateway.log.name).read()
        for _ in range(50):
            if not ledger.unknown:
                break
            send(gateway, ledger, min(10, len(ledger.unknown)) if len(ledger.unknown) > 1 else 1)
        status = gateway.wait_quiet(120)
        audit = gateway.ask("audit")
        code = gateway.stop()
        journal = [json.loads(line) for line in gateway.run("journal", "dump", "-c", gateway.folder).splitlines()]
        for name, recorder in recorders.items():
            deliveries[name] = [{"id": event_id, "number": int(event["data"]["stock_code"][1:])}
                                for event_id, event in recorder.events.items()]
        messages = [{k: v for k, v in m.items() if k != "event"} for m in ledger.messages]
        problems = check(messages, journal, deliveries)
        if not status["sums_hold"]:
            problems.append("a sum of status does not hold")
        if not audit["holds"]:
            problems.append(f"the audit names {audit['discrepancies_total']} records: {audit['discrepancies'][:3]}")
        if code != 0:
            problems.append(f"SIGTERM ended with {code}")
        faults, missed = demonstrate(messages, journal, deliveries)
        for problem in problems[:20]:
            print("✗", problem)
        for name in missed:
            print("✗ the checker does not notice:", name)
        acknowledged = sum(1 for m in messages if m["receipts"])
        again = sum(recorder.twice() for recorder in recorders.values())
        if accidents:
            print("PostgreSQL " + ", ".join(f"{name} {count}" for name, count in sorted(accidents.items())), flush=True)
        print(f"{args.store}: {kills} kills ({', '.join(f'{n} {p}' for p, n in sorted(points.items()))}) in {time.time() - started:.0f} s: "
              f"{len(messages)} messages, {acknowledged} acknowledged, "
              f"{sum(map(len, deliveries.values()))} delivered, {again} sent more than once under the same id; "
              f"{len(problems)} problems; checker notices {faults - len(missed)} of {faults} planted faults")
        return 1 if problems or missed else 0


if __name__ == "__main__":
    sys.exit(main())
