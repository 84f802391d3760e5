#!/usr/bin/env python3
"""An independent model of consent and decision, and a maker of cases for it.

Written from the texts alone (standards.md C2 and C3, the comments of policies/consent.h, policy_spec.h and
decide.h), never from the C++ code. It invents configurations, consent histories and events from a seed, says
what the answer must be, and lets the program `decide_cases` compare (reliability.md I3, test a).

  decision_oracle.py --cases 100000 --seed 7 --run build/tests/policies/decide_cases
  decision_oracle.py --cases 100 --seed 7            prints the cases, one configuration a line
"""
import argparse
import json
import os
import random
import subprocess
import sys
import time

SKEW = 5 * 60 * 1000
PERSON = -1   # the purpose of what is said of the person as a whole
OF_PERSON = ["restricted", "restricted", "lifted", "suppressed"]
TCF_REASONS = ["tcf.vendor_not_disclosed", "tcf.vendor_not_consented", "tcf.purpose_not_consented",
               "tcf.restricted_by_publisher"]
STORED = ["requested", "pending", "granted", "denied", "withdrawn", "objected", "invalidated"]
ALL_STATES = STORED + ["unknown", "expired"]

# What counts among events of the same moment, mildest first (consent.h, Fold).
TIE = {"granted": 0, "requested": 1, "pending": 1, "invalidated": 2, "denied": 3, "withdrawn": 4, "objected": 4,
       "lifted": 0, "restricted": 4, "suppressed": 4}

# Which of several people's standings speaks, strictest first (decide.h).
STRICTEST_FIRST = ["withdrawn", "objected", "denied", "invalidated", "expired", "pending", "requested",
                   "not_at_collection", "granted"]
OVER = {"changed": "notice.changed", "grown": "age.transition"}  # expired, for a reason of its own


# ---- the register ------------------------------------------------------------------------------------------

def effective_state(event, now):
    waiting = event["effective"] - event["recorded"] > SKEW and event["effective"] > now
    return {"granted": "pending", "lifted": "restricted"}.get(event["state"], event["state"]) if waiting else event["state"]


def fold(events, now):
    in_order = sorted(events, key=lambda e: (e["effective"], TIE[effective_state(e, now)], e["recorded"], e["id"]))
    since_last_grant = []
    for event in in_order:
        since_last_grant = [] if effective_state(event, now) == "granted" else since_last_grant + [event]
    objections = [e for e in since_last_grant if e["state"] == "objected"]
    deciding = (objections or in_order)[-1]
    granted = effective_state(deciding, now) == "granted"
    return {"state": effective_state(deciding, now), "by_parent": granted and deciding["by_parent"],
            "explicit": granted and deciding["explicit"], "since": deciding["effective"] // 1000 * 1000,
            "until": deciding["until"] // 1000 * 1000,
            "cites": deciding["sequence"] % 2**32}


def fold_person(events, now):
    """What is in force: nothing, restricted or suppressed, and the moment that a grant must come after."""
    in_order = sorted(events, key=lambda e: (e["effective"], TIE[effective_state(e, now)], e["recorded"], e["id"]))
    suppressions = [e for e in in_order if e["state"] == "suppressed"]
    last = in_order[-1]
    if suppressions:
        cited, later = suppressions[-1], last if effective_state(last, now) == "restricted" else suppressions[-1]
    else:
        cited = later = last
    return {"state": effective_state(cited, now), "since": later["effective"] // 1000 * 1000, "cites": cited["sequence"] % 2**32}


class Register:
    """Events as they arrived; people appear as their identifiers do."""

    def __init__(self, consents, now):
        self.subject_of = {}
        self.entries = []
        self.ages = []
        for arrived, event in enumerate(consents):
            mine = set(event["subject"])
            history = [e for e in consents[:arrived + 1]
                       if e["purpose"] == event["purpose"] and mine & set(e["subject"])]
            known = self.subjects(event["subject"])
            if not known:
                known = [len(self.entries)]
                self.entries.append({})
                self.ages.append([])
            for subject in known:
                person = event["purpose"] == PERSON
                self.entries[subject][event["purpose"]] = fold_person(history, now) if person else fold(history, now)
                if event["age"]:
                    self.ages[subject].append((event["effective"] // 1000, event["age"]))
            for identifier in event["subject"]:
                self.subject_of.setdefault(identifier, known[0])

    def subjects(self, identifiers):
        found = []
        for identifier in identifiers:
            subject = self.subject_of.get(identifier)
            if subject is not None and subject not in found:
                found.append(subject)
        return found


# Ages, youngest last.
UNKNOWN_AGE, ADULT, MINOR, CHILD = range(4)


def age_of(register, case):
    """The youngest of all subjects; of each the latest word, of the same second the younger."""
    return max((max(register.ages[s])[1] for s in register.subjects(case["identifiers"]) if register.ages[s]),
               default=UNKNOWN_AGE)


def laws(config, case):
    """Jurisdictions that count: the controller's, and the event's. None of the list: None."""
    own = [0]
    if config["jurisdiction_field"] is None or not config["jurisdictions"]:
        return own
    json_type, text = case["fields"].get(str(config["jurisdiction_field"]), ("absent", ""))
    if json_type not in ("string", "integer", "decimal", "bool"):
        return own
    return own + [config["jurisdictions"].index(text) if text in config["jurisdictions"] else None]


def bases_of(config, purpose, case):
    by_law = dict(reversed([(law, basis) for law, basis in purpose["bases"]]))
    found = []
    for law in laws(config, case):
        basis = by_law.get(law, purpose["basis"])
        if basis not in found:
            found.append(basis)
    return found


# ---- the decision ------------------------------------------------------------------------------------------

def standing_of(entry, purpose, case):
    te, td = case["te"], case["td"]
    if entry["state"] != "granted":
        return entry["state"]
    if entry["since"] < purpose["refresh_from"]:
        return "changed"
    if case["grown"] and entry["by_parent"]:
        return "grown"
    last_moments = []
    if purpose["ask"]:
        last_moments.append(entry["since"] + purpose["ask"])
    if entry["until"]:
        last_moments.append(entry["until"])
    if last_moments and td > min(last_moments):
        return "expired"
    if purpose["covers"] != "send" and te < entry["since"]:
        return "not_at_collection"
    return "granted"


def people_say(register, case, place, purpose):
    """(standing, cited): of all subjects the strictest, of equals the first."""
    said = []
    for subject in register.subjects(case["identifiers"]):
        entry = register.entries[subject].get(place)
        if entry is not None:
            said.append((standing_of(entry, purpose, case), entry["cites"]))
    if not said:
        return "unknown", 0
    return min(said, key=lambda s: STRICTEST_FIRST.index("expired" if s[0] in OVER else s[0]))


def grants(register, case, place, purpose):
    """What stands as granted, for the event or not."""
    entries = [register.entries[s].get(place) for s in register.subjects(case["identifiers"])]
    return [e for e in entries if e and standing_of(e, purpose, case) in ("granted", "not_at_collection")]


def held(register, case):
    """(reason, since, cited) of what is in force against a person as a whole, or None."""
    entries = [register.entries[s].get(PERSON) for s in register.subjects(case["identifiers"])]
    entries = [e for e in entries if e and e["state"] != "lifted"]
    if not entries:
        return None
    first = next((e for e in entries if e["state"] == "suppressed"), entries[0])
    return "subject." + first["state"], max(e["since"] for e in entries), first["cites"]


def spared(hold, register, case, place, purpose, basis):
    if basis == "vital_interests":
        return hold[0] == "subject.restricted"
    if basis != "consent" or people_say(register, case, place, purpose)[0] not in ("granted", "not_at_collection"):
        return False
    entries = [register.entries[s].get(place) for s in register.subjects(case["identifiers"])]
    return all(e["since"] > hold[1] for e in entries if e)


def condition_holds(condition, config, case, standing, age):
    kind = condition["ask"]
    if kind == "consent":
        # Given after the event is given: the condition asks about the state, not about the collection.
        state = {"not_at_collection": "granted", "changed": "expired", "grown": "expired"}.get(standing, standing)
        return state == condition["state"]
    if kind == "age":
        if age == UNKNOWN_AGE:
            return condition["assume_adult"]
        return condition["at_least"] <= {ADULT: 18, MINOR: config["digital_age"], CHILD: -1}[age]
    json_type, text = case["fields"].get(str(condition["field"]), ("absent", ""))
    if kind == "present":
        return json_type not in ("absent", "null")
    if json_type not in ("string", "integer", "decimal", "bool"):
        return False
    if kind == "in":
        return text in condition["values"]
    listed = text in config["lists"][condition["list"]]
    return listed if kind == "in_list" else not listed


def policy_refuses(config, case, destination, place, standing, age):
    for policy in config["policies"]:
        scopes = [(policy["purposes"], place), (policy["destinations"], destination),
                  (policy["sources"], case["source"])]
        if any(scope and member not in scope for scope, member in scopes):
            continue
        if all(condition_holds(c, config, case, standing, age) for c in policy["allow_when"]):
            continue
        return next(line["reason"] for line in policy["otherwise"]
                    if all(condition_holds(c, config, case, standing, age) for c in line["when"]))
    return None


# What one purpose says, strictest first.
NO, COUNT, WAIT, YES = range(4)


def judge_purpose(config, register, case, destination, place):
    """(what it says, reason, cited event)"""
    purpose = config["purposes"][place]
    bases = bases_of(config, purpose, case)
    hold = held(register, case)
    if hold and not all(spared(hold, register, case, place, purpose, basis) for basis in bases):
        return NO, hold[0], hold[2]
    if case["denied"] & (1 << place):
        return NO, "signal.denied", 0
    for at, reason, purposes in case["denials"]:
        if at == destination and purposes & (1 << place):
            return NO, reason, 0
    if case["gpc"] and purpose["advertising"]:
        return NO, "signal.gpc", 0
    standing, cited = people_say(register, case, place, purpose)
    age = age_of(register, case)
    answers = [judge_basis(register, case, place, purpose, basis, standing, cited, age) for basis in bases]
    for answer in answers:
        if answer[0] == NO:
            return answer
    waiting = [answer for answer in answers if answer[0] == WAIT]
    by_consent = [answer for answer in answers if answer[1] == "consent.granted"]
    yes = (waiting or by_consent or answers)[0]
    refused = policy_refuses(config, case, destination, place, "granted" if waiting else standing, age)
    if refused:
        return NO, refused, 0
    if yes[0] == YES and purpose["leaves"] == "counted":
        return COUNT, "variant.counted", yes[2]
    return yes


def judge_basis(register, case, place, purpose, basis, standing, cited, age):
    if basis == "missing":
        return NO, "basis.missing", 0
    if basis == "consent":
        if not case["identifiers"]:
            return NO, "subject.missing", 0
        if standing in OVER:
            return NO, OVER[standing], cited
        if standing in ("unknown", "requested", "pending") and purpose["hold_for"]:
            late = case["td"] > case["tr"] + purpose["hold_for"]
            return (NO, "hold.expired", cited) if late else (WAIT, "hold.consent_unknown", cited)
        if standing != "granted":
            return NO, "consent." + standing, cited
        given = grants(register, case, place, purpose)
        if age == CHILD and not all(e["by_parent"] for e in given):
            return NO, "age.parent_missing", cited
        if purpose["explicit_only"] and not all(e["explicit"] for e in given):
            return NO, "consent.not_explicit", cited
        return YES, "consent.granted", cited
    if basis in ("legitimate_interests", "public_task") and standing == "objected":
        return NO, "consent.objected", cited
    return YES, "basis." + basis, 0


def decide(config, register, case):
    def no(reason, cited=0):
        return {"allowed": False, "reason": reason, "purposes": 0, "consent": cited}

    place = case["destination"]
    if place >= len(config["destinations"]) or not config["destinations"][place]["id"]:
        return no("destination.not_declared")
    destination = config["destinations"][place]
    received = [r for r in destination["receives"] if r["contract"] == case["contract"]]
    if not received:
        return no("destination.not_declared")
    serves = destination["purposes"]
    if not serves or any(not config["purposes"][p]["id"] for p in serves):
        return no("purpose.unknown")
    if destination["transfer"] == "suspended":
        return no("transfer.suspended")
    over = destination["safeguard_until"] and case["td"] > destination["safeguard_until"]
    if destination["transfer"] == "no_safeguard" or (destination["transfer"] == "safeguard" and over):
        return no("transfer.no_safeguard")
    case = dict(case, grown=config["ask_at_digital_age"] and age_of(register, case) in (ADULT, MINOR))
    answers = [(p, judge_purpose(config, register, case, place, p)) for p in serves]
    mildest = max(answer[0] for _, answer in answers)
    of_it = [(p, answer) for p, answer in answers if answer[0] == mildest]
    if mildest == NO:
        return no(of_it[0][1][1], of_it[0][1][2])
    listed = 0
    for p, _ in of_it:
        listed |= config["purposes"][p]["categories"]
    if mildest != COUNT and not any(category & listed for r in received for _, category in r["fields"]):
        return no("fields.none")
    return {"allowed": mildest == YES, "reason": of_it[0][1][1], "consent": of_it[0][1][2],
            "purposes": sum(1 << p for p in {p for p, _ in of_it})}


# ---- inventing cases ---------------------------------------------------------------------------------------

T0 = 1_780_000_000_000
NEAR = [-1500, -1001, -1000, -999, -1, 0, 1, 500, 999, 1000, 1001]
WORDS = ["FR", "BE", "DE", "17", ""]
LAWS = 3


class Inventor:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def some(self, choices, most):
        choices = list(choices)
        return self.r.sample(choices, min(len(choices), self.r.randint(0, most)))

    def chance(self, p):
        return self.r.random() < p

    def purpose(self, place):
        r = self.r
        bases = ["consent"] * 14 + ["contract", "legal_obligation", "vital_interests", "public_task",
                                   "legitimate_interests", "legitimate_interests", "missing"]
        return {"id": "" if self.chance(0.02) else f"purpose.{place}", "basis": r.choice(bases),
                "covers": r.choice(["both", "both", "capture", "send"]),
                "ask": r.choice([0, 5000, 60_000, 400_500]), "categories": r.choice([0, 1, 3, 5, 6, 7, 7, 7]),
                "advertising": self.chance(0.3), "explicit_only": self.chance(0.2),
                "refresh_from": T0 + r.randrange(5) * 1000 + r.choice([0, 0, 1, 999]) if self.chance(0.2) else 0,
                "hold_for": r.choice([1, 1000, 60_000, 400_000]) if self.chance(0.25) else 0,
                "leaves": r.choice(["whole"] * 8 + ["pseudonymous", "counted", "counted"]),
                "bases": [[law, r.choice(bases)] for law in self.some(range(LAWS), 2)] if self.chance(0.4) else []}

    def condition(self, lists):
        r = self.r
        field = r.randrange(3)
        return r.choice([
            lambda: {"ask": "consent", "state": r.choice(["granted"] * 6 + ALL_STATES)},
            lambda: {"ask": "age", "at_least": r.choice([14, 15, 16, 18, 21]), "assume_adult": self.chance(0.7)},
            lambda: {"ask": "present", "field": field},
            lambda: {"ask": "in", "field": field, "values": r.sample(WORDS, r.randint(1, 4))},
            lambda: {"ask": "in_list", "field": field, "list": r.randrange(lists)},
            lambda: {"ask": "not_in_list", "field": field, "list": r.randrange(lists)},
        ])()

    def conditions(self, most, lists):
        return [self.condition(lists) for _ in range(self.r.randint(0, most))]

    def reason(self):
        return self.r.choice(["policy.not_met", "age.unknown", "consent.withdrawn", "configured.256",
                              "configured.300"])

    def policy(self, purposes, destinations, lists):
        otherwise = [{"when": [self.condition(lists) for _ in range(self.r.randint(1, 2))],
                      "reason": self.reason()} for _ in range(self.r.randint(0, 3))]
        otherwise.append({"when": [], "reason": self.reason()})
        return {"purposes": self.some(range(purposes), 2), "destinations": self.some(range(destinations), 2),
                "sources": self.some(range(3), 2), "allow_when": self.conditions(3, lists),
                "otherwise": otherwise}

    def destination(self, place, purposes):
        r = self.r
        receives = [{"contract": r.randrange(3),
                     "fields": [[r.randrange(3), 1 << r.randrange(3)] for _ in range(r.randint(0, 3))]}
                    for _ in range(r.randint(1, 4))]
        return {"id": "" if self.chance(0.03) else f"destination-{place}",
                "purposes": self.some(range(purposes), 4) or self.some(range(purposes), 4),
                "transfer": r.choice(["none"] * 12 + ["safeguard"] * 4 + ["no_safeguard", "suspended"]),
                "safeguard_until": r.choice([0, T0 + r.randrange(0, 400_000)]),
                "receives": receives}

    def consents(self, purposes):
        r = self.r
        recorded = T0
        events = []
        for arrival in range(r.randint(4, 16)):
            recorded += r.choice([0, 0, 1, 400, 1000, 60_000])
            effective = T0 + r.randrange(4) * 1000 + r.choice([0, 0, 0, 1, 500, 999])
            if self.chance(0.15):
                effective = recorded + SKEW + r.choice([-1, 0, 1, 1000, 60_000])
            if events and self.chance(0.25):
                effective = r.choice(events)["effective"]
            of_person = self.chance(0.12)
            until = effective + r.choice([0, 1000, 3000, 60_000]) + r.choice([0, 1, 999])
            events.append({"id": f"{r.getrandbits(32):08x}", "subject": r.sample(range(5), r.choice([1, 1, 1, 2, 3])),
                           "purpose": PERSON if of_person else r.randrange(purposes),
                           "state": r.choice(OF_PERSON if of_person else STORED + ["granted"] * 12),
                           "effective": effective, "recorded": recorded,
                           "until": until if self.chance(0.25) and not of_person else 0,
                           "sequence": r.choice([0, 2**32]) + 10 + arrival,
                           "age": r.choice([0, 0, 0, 0, ADULT, MINOR, CHILD]), "by_parent": self.chance(0.4),
                           "explicit": self.chance(0.6)})
        return events

    def moment(self, config):
        """A time at which something may change its mind."""
        r = self.r
        if not config["consents"] or self.chance(0.1):
            return T0 + r.randrange(0, 500_000)
        event = r.choice(config["consents"])
        ask = 0 if event["purpose"] == PERSON else config["purposes"][event["purpose"]]["ask"]
        anchors = [event["effective"], event["recorded"], event["recorded"] + SKEW, event["until"] or T0,
                   event["effective"] + ask, event["effective"] // 1000 * 1000 + ask,
                   r.choice(config["destinations"])["safeguard_until"] or T0]
        return r.choice(anchors) + r.choice(NEAR)

    def fields(self):
        r = self.r
        values = {}
        for field in self.some(range(3), 3):
            json_type = r.choice(["string"] * 5 + ["integer", "decimal", "bool", "null", "array", "object"])
            text = r.choice(WORDS) if json_type in ("string", "integer", "decimal", "bool") else ""
            values[str(field)] = [json_type, text]
        return values

    def case(self, config):
        r = self.r
        td = self.moment(config)
        destination = r.choice(config["destinations"])
        contract = r.choice(destination["receives"])["contract"]
        waits = [p["hold_for"] for p in config["purposes"] if p["hold_for"]] or [0]
        return {"tr": td - r.choice([0, 0, r.choice(waits) + r.choice(NEAR), r.randrange(500_000)]), "source": r.randrange(3), "contract": r.randrange(3) if self.chance(0.05) else contract,
                "te": r.choice([td, td - 1, td - 1000, self.moment(config), self.moment(config)]), "td": td,
                "identifiers": r.sample(range(6), r.choice([0, 1, 1, 1, 2, 2, 3])), "gpc": self.chance(0.1),
                "denied": r.getrandbits(32) & r.getrandbits(32) & r.getrandbits(32) if self.chance(0.2) else 0,
                "denials": [[r.randrange(len(config["destinations"])), r.choice(TCF_REASONS), r.getrandbits(32)]
                            for _ in range(r.choice([0, 0, 0, 1, 3]))],
                "fields": self.fields(),
                "destination": len(config["destinations"]) if self.chance(0.01)
                else config["destinations"].index(destination)}

    def config(self):
        r = self.r
        purposes, destinations, lists = r.randint(1, 5), r.randint(1, 4), 2
        config = {"purposes": [self.purpose(p) for p in range(purposes)],
                  "destinations": [self.destination(d, purposes) for d in range(destinations)],
                  "policies": [self.policy(purposes, destinations, lists) for _ in range(r.choice([0, 0, 0, 1, 2, 3]))],
                  "lists": [r.sample(WORDS, r.randint(0, 3)) for _ in range(lists)],
                  "jurisdictions": ["FR", "BE", "CH"], "jurisdiction_field": r.choice([None, 0, 1]),
                  "digital_age": r.choice([13, 15, 16]), "ask_at_digital_age": self.chance(0.4)}
        config["consents"] = self.consents(purposes)
        return config


CASES_PER_CONFIG = 20


def lines(cases, seed):
    inventor = Inventor(seed)
    for first in range(0, cases, CASES_PER_CONFIG):
        config = inventor.config()
        config["cases"] = []
        for _ in range(min(CASES_PER_CONFIG, cases - first)):
            case = inventor.case(config)
            case["expect"] = decide(config, Register(config["consents"], case["td"]), case)
            config["cases"].append(case)
        yield json.dumps(config, separators=(",", ":")) + "\n"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=100_000)
    options.add_argument("--seed", type=int, help="default: OCTROI_SEED, else the time")
    options.add_argument("--run", metavar="PROGRAM", help="decide_cases; it reads the cases and compares")
    chosen = options.parse_args()
    seed = chosen.seed
    if seed is None:
        seed = int(os.environ.get("OCTROI_SEED") or time.time_ns() % 2**32)
    if not chosen.run:
        sys.stdout.writelines(lines(chosen.cases, seed))
        return 0
    print(f"seed {seed}", flush=True)
    program = subprocess.Popen([chosen.run, str(chosen.cases)], stdin=subprocess.PIPE, text=True)
    try:
        program.stdin.writelines(lines(chosen.cases, seed))
        program.stdin.close()
    except BrokenPipeError:
        pass  # it ended early; its exit code says why
    code = program.wait()
    if code:
        print(f"again: {sys.argv[0]} --cases {chosen.cases} --seed {seed} --run {chosen.run}")
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
