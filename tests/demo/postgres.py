"""A real PostgreSQL server of the caller's own, in a temporary folder: started here, stopped here."""
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1:] or [""]


def as_postgres():
    """In the child: the server refuses root."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


class PostgresServer:
    def __init__(self, *settings, address="127.0.0.1", inside=()):
        """`inside`: the command that runs another one where `address` is, and not as root: e.g. in a network namespace."""
        self.address, self.inside = address, inside
        self.folder = tempfile.mkdtemp(prefix="octroi-postgres-")
        os.chmod(self.folder, 0o777)
        self.data, self.logs = os.path.join(self.folder, "data"), os.path.join(self.folder, "logs")
        self.process, self.settings = None, settings
        os.mkdir(self.logs)
        subprocess.run([BIN[0] + "/initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C",
                        "--no-sync"], check=True, capture_output=True, preexec_fn=as_postgres, cwd="/")
        with open(os.path.join(self.data, "pg_hba.conf"), "a", encoding="utf-8") as file:
            file.write("host all all samenet trust\n")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()
        self.sql("CREATE ROLE octroi_owner LOGIN", "CREATE ROLE octroi_gateway LOGIN")

    def start(self):
        deadline = time.time() + 60
        while self.process is None or self.process.poll() is not None:
            self.spawn()   # again if it ends: a killed server's backends may hold its memory for a moment
            while self.process.poll() is None:
                if subprocess.run([BIN[0] + "/pg_isready", "-q", "-h", self.address, "-p", str(self.port)]).returncode == 0:
                    return
                if time.time() > deadline:
                    raise RuntimeError("PostgreSQL does not start")
                time.sleep(0.05)

    def spawn(self):
        with open(os.path.join(self.logs, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [*self.inside, BIN[0] + "/postgres", "-D", self.data, "-p", str(self.port), "-h", self.address, "-k", self.folder,
                 *[word for setting in self.settings for word in ("-c", setting)]],
                stdout=log, stderr=log, preexec_fn=None if self.inside else as_postgres, cwd="/")

    def stop(self, how=signal.SIGQUIT):
        """SIGINT: fast; SIGQUIT: immediate, as a crash; SIGKILL: the postmaster only."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()

    def freeze(self, stopped):
        for pid in [self.process.pid, *self.children()]:
            try:
                os.kill(pid, signal.SIGSTOP if stopped else signal.SIGCONT)
            except ProcessLookupError:
                pass

    def children(self):
        out = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout
        return [int(pid) for pid in out.split()]

    def sql(self, *statements, database="postgres"):
        out = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.address, "-p", str(self.port), "-U", "postgres",
             "-d", database, *[word for statement in statements for word in ("-c", statement)]],
            capture_output=True, text=True)
        if out.returncode:
            raise RuntimeError(out.stderr)
        return out.stdout.strip()

    def new_database(self, name):
        self.sql(f"CREATE DATABASE {name} OWNER octroi_owner")
        plain = "" if self.address == "127.0.0.1" else " sslmode=disable"   # the gateway asks elsewhere for TLS by itself
        return {role: f"host={self.address} port={self.port} dbname={name} user=octroi_{role}{plain}" for role in ("owner", "gateway")}

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
