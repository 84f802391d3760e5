"""What a user would pick instead of the gateway, and the proof that each does what it is compared for.

nginx and HAProxy pass bytes on. nginx+Lua and Node/fastify+ajv decode and check each event, look consent up and forward
what may leave; they write nothing down, so they do less than the gateway.
"""
import http.client
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import time

from world import HERE, IN_MEMORY, NginxServer, children, nginx_proxy, sink_upstream

from gateway import free_ports


class Program:
    """A peer, and its workers."""

    def __init__(self, name, port, command, log):
        self.name, self.port = name, port
        with open(log, "wb") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file)

    def pids(self):
        return [self.process.pid, *children(self.process.pid)]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def haproxy(folder, port, sink_port):
    """A plain proxy: as many threads as nginx has workers, connections to the sink kept and shared."""
    config = os.path.join(folder, "haproxy.cfg")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"""
global
  nbthread 2
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
listen proxy
  bind 127.0.0.1:{port}
  server sink 127.0.0.1:{sink_port}
""")
    # -db: in the foreground and one process, whose CPU is then all there is.
    return Program("haproxy", port, [shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", config],
                   os.path.join(folder, "haproxy.log"))


def nginx_lua(folder, name, port, sink_port, protect="false"):
    """The same proxy with checks.lua before it. It needs bodies in memory: Lua cannot see those in files."""
    build = subprocess.run(["nginx", "-V"], capture_output=True, text=True, check=True).stderr
    modules = next(one.split("=", 1)[1] for one in build.split() if one.startswith("--modules-path="))
    load = " ".join(f"load_module {modules}/{name}_module.so;" for name in ("ndk_http", "ngx_http_lua"))
    lua = f"""lua_package_path "{HERE}/?.lua;;"; lua_shared_dict consent 4m;
  init_by_lua_block {{ checks = require "checks"; checks.fill() }}"""
    location = f"""location / {{
    access_by_lua_block {{ return checks.run({protect}) }}
    proxy_pass http://sink; proxy_http_version 1.1; proxy_set_header Connection ""; }}"""
    return NginxServer(folder, name, port, location, f"{sink_upstream(sink_port)} {IN_MEMORY} {lua}", load)


def fastify(folder, name, port, sink_port, *mode):
    """Two Node processes that share the port, as the reference had and as two cores ask for."""
    return Program(name, port, ["node", os.path.join(HERE, "node", "server.mjs"), str(port), str(sink_port), *mode],
                   os.path.join(folder, name + ".log"))


class Peers:
    """Every peer of the bench, started, and stopped with `running`; `passing` move bytes, `checking` look at events."""

    def __init__(self, folder, sink_port, running):
        ports = free_ports(7)

        def started(server):
            running.callback(server.stop)
            return server

        self.nginx = started(nginx_proxy(folder, "nginx", ports[0], sink_port))
        self.in_memory = started(nginx_proxy(folder, "nginx-in-memory", ports[1], sink_port, IN_MEMORY))
        self.haproxy = started(haproxy(folder, ports[2], sink_port))
        self.lua = started(nginx_lua(folder, "nginx-lua", ports[3], sink_port))
        self.lua_pseudonyms = started(nginx_lua(folder, "nginx-lua-pseudonyms", ports[6], sink_port, "true"))
        self.fastify = started(fastify(folder, "fastify", ports[4], sink_port))
        self.fastify_pseudonyms = started(fastify(folder, "fastify-pseudonyms", ports[5], sink_port, "pseudonyms"))
        self.passing = [self.nginx, self.in_memory, self.haproxy]
        self.hiding = [self.lua_pseudonyms, self.fastify_pseudonyms]
        self.checking = [self.lua, self.fastify, *self.hiding]
        self.all = self.passing + self.checking


def wait_listening(server, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise SystemExit(f"{server.name} ended at start: exit {server.process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", server.port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{server.name} does not listen after {seconds} s")


class RecordingSink:
    """Stands at the sink's port while the peers are checked, and keeps what it was sent."""

    def __init__(self, port):
        bodies = self.bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                client, address = super().get_request()
                clients.append(client)
                return client, address

        clients = self.clients = []
        self.server = Server(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def taken(self):
        bodies = self.bodies[:]
        self.bodies.clear()
        return bodies

    def stop(self):
        """The kept connections too, or the peers would go on talking to this one."""
        self.server.shutdown()
        self.server.server_close()
        for client in self.clients:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            client.close()


def event(person, **properties):
    """Of the same shape as load.lua's."""
    return json.dumps({
        "event": "bench.viewed", "message_id": f"check-{person}", "sent_at": "2026-11-20T10:00:00.000Z",
        "traits": {"email": f"person{person}@example.org", "phone": f"+3361234{person % 10000:04}"},
        "userId": f"u-{person}",
        "context": {"campaign": {"name": "rentree-2026"}, "country": "FR", "locale": "fr-FR",
                    "page": {"url": "https://www.example.org/produits/42", "title": "Boutique"}},
        "properties": {"product": "42", "category": "jardin", "price": 19.9, "quantity": 2, "currency": "EUR",
                       **properties}}, separators=(",", ":"))


def post(port, body, kind):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/", body.encode(), {"Content-Type": kind})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


ONE, MANY = "application/json", "application/x-ndjson"
STRANGER = 5000  # nobody recorded a consent of theirs
GOOD, UNASKED = event(1), event(STRANGER)
BAD = {"a price that is text": event(1, price="free"), "a price below 0": event(1, price=-1),
       "a quantity above 1000": event(1, quantity=1001), "an unknown currency": event(1, currency="XXX"),
       "no event": "{}", "not JSON": GOOD[:-1]}


def prove(peers, sink):
    """One line for each thing a peer does not do; none if all do what they are compared for."""
    for peer in peers.all:
        checks, hides = peer in peers.checking, peer in peers.hiding

        def tried(what, body, kind, statuses, arrives):
            status, came = post(peer.port, body, kind), sink.taken()
            if status // 100 != statuses:
                yield f"{peer.name}: {what}: answered {status}, not {statuses}xx"
            if hides and arrives:
                came = [one.decode() for one in came]
                if len(came) != 1 or "@example.org" in came[0] or "+336" in came[0] or '"u-' in came[0] \
                        or came[0].count("rentree-2026") != arrives.count("rentree-2026"):
                    yield f"{peer.name}: {what}: not forwarded under pseudonyms"
            elif came != ([arrives.encode()] if arrives else []):
                yield f"{peer.name}: {what}: the sink got {came}, not {arrives!r}"

        yield from tried("a good event", GOOD, ONE, 2, GOOD)
        lines = f"{GOOD}\n{event(2)}\n{event(1000)}"
        yield from tried("good lines", lines, MANY, 2, lines)
        if not checks:
            continue
        for what, body in BAD.items():
            yield from tried(what, body, ONE, 4, None)
            yield from tried(what + ", in lines", f"{GOOD}\n{body}\n{GOOD}", MANY, 4, None)
        yield from tried("an event without consent", UNASKED, ONE, 2, None)
        yield from tried("lines, one without consent", f"{GOOD}\n{UNASKED}\n{event(2)}", MANY, 2, f"{GOOD}\n{event(2)}")
