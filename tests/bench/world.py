"""The servers of the bench: our gateway with the bench config, nginx as proxy and as sink, and their figures."""
import hashlib
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "demo"))
from gateway import Gateway  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def children(pid):
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return list(map(int, found))


def memory_mib(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return round(total / 1024, 1)


def fdatasync_p50_micros(folder):
    """The disk's own price: 256 bytes overwritten in a preallocated file, then fdatasync."""
    path = os.path.join(folder, "fdatasync.probe")
    fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.write(fd, b"\0" * 4 * 1024 * 1024)
    os.fsync(fd)
    times = []
    for number in range(2000):
        start = time.perf_counter_ns()
        os.pwrite(fd, secrets.token_bytes(256), number * 512)
        os.fdatasync(fd)
        times.append((time.perf_counter_ns() - start) / 1000)
    os.close(fd)
    os.remove(path)
    return statistics.median(times)


class NginxServer:
    """One nginx with two workers; `server` is the inside of its server block, `main` stands before all blocks."""

    def __init__(self, folder, name, port, server, http="", main=""):
        self.name, self.port = name, port
        root = os.path.join(folder, name)
        os.makedirs(root)
        config = os.path.join(root, "nginx.conf")
        user = "user root;" if os.geteuid() == 0 else ""  # the folder is private
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"""
{main} {user} daemon off; master_process on; worker_processes 2; pid {root}/pid; error_log {root}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_max_body_size 2m; keepalive_requests 100000000;
  client_body_temp_path {root}/b; proxy_temp_path {root}/p; fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u;
  scgi_temp_path {root}/s;
  {http}
  server {{ listen 127.0.0.1:{port} reuseport; {server} }}
}}""")
        self.process = subprocess.Popen(["nginx", "-c", config, "-p", root])

    def pids(self):
        return [self.process.pid, *children(self.process.pid)]

    def stop(self):
        self.process.terminate()
        self.process.wait()


IN_MEMORY = "client_body_buffer_size 256k;"


def nginx_sink(folder, port):
    """Answers 200 at once: where both the peers and the gateway send to; it counts what it was asked."""
    return NginxServer(folder, "sink", port,
                       """location / { return 200 '{"ok":true}'; } location = /asked { stub_status; }""", IN_MEMORY)


asked = 0  # by sink_requests; there is one sink


def sink_requests(port):
    """How many requests the sink was asked, those for this number left out."""
    global asked
    asked += 1
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/asked", timeout=10) as answer:
        return int(answer.read().decode().splitlines()[2].split()[2]) - asked


def sink_upstream(port):
    return f"upstream sink {{ server 127.0.0.1:{port}; keepalive 64; keepalive_requests 100000000; }}"


def nginx_proxy(folder, name, port, sink_port, http=""):
    """proxy_pass with upstream keepalive; all else as installed. A body of more than 16 kB then goes through a
    temporary file; with IN_MEMORY it stays in memory."""
    location = """location / { proxy_pass http://sink; proxy_http_version 1.1; proxy_set_header Connection ""; }"""
    return NginxServer(folder, name, port, location, f"{sink_upstream(sink_port)} {http}")


class BenchGateway(Gateway):
    """15 rules, consent, three pseudonyms, one destination: what DESIGN.md 11 calls all work. `synchronous`: the source
    has `answer: forward` and the destination gets one event a request, which is what a proxy does."""
    name = "octroi"

    def __init__(self, octroi, folder, ingest, console, sink_port, running, synchronous=False, wrap=(),
                 env=None):
        root = os.path.join(folder, "octroi-synchronous" if synchronous else "octroi")
        super().__init__(octroi, root, ingest, console, env=env)
        self.synchronous = synchronous
        for kind in os.listdir(os.path.join(HERE, "config")):
            shutil.rmtree(os.path.join(root, kind), ignore_errors=True)
            shutil.copytree(os.path.join(HERE, "config", kind), os.path.join(root, kind))
        self._edit("destinations/sink.yaml", "127.0.0.1:1/", f"127.0.0.1:{sink_port}/")
        if synchronous:
            self._edit("sources/bench.yaml", "unknown_events:", "answer: forward\nunknown_events:")
            self._edit("destinations/sink.yaml", 'batch: { up_to: 500, or_after: "50 ms" }', "batch: { up_to: 1 }")
        self.write_keys["bench"] = secrets.token_hex(16)
        self._secret("bench", "octroi-secret-sha256 " + hashlib.sha256(self.write_keys["bench"].encode()).hexdigest())
        self._secret("sink", "octroi-secret-raw " + secrets.token_hex(16))
        self.path, self.auth = "/v1/events/bench", "Bearer " + self.write_keys["bench"]
        self.start(wrap)
        running.callback(self.stop)
        if not self.wait_ready():
            raise SystemExit(open(self.log.name, encoding="utf-8").read() + self.run("check", root))
        for person in range(1, 1001):
            subject = {"email": f"person{person}@example.org", "customer_id": f"u-{person}"}
            status, answer = self.consent("bench", subject, "marketing.email", "granted", "2026-11-01T00:00:00Z",
                                          notice="newsletter-v4")
            if status != 201:
                raise SystemExit(f"consent refused: {answer}")

    def _edit(self, name, old, new):
        path = os.path.join(self.folder, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if old not in text:
            raise SystemExit(f"{path}: no {old!r}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    def pids(self):
        return [self.process.pid]

    def settle(self):
        self.wait_quiet(120)

    def cut_short(self):
        """Answers that came before the delivery had: those were not synchronous."""
        name = 'octroi_forward_answers_total{ended="in_flight"} '
        return sum(float(line[len(name):]) for line in self.request("GET", "/metrics")[2].decode().splitlines()
                   if line.startswith(name))
