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
       "lifted": 0, "restricted": 4, "suppressed": 4, "separated": 0, "merged": 4}

# Which of several people's standings speaks, strictest first (decide.h).
STRICTEST_FIRST = ["withdrawn", "objected", "denied", "invalidated", "expired", "pending", "requested",
                   "not_at_collection", "granted"]
OVER = {"changed": "notice.changed", "grown": "age.transition"}  # expired, for a reason of its own


# ---- the register ------------------------------------------------------------------------------------------

def effective_state(event, now):
    waiting = event["effective"] - event["recorded"] > SKEW and event["effective"] > now
    return {"granted": "pending", "lifted": "restricted", "separated": "merged"}.get(event["state"], event["state"]) if waiting else event["state"]


def fold(events, now):
    in_order = sorted(events, key=lambda e: (e["effective"], TIE[effective_state(e, now)], e["recorded"], e["id"]))
    since_last_grant = []
    for event in in_order:
        since_last_grant = [] if effective_state(event, now) == "granted" else since_last_grant + [event]
    objections = [e for e in since_last_grant if e["state"] == "objected"]
    deciding = (objections or in_order)[-1]
    granted = effective_state(deciding, now) == "granted"
    return {"state": effective_state(deciding, now), "by_parent": granted and deciding["by_parent"],
            "explicit": granted and deciding["explicit"], "limits": deciding["limits"] if granted else None,
            "since": deciding["effective"] // 1000 * 1000,
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


ACCOUNT, CONTACT, DEVICE = range(3)   # what an identifier is of, strongest first
AGAINST = {"denied", "withdrawn", "objected", "invalidated", "restricted", "suppressed"}
MERGES = {"merged", "separated"}


def scopes_of(event):
    if event["state"] in MERGES or not event["scoped"]:
        return [ACCOUNT] * len(event["subject"])
    rest = len(event["subject"]) - event["accounts"] - event["contact_points"]
    return [ACCOUNT] * event["accounts"] + [CONTACT] * event["contact_points"] + [DEVICE] * rest


def joined(pairs, everybody):
    """Who is the same as whom, as a dictionary to sets."""
    same = {one: {one} for one in everybody}
    for a, b in pairs:
        if same[a] is not same[b]:
            together = same[a] | same[b]
            for one in together:
                same[one] = together
    return same


def order(entry):
    return entry["since"], entry["cites"]


def strictest(entries):
    """Of what several persons say about one purpose; None says nothing."""
    entries = [e for e in entries if e]
    if not entries:
        return None
    rank = {state: at for at, state in enumerate(STRICTEST_FIRST)}
    first = min(rank[e["state"]] for e in entries)
    of_it = [e for e in entries if rank[e["state"]] == first]
    if of_it[0]["state"] != "granted":
        return max(of_it, key=order)
    ends = [e["until"] for e in of_it if e["until"]]
    return dict(min(of_it, key=order), until=min(ends) if ends else 0, limits=limits_of_all([e["limits"] for e in of_it]),
                by_parent=all(e["by_parent"] for e in of_it), explicit=all(e["explicit"] for e in of_it))


NOBODY = {"controllers": ["-"], "data_categories": [], "vendors": ["-"]}


def limits_of_all(limits):
    """Of grants that must all hold: the one list that all limited ones have, or nobody."""
    said = [{name: sorted(set(names)) for name, names in one.items()} for one in limits if one]
    said = [one for one in said if any(one.values())]
    if not said:
        return None
    return said[0] if all(one == said[0] for one in said) else NOBODY


def uncovered(limits, purpose, destination, contract):
    """Why a grant with these limits is none for this destination (grant_limits.h), or None."""
    if not limits:
        return None
    me, named = destination["vendor"], set(limits["controllers"]) | set(limits["vendors"])
    if limits["controllers"] and ("us" not in limits["controllers"] or (destination["decides"] and me not in named)):
        return "consent.controller_not_listed"
    if limits["vendors"] and me and me not in limits["vendors"]:
        return "consent.vendor_not_listed"
    sent = 0
    for received in destination["receives"]:
        if received["contract"] == contract:
            for _, category in received["fields"]:
                sent |= category & purpose["categories"]
    names = {CATEGORIES[bit] for bit in range(32) if sent >> bit & 1}
    if limits["data_categories"] and not names <= set(limits["data_categories"]):
        return "consent.category_not_listed"
    return None


CATEGORIES = ["one", "two", "three"]


def strictest_of_persons(entries):
    entries = [e for e in entries if e]
    for state in ("suppressed", "restricted", "lifted"):
        of_it = [e for e in entries if e["state"] == state]
        if of_it:
            against = [e["since"] for e in entries if e["state"] != "lifted"] or [max(of_it, key=order)["since"]]
            return dict(max(of_it, key=order), since=max(against))
    return None


class Register:
    """Who is whom (people.h), and what is on file of each identifier at `now`."""

    def __init__(self, consents, now):
        self.now = now
        self.events = [e for e in consents if e["state"] not in MERGES]
        self.scope = {}
        for event in consents:
            for one, scope in zip(event["subject"], scopes_of(event)):
                self.scope[one] = min(scope, self.scope.get(one, scope))
        merges = [e for e in consents if e["state"] in MERGES]
        together = []
        for event in self.events:
            mine = self.of(event, ACCOUNT) or self.of(event, CONTACT)
            together += [(mine[0], other) for other in mine[1:]]
        for event in merges:
            for side in (event["subject"][:event["accounts"]], event["subject"][event["accounts"]:]):
                together += [(side[0], other) for other in side[1:]]
        self.same = {one: frozenset(group) for one, group in joined(together, self.scope).items()}
        # Persons that a merge joins, and the last word that does.
        pairs = {}
        for event in merges:
            sides = frozenset((self.same[event["subject"][0]], self.same[event["subject"][-1]]))
            if len(sides) == 2:
                pairs.setdefault(sides, []).append(event)
        edges = {sides: fold(events, now) for sides, events in pairs.items()}
        edges = {sides: edge for sides, edge in edges.items() if edge["state"] == "merged"}
        persons = {self.same[one] for one, scope in self.scope.items() if scope == ACCOUNT}
        self.merged = joined([tuple(sides) for sides in edges], persons)
        self.edge = {}
        for sides, edge in edges.items():
            for person in self.merged[next(iter(sides))]:
                self.edge[person] = max(self.edge.get(person, edge), edge, key=order)
        self.contacts_of, self.persons_of = {}, {}
        for event in self.events:
            for account in self.of(event, ACCOUNT)[:1]:
                for contact in self.of(event, CONTACT):
                    self.contacts_of.setdefault(self.same[account], set()).add(self.same[contact])
                    self.persons_of.setdefault(self.same[contact], set()).add(self.same[account])

    def of(self, event, scope):
        return [one for one in event["subject"] if self.scope[one] == scope]

    def told(self, contact):
        """What was said with an address and no account."""
        return [e for e in self.events if not self.of(e, ACCOUNT) and set(self.of(e, CONTACT)) & contact]

    def words(self, person, seen_from):
        found = [e for e in self.events if set(self.of(e, ACCOUNT)) & person]
        for contact in self.contacts_of.get(person, ()):
            own = self.persons_of[contact] <= self.merged[person]
            found += [e for e in self.told(contact) if own or contact == seen_from or e["state"] in AGAINST]
        return found

    def together(self, persons, purpose, seen_from):
        each = [[e for e in self.words(p, seen_from) if e["purpose"] == purpose] for p in persons]
        if purpose == PERSON:
            return strictest_of_persons([fold_person(e, self.now) if e else None for e in each])
        entries = [fold(e, self.now) if e else None for e in each]
        if len(persons) == 1:
            return entries[0]
        edge = self.edge[next(iter(persons))]
        everything = [e for words in each for e in words]
        if any(e["effective"] // 1000 * 1000 > edge["since"] for e in everything):
            return fold(everything, self.now)
        entry = strictest(entries)
        if entry and entry["state"] == "granted" and None in entries:
            return {"state": "invalidated", "since": edge["since"], "until": 0, "by_parent": False, "explicit": False, "limits": None,
                    "cites": edge["cites"]}
        return entry

    def standing_for(self, one):
        """Sets of persons who are one, and the address they are seen from; or the words on it alone."""
        if self.scope[one] == ACCOUNT:
            return [self.merged[self.same[one]]], None
        if self.scope[one] == CONTACT:
            persons = self.persons_of.get(self.same[one], ())
            return list({frozenset(self.merged[p]) for p in persons}), self.same[one]
        return [], None

    def alone(self, one):
        if self.scope[one] == CONTACT:
            return self.told(self.same[one])
        return [e for e in self.events if one in e["subject"]]

    def entry(self, one, purpose):
        groups, seen_from = self.standing_for(one)
        if groups:
            said = [self.together(persons, purpose, seen_from) for persons in groups]
            return strictest_of_persons(said) if purpose == PERSON else strictest(said)
        words = [e for e in self.alone(one) if e["purpose"] == purpose]
        if not words:
            return None
        return fold_person(words, self.now) if purpose == PERSON else fold(words, self.now)

    def age(self, one):
        groups, seen_from = self.standing_for(one)
        said = []
        for persons in groups:
            words = [e for p in persons for e in self.words_on_age(p, seen_from)]
            said.append(latest_age(words))
        return max(said) if groups else latest_age(self.alone(one))

    def words_on_age(self, person, seen_from):
        found = [e for e in self.events if set(self.of(e, ACCOUNT)) & person]
        for contact in self.contacts_of.get(person, ()):
            if self.persons_of[contact] <= self.merged[person] or contact == seen_from:
                found += self.told(contact)
        return found

    def subjects(self, identifiers):
        return [one for one in identifiers if one in self.scope]

    def entries(self, case, purpose):
        """Of each of the case's identifiers of whom something is known."""
        found = [self.entry(one, purpose) for one in self.subjects(case["identifiers"])]
        return [e for e in found if e]


def latest_age(events):
    return max(((e["effective"] // 1000, e["age"]) for e in events if e["age"]), default=(0, UNKNOWN_AGE))[1]


# Ages, youngest last.
UNKNOWN_AGE, ADULT, MINOR, CHILD = range(4)


def age_of(register, case):
    """The youngest of all subjects; of each the latest word, of the same second the younger."""
    return max((register.age(one) for one in register.subjects(case["identifiers"])), default=UNKNOWN_AGE)


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
    for entry in register.entries(case, place):
        said.append((standing_of(entry, purpose, case), entry["cites"]))
    if not said:
        return "unknown", 0
    return min(said, key=lambda s: STRICTEST_FIRST.index("expired" if s[0] in OVER else s[0]))


def grants(register, case, place, purpose):
    """What stands as granted, for the event or not."""
    return [e for e in register.entries(case, place) if standing_of(e, purpose, case) in ("granted", "not_at_collection")]


def held(register, case):
    """(reason, since, cited) of what is in force against a person as a whole, or None."""
    entries = [e for e in register.entries(case, PERSON) if e["state"] != "lifted"]
    if not entries:
        return None
    first = next((e for e in entries if e["state"] == "suppressed"), entries[0])
    return "subject." + first["state"], max(e["since"] for e in entries), first["cites"]


def spared(hold, register, case, place, purpose, basis):
    if basis == "vital_interests":
        return hold[0] == "subject.restricted"
    if basis != "consent" or people_say(register, case, place, purpose)[0] not in ("granted", "not_at_collection"):
        return False
    return all(e["since"] > hold[1] for e in register.entries(case, place))


def condition_holds(condition, config, case, standing, age):
    kind = condition["ask"]
    if kind == "consent":
        if condition["state"] == "granted" and standing == "outside":
            return False
        standing = "granted" if standing == "outside" else standing
        # Given after the event is given: the condition asks about the state, not about the collection.
        state = {"not_at_collection": "granted", "changed": "expired", "grown": "expired"}.get(standing, standing)
        return state == condition["state"]
    if kind == "age":
        if age == UNKNOWN_AGE:
            return condition["assume_adult"]
        return condition["at_least"] <= {ADULT: 18, MINOR: config["digital_age"], CHILD: -1}[age]
    if kind.startswith("person_"):
        values = [case["fields"].get(str(field), ("absent", "")) for field in condition["fields"]]
        texts = [text for json_type, text in values if json_type in ("string", "integer", "decimal", "bool")]
        on_it = any(text in config["lists"][condition["list"]] for text in texts)
        return bool(texts) and on_it == (kind == "person_in_list")
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
    case = dict(case, outside=outside_of(register, case, place, purpose))
    answers = [judge_basis(register, case, place, purpose, basis, standing, cited, age) for basis in bases]
    for answer in answers:
        if answer[0] == NO:
            return answer
    waiting = [answer for answer in answers if answer[0] == WAIT]
    by_consent = [answer for answer in answers if answer[1] == "consent.granted"]
    yes = (waiting or by_consent or answers)[0]
    seen = "outside" if case["outside"] and standing in ("granted", "not_at_collection") else standing
    refused = policy_refuses(config, case, destination, place, "granted" if waiting else seen, age)
    if refused:
        return NO, refused, 0
    if yes[0] == YES and purpose["leaves"] == "counted":
        return COUNT, "variant.counted", yes[2]
    return yes


def outside_of(register, case, place, purpose):
    """(reason, cited) of the first grant, ended or not, that is for others than this."""
    for entry in register.entries(case, place):
        reason = uncovered(entry["limits"], purpose, case["to"], case["contract"])
        if reason:
            return reason, entry["cites"]
    return None


def judge_basis(register, case, place, purpose, basis, standing, cited, age):
    if basis == "missing":
        return NO, "basis.missing", 0
    if basis == "consent":
        if not case["identifiers"]:
            return NO, "subject.missing", 0
        if standing in OVER:
            return NO, OVER[standing], cited
        if standing in ("unknown", "requested", "pending") and purpose["hold_for"]:
            if case["outside"]:
                return NO, *case["outside"]
            late = case["td"] > case["tr"] + purpose["hold_for"]
            return (NO, "hold.expired", cited) if late else (WAIT, "hold.consent_unknown", cited)
        if standing != "granted":
            return NO, "consent." + standing, cited
        given = grants(register, case, place, purpose)
        if age == CHILD and not all(e["by_parent"] for e in given):
            return NO, "age.parent_missing", cited
        if purpose["explicit_only"] and not all(e["explicit"] for e in given):
            return NO, "consent.not_explicit", cited
        if case["outside"]:
            return NO, *case["outside"]
        return YES, "consent.granted", cited
    if basis in ("legitimate_interests", "public_task") and standing == "objected":
        return NO, "consent.objected", cited
    if basis in ("legitimate_interests", "public_task") and case["outside"]:
        return NO, *case["outside"]
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
    case = dict(case, to=destination, grown=config["ask_at_digital_age"] and age_of(register, case) in (ADULT, MINOR))
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
            lambda: {"ask": r.choice(["person_in_list", "person_not_in_list"]), "list": r.randrange(lists),
                     "fields": r.sample(range(3), r.randint(1, 3))},
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
        vendor = r.choice(["", "us"] + ["v0", "v1", "v2"] * 3)
        return {"id": "" if self.chance(0.03) else f"destination-{place}",
                "purposes": self.some(range(purposes), 4) or self.some(range(purposes), 4),
                "transfer": r.choice(["none"] * 12 + ["safeguard"] * 4 + ["no_safeguard", "suspended"]),
                "safeguard_until": r.choice([0, T0 + r.randrange(0, 400_000)]),
                "receives": receives, "vendor": vendor, "decides": bool(vendor) and self.chance(0.3)}

    def limits(self):
        """Most lists cover somebody; a few words of them occur again and again, so that some are the same."""
        r = self.r
        return {"controllers": r.choice([[], [], ["us"], ["us", "v0"], ["us", "v1", "v0"], ["v0"]]),
                "data_categories": r.choice([[], [], [], CATEGORIES, CATEGORIES[:2], [r.choice(CATEGORIES)]]),
                "vendors": r.choice([[], ["v0", "v1", "v2"], ["v1", "v0"], [r.choice(["v0", "v1", "us"])]])}

    def consents(self, purposes):
        r = self.r
        recorded = T0
        events = []
        scope = [r.choice([ACCOUNT, ACCOUNT, CONTACT, CONTACT, DEVICE]) for _ in range(5)]
        for arrival in range(r.randint(4, 16)):
            recorded += r.choice([0, 0, 1, 400, 1000, 60_000])
            effective = T0 + r.randrange(4) * 1000 + r.choice([0, 0, 0, 1, 500, 999])
            if self.chance(0.15):
                effective = recorded + SKEW + r.choice([-1, 0, 1, 1000, 60_000])
            if events and self.chance(0.25):
                effective = r.choice(events)["effective"]
            of_person = self.chance(0.12)
            until = effective + r.choice([0, 1000, 3000, 60_000]) + r.choice([0, 1, 999])
            scoped = self.chance(0.95)
            subject = sorted(r.sample(range(5), r.choice([1, 1, 1, 2, 3])), key=lambda one: scope[one])
            merges = self.chance(0.15)
            if merges:
                subject = r.sample(range(5), r.choice([2, 2, 2, 3]))
            accounts = 1 if merges else sum(scope[one] == ACCOUNT for one in subject) if scoped else 0
            contacts = sum(scope[one] == CONTACT for one in subject) if scoped and not merges else 0
            of_person = of_person or merges
            events.append({"id": f"{r.getrandbits(32):08x}", "subject": subject, "scoped": scoped,
                           "accounts": accounts, "contact_points": contacts,
                           "purpose": PERSON if of_person else r.randrange(purposes),
                           "state": r.choice(["merged", "merged", "separated"] if merges else OF_PERSON if of_person
                                             else STORED + ["granted"] * 12),
                           "effective": effective, "recorded": recorded,
                           "until": until if self.chance(0.25) and not of_person else 0,
                           "sequence": r.choice([0, 2**32]) + 10 + arrival,
                           "age": r.choice([0, 0, 0, 0, ADULT, MINOR, CHILD]), "by_parent": self.chance(0.4),
                           "explicit": self.chance(0.6), "limits": self.limits() if self.chance(0.25) else None})
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
