#!/usr/bin/env python3
"""The console, on the real binary: who may log in and see what, and that each screen shows what the gateway knows.

  console_test.py OCTROI [unittest arguments]

With OCTROI_SCREENS=FOLDER the browser's pictures are kept there.
"""
import datetime
import gzip
import hashlib
import http.client
import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))
import score_test  # noqa: E402
from e2e_test import line  # noqa: E402
from inputs import in_batches, ndjson  # noqa: E402
from signals_test import World, edit  # noqa: E402

WEB = os.path.join(os.path.dirname(os.path.dirname(HERE)), "web")
PASSWORD = "un mot de passe assez long"
PERSON = "77123"
ROLES = ["marketing", "it", "dpo", "auditor", "admin"]
JS_GZIP_MAX = 60_000
PACKAGES_MAX = 30


class Client:
    """One browser: its cookie and its CSRF token."""

    def __init__(self, port):
        self.port, self.cookie, self.csrf = port, None, None

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if self.cookie:
                sent["Cookie"] = self.cookie
            if body is not None:
                sent.setdefault("Content-Type", "application/json")
                if self.csrf:
                    sent.setdefault("X-Octroi-CSRF", self.csrf)
                body = body if isinstance(body, (bytes, str)) else json.dumps(body)
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            text = answer.read()
            got = dict(answer.getheaders())
            if "json" in got.get("Content-Type", ""):
                text = json.loads(text)
            return answer.status, text, got
        finally:
            connection.close()

    def log_in(self, user, password=PASSWORD):
        status, told, headers = self.ask("POST", "/api/v1/session", {"user": user, "password": password})
        if status == 200:
            self.set_cookie = headers["Set-Cookie"]
            self.cookie, self.csrf = self.set_cookie.split(";")[0], told["data"]["csrf"]
        return status, told

    def data(self, path):
        status, told, _ = self.ask("GET", "/api/v1/" + path)
        assert status == 200, (status, told)
        return told["data"]


class ConsoleWorld(World):
    def add_user(self, name, role, password=PASSWORD):
        return subprocess.run([self.gateway.octroi, "console", "user", "add", name, "--role", role, "-c",
                               self.gateway.folder], input=password + "\n", text=True, capture_output=True)

    def add_users(self):
        for role in ROLES:
            self.assertEqual(self.add_user("x-" + role, role).returncode, 0)

    def client(self, role=None):
        client = Client(self.gateway.console)
        if role:
            self.assertEqual(client.log_in("x-" + role)[0], 200)
        return client

    def log(self):
        with open(self.gateway.log.name, encoding="utf-8") as file:
            return file.read()


class Door(ConsoleWorld):
    def prepare(self):
        pass    # as the demo has it

    def test_without_a_user_there_is_no_console_and_machines_are_served_as_before(self):
        client = self.client()
        for path in ("/", "/quality", "/api/v1/session", "/api/v1/scorecard"):
            status, told, _ = client.ask("GET", path)
            self.assertEqual((path, status, told["code"]), (path, 404, "console.no_user"))
        self.assertEqual(client.log_in("x-dpo")[0], 404)
        for path in ("/health/live", "/health/ready", "/metrics"):
            self.assertEqual(client.ask("GET", path)[0], 200)
        self.assertEqual(client.ask("GET", "/nowhere")[0], 404)
        self.assertNotEqual(self.add_user("X", "dpo").returncode, 0)
        self.assertNotEqual(self.add_user("x", "king").returncode, 0)
        self.assertNotEqual(self.add_user("x", "dpo", "short").returncode, 0)
        self.add_users()
        self.assertEqual(client.ask("GET", "/")[0], 200)
        users = os.path.join(self.gateway.folder, "data", "console.users")
        with open(users, encoding="utf-8") as file:
            self.assertNotIn(PASSWORD, file.read())
        os.chmod(users, 0o644)
        self.assertEqual(client.ask("GET", "/")[1]["code"], "console.users", "a list that others may read lets nobody in")
        os.chmod(users, 0o600)
        self.assertEqual([one["role"] for one in self.gateway.ask("console", "user", "list")["users"]], ROLES)

    def test_a_role_sees_what_is_its_own_and_nothing_else(self):
        self.add_users()
        self.assertEqual(self.client().ask("GET", "/api/v1/scorecard")[0], 401)
        receipt = self.gateway.post("/v1/events/boutique", "boutique", line(1, PERSON))[1]["id"]
        self.gateway.wait_quiet()
        asked = {"scorecard": ("GET", "/api/v1/scorecard", None), "flow": ("GET", "/api/v1/flow", None),
                 "live": ("GET", "/api/v1/live?after=0", None), "decision": ("GET", "/api/v1/decisions/" + receipt, None),
                 "person": ("POST", "/api/v1/subjects/lookup",
                            {"person": {"customer_id": PERSON}, "reason": "demande n° 1"})}
        allowed = {"marketing": {"scorecard"}, "it": {"scorecard", "flow", "live", "decision"},
                   "auditor": {"scorecard", "flow", "live", "decision"}, "admin": {"scorecard", "flow", "live", "decision"},
                   "dpo": set(asked)}
        for role in ROLES:
            client = self.client(role)
            session = client.data("session")
            self.assertEqual((session["role"], set(session["sights"])), (role, allowed[role] - {"live"}))
            self.assertEqual("identifiers" in session, role == "dpo")
            for what, (method, path, body) in asked.items():
                status, told, headers = client.ask(method, path, body)
                self.assertEqual((role, what, status), (role, what, 200 if what in allowed[role] else 403), told)
                if status == 403:
                    self.assertEqual(told["code"], "console.role")
                self.assertEqual(headers["Cache-Control"], "no-store")
        log = self.log()
        self.assertIn('"console.refused"', log)
        self.assertIn('"x-marketing"', log)
        for secret in (PERSON, PASSWORD, "demande n"):
            self.assertNotIn(secret, log)

    def test_a_session_is_bound_to_a_page_and_ends(self):
        self.add_users()
        client = self.client("dpo")
        for wanted in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(wanted, client.set_cookie)
        self.assertNotIn("Secure", client.set_cookie)
        lookup = {"person": {"customer_id": PERSON}, "reason": "x"}
        for headers in ({"X_Octroi_CSRF": "wrong"}, {"X_Octroi_CSRF": ""}, {"Content_Type": "text/plain"}):
            status, told, _ = client.ask("POST", "/api/v1/subjects/lookup", lookup, **headers)
            self.assertEqual((status, told["code"]), (403, "console.csrf"), headers)
        status, told, _ = self.client().ask("POST", "/api/v1/session", '{"user":"x-dpo"}', Content_Type="text/plain")
        self.assertEqual((status, told["code"]), (403, "console.csrf"), "a form of another site cannot log anybody in")
        status, _, headers = self.client().ask("POST", "/api/v1/session", {"user": "x-dpo", "password": PASSWORD},
                                               X_Forwarded_Proto="https")
        self.assertIn("Secure", headers["Set-Cookie"])
        for headers in ({"X_Forwarded_Proto": "http"}, {"X_Forwarded_For": "192.0.2.7"}, {"Via": "1.1 x"}, {"Forwarded": "for=x"}):
            status, told, _ = self.client().ask("POST", "/api/v1/session", {"user": "x-dpo", "password": PASSWORD}, **headers)
            self.assertEqual((status, told["code"]), (403, "console.plain"), headers)
        # Another password, or no user any more: what was begun is over.
        self.assertEqual(self.add_user("x-dpo", "dpo", PASSWORD + "!").returncode, 0)
        self.assertEqual(client.ask("GET", "/api/v1/session")[0], 401)
        client = self.client("it")
        self.gateway.run("console", "user", "remove", "x-it", "-c", self.gateway.folder)
        self.assertEqual(client.ask("GET", "/api/v1/flow")[0], 401)
        client = self.client("admin")
        self.assertEqual(client.ask("POST", "/api/v1/session/end", {})[0], 200)
        self.assertEqual(client.ask("GET", "/api/v1/session")[0], 401)

    def test_passwords_cannot_be_tried_for_long(self):
        self.add_users()
        client = self.client()
        name = "qui.suis-je@exemple.fr"
        for user in ("x-it", name):
            answers = [client.log_in(user, "non" * 5)[0] for _ in range(6)]
            self.assertEqual(answers, [401] * 5 + [429], "a name that nobody has answers as one that somebody has")
        self.assertEqual(client.log_in("x-it")[0], 429, "nor does the right one help then")
        status, told, headers = client.ask("POST", "/api/v1/session", {"user": "x-it", "password": PASSWORD})
        self.assertTrue(0 < int(headers["Retry-After"]) <= 901)
        for _ in range(7):
            self.assertEqual(client.log_in("x-dpo")[0], 200, "others are not locked out, nor do good ones count")
        far = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "203.0.113.9"}
        made_up = [client.ask("POST", "/api/v1/session", {"user": f"n{i}", "password": PASSWORD}, **far)[0] for i in range(21)]
        self.assertEqual(made_up, [401] * 20 + [429], "one address may not try for long")
        self.assertEqual(client.log_in("x-dpo")[0], 200, "nor does it keep anybody else out")
        self.assertIn("console.login_refused", self.log())
        self.assertNotIn(name, self.log())

    def test_pages_come_with_their_policy_compressed_and_once(self):
        self.add_users()
        client = self.client()
        status, page, headers = client.ask("GET", "/record?decision=x")
        self.assertEqual((status, headers["Cache-Control"]), (200, "no-cache"))
        policy = headers["Content-Security-Policy"]
        self.assertTrue(policy.startswith("default-src 'none';"), policy)
        self.assertNotIn("unsafe", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        script = page.decode().split('src="')[1].split('"')[0]
        status, packed, headers = client.ask("GET", script, Accept_Encoding="gzip")
        self.assertEqual((status, headers["Content-Encoding"]), (200, "gzip"))
        self.assertIn("immutable", headers["Cache-Control"])
        self.assertLess(len(packed), JS_GZIP_MAX)
        self.assertEqual(gzip.decompress(packed), client.ask("GET", script)[1])
        self.assertEqual(client.ask("GET", script, If_None_Match=headers["ETag"])[0], 304)
        self.assertEqual(client.ask("GET", "/assets/../etc/passwd")[0], 404)
        self.assertEqual(client.ask("PUT", "/api/v1/session", {})[0], 405)
        with open(os.path.join(WEB, "package-lock.json"), encoding="utf-8") as file:
            names = [name for name, one in json.load(file)["packages"].items() if name and not one.get("optional")]
        self.assertLessEqual(len(names), PACKAGES_MAX)


class Screens(ConsoleWorld):
    def prepare(self):
        contract = "contracts/order-line.yaml"
        edit(self.gateway, contract, "  occurred_at: { required: true }\n",
             "  occurred_at: { required: true }\n  email: { required: false, critical: true }\n"
             "  campaign: { required: false }\n")
        edit(self.gateway, contract, "\nscore:\n", score_test.RULES + "score:\n")
        edit(self.gateway, "sources/boutique.yaml", "map:\n",
             "campaign: { field: properties.campaign, dictionary: campaign }\nmap:\n  properties.email: email\n")

    def setUp(self):
        super().setUp()
        self.add_users()
        self.send("rentree", 3)
        self.send("noel", 0)
        now = datetime.datetime.now(datetime.timezone.utc)
        at = (now - datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        gateway = self.gateway
        given = gateway.consent("boutique", {"customer_id": PERSON}, "marketing.email", "granted", at,
                                notice="newsletter-v4")
        self.assertEqual(given[0], 201, given)
        occurred = (now - datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {**line("one", PERSON, email="lea.zqx7@exemple.fr", campaign="noel"), "occurred_at": occurred}
        self.receipt = gateway.post("/v1/events/boutique", "boutique", event)[1]["id"]
        gateway.wait_quiet()
        withdrawn = gateway.consent("boutique", {"customer_id": PERSON}, "marketing.email", "withdrawn",
                                    datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.assertEqual(withdrawn[0], 201, withdrawn)
        gateway.wait_quiet()

    def send(self, campaign, broken):
        events = [line(f"{campaign}-{i}", "" if i * 107 % 200 < 21 else str(10000 + i), campaign=campaign,
                       email="rien" if i % 10 < broken else f"c{i}@exemple.fr") for i in range(200)]
        for batch in in_batches(events, 100):
            status, told = self.gateway.post("/v1/events/boutique", "boutique", ndjson(batch),
                                             Content_Type="application/x-ndjson")
            self.assertEqual(status, 200, told.get("code"))
        self.gateway.wait_quiet()

    def test_the_scorecard_is_what_octroi_score_says(self):
        client = self.client("it")
        card = client.data("scorecard?range=7d")
        score, problems = self.gateway.ask("score"), self.gateway.ask("problems")
        self.assertEqual(card["score"]["total"], score["total"])
        self.assertEqual(card["problems"]["problems"], problems["problems"])
        self.assertEqual(card["problems"]["problems"][card["problems"]["best"]]["rule"], "email-valid")
        source, = card["sources"]
        self.assertEqual((source["name"], source["received"]), ("boutique", 401))
        campaigns = {one["name"]: one for one in source["campaigns"]}
        self.assertEqual(set(campaigns), {"rentree", "noel"})
        self.assertEqual(campaigns["rentree"]["problem"]["rule"], "email-valid")
        self.assertEqual(campaigns["noel"]["problem"]["rule"], "customer-known")
        by = {row["name"]: row for row in self.gateway.ask("score", "--by", "campaign")["rows"]}
        self.assertEqual(campaigns["rentree"]["usable_share"], by["rentree"]["usable_share"])
        self.assertEqual(client.ask("GET", "/api/v1/scorecard?range=2y")[1]["code"], "console.range")
        self.small_numbers_are_not_marketings()
        envelope = client.ask("GET", "/api/v1/scorecard")[1]
        self.assertEqual((envelope["mode"], envelope["partial"]), ("enforce", False))
        self.assertEqual(envelope["config"], self.gateway.ask("status")["config"])

    def small_numbers_are_not_marketings(self):
        for i in range(3):
            self.gateway.post("/v1/events/boutique", "boutique", line(f"few-{i}", str(i), campaign="peu"))
        self.gateway.wait_quiet()
        seen = {role: {row["name"]: row["received"] for row in self.client(role).data("scorecard")["sources"][0]["campaigns"]}
                for role in ("marketing", "it")}
        few = {role: [received for name, received in rows.items() if name.startswith("#")] for role, rows in seen.items()}
        self.assertEqual(few, {"marketing": ["<10"], "it": [3]})

    def test_the_record_is_what_was_decided_what_left_and_what_was_agreed(self):
        client = self.client("dpo")
        decision = client.data("decisions/" + self.receipt)
        told = self.gateway.ask("explain", self.receipt)
        self.assertEqual({key: decision[key] for key in told}, told)
        to = {field["field"]: field["to"] for field in decision["lineage"]["fields"]}
        for name in ("emailing", "crm"):
            left = {id: event["data"] for id, event in self.recorders[name].events.items()}
            mine, = [data for data in left.values() if data.get("stock_code") == "none"] or [None]
            self.assertIsNotNone(mine, name)
            self.assertEqual({field for field, forms in to.items() if name in forms and field in mine}, set(mine))
            for field, value in mine.items():
                self.assertEqual(to[field][name] == "pseudonym", str(value).startswith("p1."), field)
        sources = {field["field"]: field["from"] for field in decision["lineage"]["fields"]}
        self.assertEqual(sources["customer_id"], ["properties.customer_id"])
        self.assertEqual(client.ask("GET", "/api/v1/decisions/nothing.1")[0], 404)

        found = client.ask("POST", "/api/v1/subjects/lookup", {"event": self.receipt, "reason": "Réclamation n° 118"})
        state = lambda report: {one["purpose"]: one["state"] for one in report["purposes"]}["marketing.email"]  # noqa: E731
        person = found[1]["data"]
        self.assertEqual((state(person["then"]), state(person["now"])), ("granted", "withdrawn"))
        again = client.ask("POST", "/api/v1/subjects/lookup",
                           {"person": {"customer_id": PERSON}, "at": "2020-01-01", "reason": "x"})[1]["data"]
        self.assertEqual((state(again["then"]), state(again["now"])), ("unknown", "withdrawn"))
        self.assertEqual(again["now"]["handle"], person["now"]["handle"])
        self.assertEqual([one["state"] for one in again["events"]], ["granted", "withdrawn"])
        self.assertNotIn(PERSON, json.dumps(again["events"]))
        nobody = client.ask("POST", "/api/v1/subjects/lookup",
                            {"person": {"customer_id": "404404"}, "reason": "é" * 200})[1]["data"]
        self.assertEqual(nobody["now"]["known"], False)
        for wrong, code in (({"person": {"customer_id": PERSON}}, "console.reason"),
                            ({"person": {"shoe": "42"}, "reason": "x"}, "console.person"),
                            ({"person": {"customer_id": PERSON}, "reason": "x", "at": "hier"}, "console.at"),
                            ({"event": self.receipt, "reason": "x" * 401}, "console.reason_long"),
                            ({"event": self.receipt, "reason": "x" * 501}, "console.reason_long"),
                            ({"event": "nothing.1", "reason": "x"}, "not_found"), ([], "request.invalid")):
            self.assertEqual(client.ask("POST", "/api/v1/subjects/lookup", wrong)[1]["code"], code, wrong)
        self.assertEqual(self.gateway.stop(), 0)
        dumped = self.gateway.run("journal", "dump", "-c", self.gateway.folder)
        self.assertEqual(dumped.count("register.read"), 3, "each reading that was answered, and no other")
        log = self.log()
        for secret in (PERSON, "404404", "Réclamation"):
            self.assertNotIn(secret, log)

    def test_the_flow_is_what_octroi_status_says_and_decisions_come_live(self):
        client = self.client("it")
        flow = client.data("flow")
        status = self.gateway.ask("status")
        for key in ("sources", "sums_hold", "held", "rules"):
            self.assertEqual(flow["status"][key], status[key])
        start = client.data("live?after=0")
        while not client.data(f"live?after={start['after']}")["watching"]:
            pass
        receipt = self.gateway.post("/v1/events/boutique", "boutique", line("live", PERSON))[1]["id"]
        lines = []
        while not any(one["id"] == receipt and one["outcome"] == "withheld" for one in lines):
            lines = client.data("live?after=0")["lines"]
        mine = [one for one in lines if one["id"] == receipt]
        self.assertTrue(all("subject" not in one for one in mine))
        self.assertIn(("emailing", "withheld", "consent.withdrawn"),
                      {(one["destination"], one["outcome"], one["reason"]) for one in mine})

    def test_every_screen_in_a_browser(self):
        client = self.client("dpo")
        self.assertEqual(client.ask("GET", "/")[0], 200)
        task = {"base": f"http://127.0.0.1:{self.gateway.console}", "password": PASSWORD, "person": PERSON,
                "receipt": self.receipt, "screens": os.environ.get("OCTROI_SCREENS", ""),
                "event": {"url": f"http://127.0.0.1:{self.gateway.ingest}/v1/events/boutique",
                          "key": self.gateway.write_keys["boutique"], "body": line("browser", PERSON)}}
        done = subprocess.run(["node", os.path.join(HERE, "browser.mjs"), json.dumps(task)], capture_output=True, text=True,
                              timeout=500)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-3000:])
        told = json.loads(done.stdout.splitlines()[-1])
        self.assertGreaterEqual(told["looked_at"], 24)


class Dist(unittest.TestCase):
    def test_what_is_in_the_binary_is_what_the_sources_make(self):
        made = os.path.join(WEB, "node_modules", ".octroi-dist")
        subprocess.run(["npx", "--no-install", "vite", "build", "--outDir", made, "--emptyOutDir"], cwd=WEB, check=True,
                       capture_output=True)

        def files(folder):
            found = {}
            for place, _, names in os.walk(folder):
                for name in names:
                    path = os.path.join(place, name)
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
            found.pop("sources.sha256", None)
            return found
        self.assertEqual(files(made), files(os.path.join(WEB, "dist")), "run ./dev web")


if __name__ == "__main__":
    unittest.main()
