"""Asks a Prometheus everything the Grafana dashboard and its README ask. Usage: dashboard.py PROMETHEUS_URL SAMPLES_FOLDER"""
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

prometheus, samples = sys.argv[1:]


def ask(path, **parameters):
    url = prometheus + path + "?" + urllib.parse.urlencode(parameters)
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


failed = 0


def tell(good, what):
    global failed
    failed += not good
    print(("ok: " if good else "FAILED: ") + what)


jobs = ask("/api/v1/label/job/values", **{"match[]": "countergate_info"})
tell(jobs.get("data") == ["countergate"], f"the dashboard finds its job: {jobs.get('data')}")

with open(f"{samples}/countergate.json", encoding="utf-8") as file:
    panels = json.load(file)["panels"]
for panel in panels:
    for target in panel.get("targets", []):
        query = target["expr"].replace("$__rate_interval", "10s").replace("$job", "countergate")
        answer = ask("/api/v1/query", query=query)
        found = len(answer.get("data", {}).get("result", []))
        tell(
            answer["status"] == "success" and found > 0,
            f"{panel['title']}: {found} series {answer.get('error', '')}",
        )

with open(f"{samples}/README.md", encoding="utf-8") as file:
    alerts = re.findall(r"^\| [^|]+ \| `(.+)` \|$", file.read(), re.MULTILINE)
tell(len(alerts) > 3, f"the README has {len(alerts)} expressions to be woken by")
for query in alerts:
    answer = ask("/api/v1/query", query=query)
    tell(answer["status"] == "success", f"{query} {answer.get('error', '')}")

sys.exit(1 if failed else 0)
