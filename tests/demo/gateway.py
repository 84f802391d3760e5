"""Starts and asks a real gateway: the release or sanitizer binary, a config folder of its own, real sockets."""
import base64
import hashlib
import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEMO = os.path.join(ROOT, "docs", "examples", "demo")
KINDS = ["vocabulary", "purposes", "notices", "sources", "contracts", "policies", "pseudonyms", "destinations", "lists"]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Gateway:
    """A config folder copied from the demo's, with keys and secrets of its own, and the process that runs it."""

    def __init__(self, octroi, folder, ingest=18080, console=18081, destinations=None, env=None):
        self.octroi, self.folder, self.process, self.log = octroi, folder, None, None
        self.ingest, self.console = ingest, console
        self.env = dict(os.environ, OCTROI_LANG="fr", **(env or {}))
        self.write_keys = {"boutique": secrets.token_hex(16), "site-web": secrets.token_hex(16)}
        os.makedirs(folder, mode=0o700)
        for kind in KINDS:
            if os.path.isdir(os.path.join(DEMO, kind)):
                shutil.copytree(os.path.join(DEMO, kind), os.path.join(folder, kind))
        self._copy("gateway.yaml", {"127.0.0.1:18080": f"127.0.0.1:{ingest}", "127.0.0.1:18081": f"127.0.0.1:{console}"})
        for name, port in (destinations or {}).items():
            path = os.path.join("destinations", name + ".yaml")
            old = {"emailing": 18101, "crm": 18102, "publicite": 18103}[name]
            self._copy(path, {f"127.0.0.1:{old}": port if isinstance(port, str) else f"127.0.0.1:{port}"})
        os.makedirs(os.path.join(folder, "keys"), mode=0o700)
        for source, key in self.write_keys.items():
            self._secret(source, "octroi-secret-sha256 " + hashlib.sha256(key.encode()).hexdigest())
        for destination in ("crm", "emailing", "publicite"):
            self._secret(destination, "octroi-secret-raw " + secrets.token_hex(16))
        self.run("keys", "create", "-c", folder)

    def _copy(self, path, replace):
        with open(os.path.join(DEMO, path), encoding="utf-8") as file:
            text = file.read()
        for old, new in replace.items():
            text = text.replace(old, new)
        with open(os.path.join(self.folder, path), "w", encoding="utf-8") as file:
            file.write(text)

    def _secret(self, name, text):
        path = os.path.join(self.folder, "keys", name + ".secret")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o400), "w") as file:
            file.write(text + "\n")

    def use_postgres(self, connections):
        """From now on the store is PostgreSQL: connection strings of the owner and of the gateway's role."""
        self._secret("postgres", "octroi-secret-raw " + connections["gateway"])
        self._secret("postgres-owner", "octroi-secret-raw " + connections["owner"])
        path = os.path.join(self.folder, "gateway.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        assert "\nstorage:\n" in text
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("\nstorage:\n", "\nstorage:\n  postgres:\n"
                                    "    connect: { from: \"file:keys/postgres.secret\" }\n"
                                    "    owner: { from: \"file:keys/postgres-owner.secret\" }\n"))
        return self.ask("migrate")

    def run(self, *args):
        done = subprocess.run([self.octroi, *args], capture_output=True, text=True, env=self.env)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"octroi {' '.join(args)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def ask(self, *args):
        return json.loads(self.run(*args, "-c", self.folder, "--json"))

    def start(self, wrap=(), log=None):
        self.log = open(log or os.path.join(self.folder, "gateway.log"), "ab")
        self.process = subprocess.Popen([*wrap, self.octroi, "run", "-c", self.folder], stdout=self.log,
                                        stderr=self.log, env=self.env)
        return self

    def pid(self):
        """Of the gateway itself, also where a tracer runs it."""
        return int(subprocess.run(["pgrep", "-f", f"^{self.octroi} run -c {self.folder}"], capture_output=True,
                                  text=True).stdout.split()[0])

    def wait_ready(self, seconds=300):
        deadline = time.time() + seconds
        while time.time() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                if self.request("GET", "/health/ready")[0] == 200:
                    return True
            except OSError:
                pass
            time.sleep(0.02)
        return False

    def stop(self, seconds=30):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.log:
            self.log.close()
        return self.process.returncode if self.process else None

    def headers(self, source):
        key = self.write_keys[source]
        if source == "site-web":
            return {"Authorization": "Basic " + base64.b64encode((key + ":").encode()).decode()}
        return {"Authorization": "Bearer " + key}

    def request(self, method, path, body=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.ingest, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def metric(self, name):
        """A metric without labels."""
        for line in self.request("GET", "/metrics")[2].decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise KeyError(name)

    def post(self, path, source, body, **headers):
        merged = {**self.headers(source), "Content-Type": "application/json",
                  **{name.replace("_", "-"): value for name, value in headers.items()}}
        status, _, text = self.request("POST", path, body if isinstance(body, (bytes, str)) else json.dumps(body), merged)
        return status, json.loads(text) if text else {}

    def consent(self, source, subject, purpose, state, effective_at, **more):
        event = {"subject": subject, "purpose": purpose, "state": state, "effective_at": effective_at, **more}
        if state == "granted":
            event.setdefault("evidence", {"method": "tick_box"})
        return self.post("/v1/consents", source, event)

    def wait_quiet(self, seconds=120, show=lambda status: None):
        """Until nothing is pending and everything durable is projected."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            status = self.ask("status")
            show(status)
            if status["pending"] == 0 and status["projected_through"] >= status["journal_through"]:
                in_flight = sum(d["in_flight"] for d in status["destinations"].values())
                if in_flight == 0:
                    return status
            time.sleep(0.2)
        raise RuntimeError(f"still pending after {seconds} s: {status['pending']}")
