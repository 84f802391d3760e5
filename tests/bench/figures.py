"""What is measured without a peer: stages of the walk, projection, and what memory an idle connection costs."""
import contextlib
import json
import os
import socket
import subprocess

from peers import event
from world import memory_mib

PROJECTED_EVENTS = 200000
IDLE_CONNECTIONS = 8000  # below the limit, so many that malloc's spare room does not hide them


def stages(build):
    program = os.path.join(build, "tests", "bench", "bench_stages")
    out = subprocess.run([program, "--benchmark_format=json", "--benchmark_min_time=0.2"], capture_output=True,
                         text=True, check=True).stdout
    found = json.loads(out)["benchmarks"]
    nanos = {one["name"]: round(one["real_time" if one["name"].endswith("/real_time") else "cpu_time"], 1)
             for one in found if "bytes_a_subject" not in one}
    return {"stages_ns": nanos,
            "index_bytes_a_subject": next(round(one["bytes_a_subject"], 1) for one in found if "bytes_a_subject" in one)}


def fingerprint_attack(build, candidates=10_000_000):
    """A store that the product filled, and a list of candidates: how many are found without a key. None may be; with the
    key, and unkeyed, all must be (tests/attack)."""
    program = os.path.join(build, "tests", "attack", "fingerprint_attack")
    ran = subprocess.run([program, str(candidates), "1000"], capture_output=True, text=True)
    if not ran.stdout:
        raise SystemExit(f"fingerprint attack: {ran.stderr}")
    found = json.loads(ran.stdout)
    if found["problems"]:
        raise SystemExit(f"fingerprint attack: {found['problems']}")
    return {"candidates": found["candidates"], "linked": found["linked"], "columns": found["columns"]}


def error_detection(build):
    """Precision, recall and F1 of cell errors in dirty tables with a known truth: with given rules as the literature reads
    them and as we do, and without any rule or label (decision 0041)."""
    program = os.path.join(build, "tests", "profiles", "error_detection")
    return json.loads(subprocess.run([program], capture_output=True, text=True, check=True).stdout)


def projection(build):
    """Events a second, with three destinations and their outcomes, into each kind of store: what the projector calls,
    alone. PostgreSQL is a server of its own in a temporary folder; its CPU is on the same cores."""
    out = subprocess.run([os.path.join(build, "tests", "store", "projection_bench"), str(PROJECTED_EVENTS)],
                         capture_output=True, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1].removeprefix("JSON "))


def idle_connection_kib(gateway):
    """What a kept connection that has sent an event costs the process (Pss; the kernel's socket is not in it). The gateway
    is fresh: one that was busy would serve the connections from memory that it has kept. It has done all it does once,
    and as many events as will come, before it is measured."""
    body = event(1).encode()
    request = f"POST {gateway.path} HTTP/1.1\r\nHost: x\r\nAuthorization: {gateway.auth}\r\n" \
              f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def sent(connections):
        for one in connections:
            one.sendall(request)
        for one in connections:
            if not one.recv(4096).startswith(b"HTTP/1.1 20"):
                raise SystemExit("idle connections: an event was refused")

    def connected(held, count):
        return [held.enter_context(socket.create_connection(("127.0.0.1", gateway.ingest), 30)) for _ in range(count)]

    with contextlib.ExitStack() as held:
        for _ in range(IDLE_CONNECTIONS // 100):
            with contextlib.ExitStack() as warm:
                sent(connected(warm, 100))
        gateway.settle()
        before = memory_mib(gateway.pids())
        sent(connected(held, IDLE_CONNECTIONS))
        gateway.settle()
        # After 15 s without a request they are closed: on a slow machine the first ones are gone.
        open_now = int(gateway.metric("octroi_edge_connections")) - 1
        if open_now < IDLE_CONNECTIONS / 2:
            raise SystemExit(f"idle connections: only {open_now} are open")
        return round((memory_mib(gateway.pids()) - before) * 1024 / open_now, 2)
