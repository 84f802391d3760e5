"""What every fault campaign shares: a gateway with real HTTP destinations (and an export folder), clients with a ledger of
their own, a consent client with another, and at the end, faults off, the liveness phase and the checker.

A campaign: `with Campaign(...) as world`, lives with faults in them (start, `with world.load()`, stop or kill), and then
`world.conclude()`, which answers the figures, `problems` among them. Nothing here depends on how long something takes.
"""
import contextlib
import glob
import gzip
import http.client
import json
import os
import platform
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
from gateway import ROOT, Gateway, free_ports  # noqa: E402
from inputs import ndjson  # noqa: E402
from postgres import PostgresServer  # noqa: E402
from recorder import Recorder  # noqa: E402

PEOPLE, CHANGING = 120, 24
COMMIT = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
MACHINE = {"commit": COMMIT, "cores": os.cpu_count(), "kernel": platform.release().split("-")[0],
           "day": time.strftime("%Y-%m-%d", time.gmtime())}
HTTP = ("emailing", "crm", "publicite")


class Ledger:
    """What the clients sent and what they were told. A message without an answer is sent again, the same."""

    def __init__(self, seed, agreed, everything):
        self.lock, self.random, self.agreed, self.everything = threading.Lock(), random.Random(seed), agreed, everything
        self.messages, self.unknown = [], []
        self.statuses, self.unanswered_count, self.no_retry_after = {}, 0, 0

    def take(self, count):
        with self.lock:
            taken = []
            for _ in range(count):
                if self.unknown and self.random.random() < 0.5:
                    taken.append(self.unknown.pop())
                elif self.messages and self.random.random() < 0.03:
                    taken.append(self.random.choice(self.messages))      # a duplicate on purpose
                else:
                    person = None if self.random.random() < 0.02 else f"p{self.random.randrange(PEOPLE)}"
                    taken.append(self.make(person, [
                        name for name in [*HTTP, *self.everything]
                        if person and (name not in self.agreed or person in self.agreed[name])]))
            return taken

    def make(self, person, may_reach):
        number = len(self.messages)
        properties = {"invoice_no": "1", "stock_code": f"n{number}", "description": "x", "quantity": 1,
                      "unit_price": 1.5, "country": "France", **({"customer_id": person} if person else {})}
        message = {"number": number, "receipts": [], "may_reach": may_reach,
                   "event": {"event": "order.line", "message_id": f"m{number}",
                             "occurred_at": "2026-11-20T10:00:00Z", "properties": properties}}
        self.messages.append(message)
        return message

    def answered(self, messages, items):
        with self.lock:
            for message, item in zip(messages, items):
                message["receipts"].append(item)

    def unanswered(self, messages, status=None, headers=None):
        """Not taken: refused with a status, or no answer at all."""
        with self.lock:
            self.unknown.extend(message for message in messages if message not in self.unknown)
            if status is None:
                self.unanswered_count += 1
                return
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if status in (429, 503) and "Retry-After" not in headers:
                self.no_retry_after += 1


def send(gateway, ledger, batch, messages=None):
    messages = messages or ledger.take(batch)
    head = {**gateway.headers("boutique"), "Content-Type": "application/json"}
    body = json.dumps(messages[0]["event"])
    if len(messages) > 1:
        head["Content-Type"], body = "application/x-ndjson", ndjson(m["event"] for m in messages)
    try:
        status, headers, text = gateway.request("POST", "/v1/events/boutique", body, head)
        if status == 202:
            return ledger.answered(messages, [json.loads(text)])
        if status == 200:
            return ledger.answered(messages, json.loads(text)["items"])
    except (OSError, ValueError, http.client.HTTPException):
        status, headers = None, None
    ledger.unanswered(messages, status, headers)


class Consents:
    """People who change their mind. Each consent event has an id; one without a 201 is said again, the same, before
    the person's next. So at the end the last word of each is known."""

    def __init__(self):
        self.lock = threading.Lock()
        self.last = {f"q{n}": (0, None) for n in range(CHANGING)}   # person -> (how many were said, the one not answered)
        self.acknowledged, self.statuses, self.unanswered, self.no_retry_after = 0, {}, 0, 0

    def say(self, gateway, person):
        count, waiting = self.last[person]
        if waiting is None:
            count += 1
            waiting = {"id": f"{person}-{count}", "subject": {"customer_id": person}, "purpose": "marketing.email",
                       "state": "granted" if count % 2 else "withdrawn",
                       "effective_at": f"2026-11-02T{count // 3600:02}:{count // 60 % 60:02}:{count % 60:02}Z",
                       **({"notice": "newsletter-v4", "evidence": {"method": "tick_box"}} if count % 2 else {})}
        self.last[person] = (count, waiting)
        try:
            status, headers, _ = gateway.request(
                "POST", "/v1/consents", json.dumps(waiting), {**gateway.headers("boutique"), "Content-Type": "application/json"})
        except (OSError, http.client.HTTPException):
            self.unanswered += 1
            return None
        if status == 201:
            self.acknowledged += 1
            self.last[person] = (count, None)
        else:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.no_retry_after += status in (429, 503) and "Retry-After" not in headers
        return status

    def states(self):
        return {person: count > 0 and count % 2 == 1 for person, (count, _) in self.last.items()}


def moody(seed):
    chance, lock = random.Random(seed), threading.Lock()

    def answer(recorder, number, batch):
        with lock:
            dice = chance.random()
        return 500 if dice < 0.05 else (429, {"Retry-After": "1"}) if dice < 0.07 else 200
    return answer


class Campaign:
    """`home`: the parent folder of the config (default: a temporary one). `exports`: a fourth destination, into files.
    `recorders`, `server`: made by the caller where they live elsewhere, e.g. in a network namespace."""

    def __init__(self, octroi, seed, store="sqlite", exports=False, env=None, home=None, recorders=None, server=None, host="127.0.0.1"):
        self.octroi, self.seed, self.store, self.chance = os.path.abspath(octroi), seed, store, random.Random(seed)
        self.stack = contextlib.ExitStack()
        home = home or self.stack.enter_context(tempfile.TemporaryDirectory(prefix="octroi-crash-"))
        self.agreed = {"emailing": {f"p{n}" for n in range(0, PEOPLE, 2)}, "publicite": {f"p{n}" for n in range(0, PEOPLE, 3)}}
        self.recorders = recorders or {name: Recorder(name, 0, moody(self.chance.random())) for name in HTTP}
        ingest, console = free_ports(2)
        self.gateway = Gateway(self.octroi, os.path.join(home, "c"), ingest, console,
                               {name: f"{host}:{recorder.port}" for name, recorder in self.recorders.items()},
                               {"OCTROI_SEGMENT_BYTES": str(1024 * 1024), "ASAN_OPTIONS": "detect_leaks=0", **(env or {})})
        self.stack.callback(self.gateway.stop)   # whatever happens: what is left running keeps the caller waiting
        self.exports = os.path.join(self.gateway.folder, "exports") if exports else None
        if exports:
            self.add_exports()
        self.ledger = Ledger(self.chance.random(), self.agreed, ["archive"] if exports else [])
        self.consents = Consents()
        self.server = server
        if store == "postgres" and server is None:
            self.server = PostgresServer()
            self.stack.callback(self.server.close)
        if self.server:
            self.gateway.use_postgres(self.server.new_database("crash"))
        self.started, self.reloads = time.time(), 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.stack.close()

    def add_exports(self):
        folder = os.path.join(self.gateway.folder, "destinations")
        with open(os.path.join(folder, "crm.yaml"), encoding="utf-8") as file:
            text = file.read()
        head, rest = text.split("\ndeliver:\n")
        deliver = ("  type: file\n  path: exports\n  rotate: { at: \"16 KiB\" }\n  compress: gzip\n"
                   "  batch: { up_to: 20, or_after: \"50 ms\" }\n  then: keep\n  keep_for: \"1 day\"\n")
        with open(os.path.join(folder, "archive.yaml"), "w", encoding="utf-8") as file:
            file.write(head.replace("id: crm\n", "id: archive\n") + "\ndeliver:\n" + deliver + "erase:" + rest.split("\nerase:")[1])

    def exported(self):
        events = {}
        for path in sorted(glob.glob(os.path.join(self.exports, "*.ndjson*"))):
            with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
                for line in file:
                    event = json.loads(line)
                    assert event["id"] not in events, "an export holds an event twice"
                    events[event["id"]] = event
        return events

    def begin(self, wrap=()):
        """The first start: the people of the load say what they agree to."""
        self.gateway.start(wrap)
        self.begin_people()

    def begin_people(self):
        assert self.gateway.wait_ready(), self.log()
        for name, purpose, notice in (("emailing", "marketing.email", "newsletter-v4"),
                                      ("publicite", "advertising.personalised", "bandeau-v2")):
            for person in sorted(self.agreed[name]):
                status, answer = self.gateway.consent("boutique", {"customer_id": person}, purpose, "granted",
                                                      "2026-11-01T00:00:00Z", notice=notice)
                assert status == 201, answer

    def log(self):
        with open(self.gateway.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()[-3000:]

    @contextlib.contextmanager
    def load(self, clients=4, pause=0.03, consents=True):
        stop = threading.Event()

        def events(seed):
            chance = random.Random(seed)
            while not stop.is_set():
                send(self.gateway, self.ledger, 1 if chance.random() < 0.7 else 10)
                time.sleep(pause)

        def minds(seed):
            chance = random.Random(seed)
            while not stop.is_set():
                self.consents.say(self.gateway, chance.choice(sorted(self.consents.last)))
                time.sleep(pause)
        threads = [threading.Thread(target=events, args=(self.chance.random(),), daemon=True) for _ in range(clients)]
        if consents:
            threads.append(threading.Thread(target=minds, args=(self.chance.random(),), daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def reload(self):
        """Another config, put in force by the running process."""
        self.reloads += 1
        path = os.path.join(self.gateway.folder, "destinations", "crm.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        lines = [f'title: {{ fr: "CRM {self.reloads}", en: "CRM {self.reloads}" }}' if line.startswith("title:") else line
                 for line in text.splitlines()]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        if self.gateway.process.poll() is None:
            self.gateway.process.send_signal(signal.SIGHUP)

    def kill(self):
        """Tracer and traced: the folder's name is in the command line of both; both are gone when it returns."""
        while subprocess.run(["pkill", "-9", "-f", "run -c " + self.gateway.folder]).returncode == 0:
            time.sleep(0.01)
        if self.gateway.process:
            self.gateway.process.wait()

    def pid(self):
        return self.gateway.pid()

    def flooded(self, received):
        """After a load that kept no ledger of its own: the sums, the audit, a clean end."""
        status, audit = self.gateway.ask("status"), self.gateway.ask("audit")
        problems = [] if status["sums_hold"] else ["a sum of status does not hold"]
        problems += [] if audit["holds"] else [f"the audit names {audit['discrepancies_total']} records"]
        os.kill(self.pid(), signal.SIGTERM)
        code = self.gateway.process.wait(60)
        problems += [f"SIGTERM ended with {code}"] if code else []
        return {"store": self.store, "seed": self.seed, "seconds": round(time.time() - self.started), "messages": received,
                "acknowledged": received, "consents": self.consents.acknowledged, "problems": problems}

    def conclude(self, env=None):
        """No more faults: everything must come to an end, and add up. Figures, with `problems`."""
        for recorder in self.recorders.values():
            recorder.script = None
        self.kill()
        self.gateway.env.update(env or {})
        self.gateway.env.pop("OCTROI_CRASH_AT", None)
        self.gateway.start()
        assert self.gateway.wait_ready(), self.log()
        for _ in range(400):
            if not self.ledger.unknown:
                break
            send(self.gateway, self.ledger, 0, [self.ledger.unknown.pop() for _ in range(min(20, len(self.ledger.unknown)))])
        problems = [f"{len(self.ledger.unknown)} messages are never taken"] if self.ledger.unknown else []
        for person in self.consents.last:   # what was not answered is said again; then one event shows what is in force
            while self.consents.last[person][1]:
                if self.consents.say(self.gateway, person) != 201:
                    problems.append(f"{person}: a consent event is never taken")
                    break
        probes = {}
        for person, granted in self.consents.states().items():
            probe = self.ledger.make(person, ["crm", *(["emailing"] if granted else []), *self.ledger.everything])
            probes[probe["number"]] = probe
            send(self.gateway, self.ledger, 0, [probe])
        status = self.gateway.wait_quiet(120)
        audit = self.gateway.ask("audit")
        code = self.gateway.stop()
        journal = [json.loads(line) for line in self.gateway.run("journal", "dump", "-c", self.gateway.folder).splitlines()]
        received = {name: recorder.events for name, recorder in self.recorders.items()}
        if self.exports:
            received["archive"] = self.exported()
        deliveries = {name: [{"id": event_id, "number": int(event["data"]["stock_code"][1:])} for event_id, event in events.items()]
                      for name, events in received.items()}
        messages = [{k: v for k, v in m.items() if k != "event"} for m in self.ledger.messages]
        problems += check(messages, journal, deliveries)
        for name, made in deliveries.items():
            numbers = {delivery["number"] for delivery in made}
            problems += [f"{name}: person {number} agreed by the last word acknowledged, and was left out"
                         for number, probe in probes.items() if name in probe["may_reach"] and number not in numbers]
        times = [r["recorded_at"] for r in journal if r["kind"] == "consent" and "recorded_at" in r]
        problems += ["the time at which consents were recorded goes back"] if times != sorted(times) else []
        if not status["sums_hold"]:
            problems.append("a sum of status does not hold")
        if not audit["holds"]:
            problems.append(f"the audit names {audit['discrepancies_total']} records: {audit['discrepancies'][:3]}")
        if code != 0:
            problems.append(f"SIGTERM ended with {code}")
        planted, missed = demonstrate(messages, journal, deliveries)
        problems += [f"the checker does not notice: {name}" for name in missed]
        for lost in (self.ledger.no_retry_after, self.consents.no_retry_after):
            problems += [f"{lost} answers of 503 or 429 without Retry-After"] if lost else []
        return {"store": self.store, "seed": self.seed, "seconds": round(time.time() - self.started),
                "messages": len(messages), "acknowledged": sum(1 for m in messages if m["receipts"]),
                "consents": self.consents.acknowledged, "delivered": sum(map(len, deliveries.values())),
                "repeated_under_same_id": sum(recorder.twice() for recorder in self.recorders.values()),
                "planted_faults_noticed": f"{planted - len(missed)} of {planted}", "problems": problems}


def repeat():
    """The command line, as somebody else would give it."""
    words, left = [], iter(sys.argv[1:])
    for word in left:
        if word in ("--octroi", "--result"):
            next(left)
        else:
            words.append(word)
    build = "asan" if "asan" in sys.argv[sys.argv.index("--octroi") + 1] else "release"
    script = os.path.relpath(os.path.abspath(sys.argv[0]), ROOT)
    return " ".join(["python3", script, *words, "--octroi", f"build/{build}/gateway/octroi"])


def report(campaign, figures, result=None):
    """Prints, writes the JSON that docs/EVIDENCE.md is made from, answers the exit code."""
    for problem in figures["problems"][:20]:
        print("✗", problem)
    print(f"{campaign}: " + ", ".join(f"{name} {value}" for name, value in figures.items() if name != "problems")
          + f"; {len(figures['problems'])} problems", flush=True)
    if result:
        with open(result, "w", encoding="utf-8") as file:
            json.dump({"campaign": campaign, **MACHINE, "build": "sanitizers" if "asan" in sys.argv[sys.argv.index("--octroi") + 1] else "release",
                       "repeat": repeat(), **figures,
                       "problems": len(figures["problems"])}, file, indent=1, ensure_ascii=False)
    return 1 if figures["problems"] else 0


def fault_arguments(parser):
    parser.add_argument("--octroi", required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(2 ** 31))
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--result", help="also write the figures to this file (JSON)")
    return parser
