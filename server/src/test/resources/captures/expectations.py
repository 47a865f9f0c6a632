#!/usr/bin/env python3
"""Writes expectations.jsonl: what each recorded answer of success means, read by Python alone.

The tests compare our readers with it, so that they do not check themselves. Run it in this folder after a capture is
added. One line a capture: {"capture", "kind", "rows"}; times are nanoseconds or RFC 3339 with milliseconds.
"""
import json, re
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
ZERO = "0001-01-01T00:00:00Z"


def nanos(seconds):
    return str(int(Decimal(seconds) * 10**9))


def millis(text):
    """RFC 3339 to milliseconds, rounded down; None for Go's zero time."""
    if text == ZERO:
        return None
    head, fraction = re.fullmatch(r"(.{19})(?:\.(\d+))?Z", text).groups()
    datetime.strptime(head, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return f"{head}.{(fraction or '')[:3]:0<3}Z"


def pick(source, names, times=()):
    row = {n: source[n] for n in names if n in source and source[n] is not None}
    for n in times:
        if n in source and millis(source[n]):
            row[n] = millis(source[n])
    return row


def series(data):
    result = data["result"]
    if data["resultType"] in ("scalar", "string"):
        return [{"labels": {}, "samples": [[nanos(result[0]), result[1]]]}]
    return [
        {"labels": s["metric"], "samples": [[nanos(t), v] for t, v in s.get("values", [s.get("value")])]}
        for s in result
    ]


def logs(data, forward):
    entries = []
    for stream in data["result"]:
        for time, line, *rest in stream["values"]:
            metadata = {**rest[0].get("structuredMetadata", {}), **rest[0].get("parsed", {})} if rest else {}
            entries.append({"time": time, "labels": stream["stream"], "metadata": metadata, "line": line})
    return sorted(entries, key=lambda e: int(e["time"]), reverse=not forward)


def prometheus_alert(a):
    return pick(a, ["labels", "annotations", "state", "value"], ["activeAt"])


def rule(group, r):
    row = {"group": group["name"]}
    row |= pick(
        r,
        "name type state query duration keepFiringFor labels annotations health lastError".split(),
        ["lastEvaluation"],
    )
    if "alerts" in r:
        row["alerts"] = [prometheus_alert(a) for a in r["alerts"]]
    return row


def target(t):
    names = "labels health lastError lastScrapeDuration scrapePool scrapeUrl scrapeInterval scrapeTimeout".split()
    return {"state": "active"} | pick(t, names, ["lastScrape"])


def alert(a):
    row = pick(a, ["labels", "annotations", "fingerprint", "generatorURL"], ["startsAt", "endsAt", "updatedAt"])
    row |= pick(a["status"], ["state", "silencedBy", "inhibitedBy", "mutedBy"])
    return row | {"receivers": [r["name"] for r in a["receivers"]]}


def silence(s):
    def text(m):
        sign = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}
        return m["name"] + sign[m["isRegex"], m["isEqual"]] + json.dumps(m["value"], ensure_ascii=False)

    row = pick(s, ["id", "createdBy", "comment"], ["startsAt", "endsAt", "updatedAt"])
    return row | {"state": s["status"]["state"], "matchers": [text(m) for m in s["matchers"]]}


def status(s):
    return {
        "version": s["versionInfo"]["version"],
        "revision": s["versionInfo"]["revision"],
        "startedAt": millis(s["uptime"]),
        "clusterStatus": s["cluster"]["status"],
        "clusterPeers": [p["name"] for p in s["cluster"]["peers"]],
    }


def meaning(product, path, body):
    """(kind, rows) of one answer, or None for an endpoint that is not read."""
    path, _, query = path.partition("?")
    if product == "alertmanager":
        return {
            "/api/v2/alerts": lambda: ("alerts", [alert(a) for a in body]),
            "/api/v2/alerts/groups": lambda: (
                "groups",
                [
                    {"labels": g["labels"], "receiver": g["receiver"]["name"], "alerts": [alert(a) for a in g["alerts"]]}
                    for g in body
                ],
            ),
            "/api/v2/silences": lambda: ("silences", [silence(s) for s in body]),
            "/api/v2/status": lambda: ("status", [status(body)]),
        }.get(path, lambda: None)()
    path = path.removeprefix("/loki")
    if path == "/api/v1/index/stats":
        return "stats", [body]
    data = body.get("data")
    if path in ("/api/v1/query", "/api/v1/query_range"):
        if data["resultType"] == "streams":
            return "logs", logs(data, "direction=forward" in query)
        return data["resultType"], series(data)
    if path == "/api/v1/series":
        return "series", data or []
    if path == "/api/v1/labels":
        return "labels", data or []
    if re.fullmatch("/api/v1/label/[^/]+/values", path):
        return "values", data or []
    if path == "/api/v1/metadata":
        return "metadata", [{"metric": m} | pick(e, ["type", "help", "unit"]) for m, all in data.items() for e in all]
    if path == "/api/v1/targets":
        return "targets", [target(t) for t in data["activeTargets"]]
    if path == "/api/v1/rules":
        return "rules", [rule(g, r) for g in data["groups"] for r in g["rules"]]
    if path == "/api/v1/alerts":
        return "alerts", [prometheus_alert(a) for a in data["alerts"]]
    return None


def main():
    with open(HERE / "expectations.jsonl", "w", encoding="utf-8") as out:
        for index in sorted(HERE.glob("*/index.jsonl")):
            folder = index.parent
            for line in index.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                if entry["status"] != 200 or entry["method"] == "DELETE" or not entry["file"].endswith(".json"):
                    continue
                if entry["path"] == "/api/v2/silences" and entry["method"] == "POST":
                    continue
                text = (folder / entry["file"]).read_text(encoding="utf-8")
                # Fractions of a time must not pass through a float.
                body = json.loads(text, parse_float=Decimal)
                found = meaning(folder.name.split("-")[0], entry["path"], body)
                if found:
                    kind, rows = found
                    capture = {"capture": f"{folder.name}/{entry['file']}", "kind": kind, "rows": rows}
                    out.write(json.dumps(capture, ensure_ascii=False, default=float) + "\n")


main()
