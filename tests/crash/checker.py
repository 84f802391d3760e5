"""The checker of the crash test: joins the client's ledger, the journal and the destinations' logs.

Knows nothing of the product's code. Every identity that fails is a sentence; an empty list means that
nothing acknowledged was lost, nothing is unaccounted for, nothing was admitted twice, and nothing was sent
without an earlier durable decision to allow it (reliability.md I1, I2, I3, I6).
"""

FINAL = {"sent", "withheld", "failed", "erased"}


def sequence_of(event_id):
    return int(event_id.split(".")[1])


def check(ledger, journal, sinks):
    """ledger: [{"number", "subject", "receipts": [{"id", "outcome", "merged_into"?}]}], one a message sent (at
    least once, perhaps never answered). journal: `octroi journal dump` as a list. sinks: name -> list of
    deliveries {"id", "number"}."""
    problems = []
    events = {r["sequence"]: r for r in journal if r["kind"] == "event"}
    finals = {}
    for record in journal:
        if record["kind"] == "outcome" and record["outcome"] in FINAL:
            for sequence in record["events"]:
                finals.setdefault((sequence, record["destination"]), []).append(record)

    sequences = [r["sequence"] for r in journal]
    if sequences != list(range(1, len(sequences) + 1)):
        problems.append("the journal's sequences have a gap")

    # I2: what was acknowledged is there, with the outcome that was said.
    by_number = {}
    for message in ledger:
        firsts = set()
        for receipt in message["receipts"]:
            sequence = sequence_of(receipt["id"])
            record = events.get(sequence)
            if record is None:
                problems.append(f"message {message['number']}: acknowledged as {sequence}, which is not on the journal")
                continue
            if record["outcome"] != receipt["outcome"]:
                problems.append(f"message {message['number']}: said {receipt['outcome']}, is {record['outcome']}")
            if receipt["outcome"] != "merged":
                firsts.add(sequence)
            elif record["merged_into"]:
                firsts.add(record["merged_into"])
        # I6: one message, one admission.
        if len(firsts) > 1:
            problems.append(f"message {message['number']}: admitted {len(firsts)} times")
        if firsts:
            by_number[message["number"]] = (firsts.pop(), message)

    # I1: every accepted event has exactly one final outcome at each destination.
    for sequence, record in events.items():
        if record["outcome"] == "undecided":
            problems.append(f"{sequence}: undecided")
        if record["outcome"] != "accepted":
            if record["verdicts"]:
                problems.append(f"{sequence}: {record['outcome']} and yet has verdicts")
            continue
        seen = set()
        for verdict in record["verdicts"]:
            place = verdict["destination"]
            seen.add(place)
            outcomes = finals.get((sequence, place), [])
            if not verdict["allowed"] and outcomes:
                problems.append(f"{sequence} at {place}: withheld and yet has an outcome")
            if verdict["allowed"] and len(outcomes) != 1:
                problems.append(f"{sequence} at {place}: {len(outcomes)} final outcomes")
        if seen != set(sinks):
            problems.append(f"{sequence}: not decided for every destination")

    # I3 and I6 at the destinations.
    for name, deliveries in sinks.items():
        ids, delivered = {}, set()
        for delivery in deliveries:
            number = delivery["number"]
            if ids.setdefault(number, delivery["id"]) != delivery["id"]:
                problems.append(f"{name}: message {number} came under two ids")
            found = by_number.get(number)
            if found is None:
                problems.append(f"{name}: message {number} was sent and is not on the journal")
                continue
            sequence, message = found
            delivered.add(sequence)
            if sequence not in events:
                problems.append(f"{name}: {sequence} was sent and is not on the journal")
                continue
            verdict = [v for v in events[sequence]["verdicts"] if v["destination"] == name]
            if not verdict or not verdict[0]["allowed"]:
                problems.append(f"{name}: {sequence} was sent without a decision to allow it")
            if name not in message["may_reach"]:
                problems.append(f"{name}: message {number} came from a person who did not agree")
        said = {s for (s, place), records in finals.items()
                if place == name and records[0]["outcome"] == "sent"}
        for sequence in said - delivered:
            problems.append(f"{name}: {sequence} is said to be sent and never came")
    return problems


def demonstrate(ledger, journal, sinks):
    """Plants each fault into good data and returns the names of those that check() does not notice."""
    import copy
    accepted = next(r for r in journal if r["kind"] == "event" and any(v["allowed"] for v in r["verdicts"]))
    sent = next(r for r in journal if r["kind"] == "outcome" and r["outcome"] == "sent")
    sink = next(name for name, deliveries in sinks.items() if deliveries)

    def lose_event(l, j, s):
        j[:] = [r for r in j if r["sequence"] != accepted["sequence"]]

    def lose_last(l, j, s):
        last = max(sequence_of(r["id"]) for m in l for r in m["receipts"])
        j[:] = [r for r in j if r["sequence"] < last]

    def lose_outcome(l, j, s):
        next(r for r in j if r["sequence"] == sent["sequence"])["events"].pop()

    def double_outcome(l, j, s):
        j.append({**copy.deepcopy(sent), "sequence": len(j) + 1})

    def turn_verdict(l, j, s):
        for record in j:
            if record["kind"] == "event":
                for verdict in record["verdicts"]:
                    verdict["allowed"] = False

    def other_outcome(l, j, s):
        next(r for r in j if r["sequence"] == accepted["sequence"])["outcome"] = "quarantined"

    def admit_twice(l, j, s):
        m = next(m for m in l if any(r["outcome"] == "accepted" for r in m["receipts"]))
        own = {sequence_of(r["id"]) for r in m["receipts"]}
        other = next(r for r in j if r["kind"] == "event" and r["sequence"] not in own and r["outcome"] == "accepted")
        m["receipts"].append({"id": "x." + str(other["sequence"]), "outcome": "accepted"})

    def never_came(l, j, s):
        s[sink].pop()

    def unknown_came(l, j, s):
        s[sink].append({"id": "q", "number": 10 ** 9})

    def two_ids(l, j, s):
        s[sink].append({**s[sink][0], "id": "another"})

    def refused_person(l, j, s):
        for message in l:
            message["may_reach"] = []

    faults = [lose_event, lose_last, lose_outcome, double_outcome, turn_verdict, other_outcome, admit_twice,
              never_came, unknown_came, two_ids, refused_person]
    missed = []
    for fault in faults:
        l, j, s = copy.deepcopy((ledger, journal, sinks))
        fault(l, j, s)
        if not check(l, j, s):
            missed.append(fault.__name__)
    return len(faults), missed
