"""The real inputs of the demonstration, as requests. Sources and licences stand beside the data."""
import csv
import datetime
import json
import os

from gateway import DEMO


def retail_events(today=None):
    """5,000 rows of a real web shop (UCI Online Retail), one order.line event each. The values are as they came,
    errors included; only the dates are moved, by one whole number of days, so that the first is 20 days ago
    (consent given this year says nothing about data of 2010)."""
    first = datetime.date(2010, 12, 1)
    shift = (today or datetime.date.today()) - datetime.timedelta(days=20) - first
    path = os.path.join(DEMO, "data", "retail", "online_retail_small.csv")
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            at = datetime.datetime.strptime(row["InvoiceDate"], "%d/%m/%Y %H:%M") + shift
            properties = {
                "invoice_no": row["InvoiceNo"], "stock_code": row["StockCode"], "description": row["Description"],
                "quantity": int(row["Quantity"]), "unit_price": float(row["UnitPrice"]),
                "customer_id": row["CustomerID"], "country": row["Country"]}
            yield {"event": "order.line", "message_id": f"retail-{number:06}",
                   "occurred_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                   "properties": {name: value for name, value in properties.items() if value != ""}}


def segment_requests():
    """The JSON examples of Segment's published specification (89), each with the path of the Segment API that it
    is for: by its `type`, else by what it carries. What is no event at all goes to /v1/track, and is judged."""
    path = os.path.join(DEMO, "data", "segment", "segment_docs_events.ndjson")
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)["json"]
            kinds = ("track", "identify", "page", "screen", "group", "alias")
            kind = event.get("type") if isinstance(event, dict) else None
            if not isinstance(event, dict):
                kind = "track"
            elif isinstance(event.get("batch"), list):
                kind = "batch"
            elif kind not in kinds:
                kind = ("track" if "event" in event else "identify" if "traits" in event else
                        "alias" if "previousId" in event else "group" if "groupId" in event else
                        "page" if "name" in event else "track")
            yield "/v1/" + kind, event


def ndjson(events):
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events).encode()


def in_batches(events, size):
    batch = []
    for event in events:
        batch.append(event)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
