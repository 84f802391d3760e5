"""Accounts for the demonstration's console, and the true problem that each of its screens leads to."""
import http.client
import json
import secrets
import subprocess


class Console:
    """One account a role, with passwords of this run alone."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.passwords = {role: secrets.token_urlsafe(12) for role in ("marketing", "it", "dpo")}
        for role, password in self.passwords.items():
            subprocess.run([gateway.octroi, "console", "user", "add", role, "--role", role, "-c", gateway.folder],
                           input=password + "\n", text=True, capture_output=True, check=True)

    def data(self, role, path):
        """What a screen of that role is made from."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.console, timeout=60)
        try:
            connection.request("POST", "/api/v1/session", json.dumps({"user": role, "password": self.passwords[role]}),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            connection.request("GET", "/api/v1/" + path, headers={"Cookie": answer.getheader("Set-Cookie").split(";")[0]})
            return json.loads(connection.getresponse().read())["data"]
        finally:
            connection.close()

    def check(self, withheld):
        """The marketer's fix worth most, the DPO's withheld record, IT's failed deliveries: each is on its screen."""
        problems = []
        found = self.data("marketing", "scorecard?range=7d")["problems"]
        best = found["problems"][found["best"]].get("rule") if found.get("best") is not None else None
        if best != "customer-known":
            problems.append(f"scorecard: the fix worth most is {best}, known customer-known")
        if not any(one["failed"] for one in self.data("it", "flow")["status"]["destinations"].values()):
            problems.append("flow: no failed delivery, and the CRM refused some")
        decision = self.data("dpo", "decisions/" + withheld) if withheld else {"deliveries": []}
        if not any(one["outcome"] == "withheld" for one in decision["deliveries"]):
            problems.append("record: no withheld delivery of the explained one")
        return problems

    def show(self, withheld):
        base = f"http://127.0.0.1:{self.gateway.console}"
        print("console:")
        for role, page in (("marketing", "/quality"), ("dpo", f"/record?decision={withheld}"), ("it", "/now")):
            print(f"  {role:<10} {self.passwords[role]}   {base}{page}")
