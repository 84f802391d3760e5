"""How long a withdrawal takes, from its request to its answer, while events are ingested and forwarded."""
import datetime
import http.client
import json
import os
import statistics
import subprocess
import time

from world import HERE, fdatasync_p50_micros

# Connections, events a request, milliseconds each waits between an answer and its next request.
LOADS = {"steady load": (16, 1, 20), "two cores full": (32, 1, None)}

FORWARDED_AT_LEAST = 0.9


def deliveries(gateway):
    sink = gateway.ask("status")["destinations"].get("sink", {})
    return sink.get("accepted", 0), sink.get("sent", 0)


def withdraw_and_grant(gateway, seconds, first):
    """On one connection, for so long: the microseconds of each withdrawal. A grant follows each, untimed, so that the
    events that come keep being forwarded."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.ingest, timeout=30)
    took, person, until = [], first, time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            for state in ("withdrawn", "granted"):
                time.sleep(0.002)  # of two in one millisecond the no would hold
                now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                body = {"subject": {"email": f"person{person}@example.org", "customer_id": f"u-{person}"},
                        "purpose": "marketing.email", "state": state, "effective_at": now[:-4] + "Z"}
                if state == "granted":
                    body.update(notice="newsletter-v4", evidence={"method": "tick_box"})
                start = time.perf_counter_ns()
                connection.request("POST", "/v1/consents", json.dumps(body).encode(),
                                   {"Authorization": gateway.auth, "Content-Type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
                if state == "withdrawn":
                    took.append((time.perf_counter_ns() - start) / 1000)
                if answer.status != 201:
                    raise SystemExit(f"{state}: answered {answer.status} {text!r}")
            person = person % 1000 + 1
    finally:
        connection.close()
    return took, person


def withdrawals(gateway, folder, rounds, seconds):
    """p50 and p99 over all rounds, and p50 ÷ the fdatasync of the same disk, measured before each round at rest."""
    took, rates, ratios, left = ({name: [] for name in LOADS} for _ in range(4))
    person = 1
    for _ in range(rounds):
        for name, (connections, count, pause) in LOADS.items():
            disk = fdatasync_p50_micros(folder)
            before = deliveries(gateway)
            env = dict(os.environ, **({"OCTROI_BENCH_PAUSE_MS": str(pause)} if pause else {}))
            # Longer than is measured: the load is there from the first withdrawal to the last.
            load = subprocess.Popen(["wrk", "-t1", f"-c{connections}", f"-d{seconds + 2}s", "--timeout", "60s",
                                     "-s", os.path.join(HERE, "load.lua"), f"http://127.0.0.1:{gateway.ingest}", "--",
                                     gateway.path, gateway.auth, str(count), "700"],
                                    env=env, stdout=subprocess.PIPE, text=True)
            try:
                time.sleep(0.5)
                times, person = withdraw_and_grant(gateway, seconds, person)
                if load.poll() is not None:
                    raise SystemExit("withdrawals: the load ended before the last withdrawal")
                out = load.communicate(timeout=seconds + 60)[0]
            finally:
                if load.poll() is None:
                    load.kill()
                    load.wait()
            result = json.loads(next(line for line in out.splitlines() if line.startswith("JSON "))[5:])
            if result["refused"] or result["errors"]:
                raise SystemExit(f"withdrawals: {result['refused']} refused, {result['errors']} errors")
            took[name] += times
            rates[name].append(result["requests"] * count / (result["micros"] / 1e6))
            ratios[name].append(statistics.median(times) / disk)
            gateway.settle()
            # All of them but those of who had withdrawn a moment before.
            decided, sent = (now - then for now, then in zip(deliveries(gateway), before))
            left[name].append(sent / decided)
            if left[name][-1] < FORWARDED_AT_LEAST:
                raise SystemExit(f"withdrawals: of the events meanwhile only {left[name][-1]:.0%} were forwarded")
    return {name: {"withdrawals": len(took[name]), "p50_us": round(statistics.median(took[name])),
                   "p99_us": round(statistics.quantiles(took[name], n=100)[98]),
                   "ratio": round(statistics.median(ratios[name]), 2), "forwarded": round(min(left[name]), 4),
                   "events_per_s": round(statistics.median(rates[name]))} for name in LOADS}
