#!/usr/bin/env python3
"""The pretend service the stack observes: checkout.py PORT. Python's standard library only.

GET  /metrics     counters that follow the clock, in Prometheus' text format
GET  /state       {"healthy": false}; POST /state with {"healthy": true} heals it, and its alerts resolve
POST /webhook     keeps a notification of the Alertmanager; GET lists those received
ANY  /echo        method, path, headers and body as received
GET  /slow?ms=N   answers after N milliseconds
GET  /large?kib=N N KiB of JSON
"""
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# Requests a second by status code.
HEALTHY = {"200": 40.0, "404": 1.0, "503": 0.1}
FAILING = {"200": 36.0, "404": 1.0, "503": 4.0}
# Share of requests that took at most so many seconds.
BUCKETS = ("0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf")
FAST = (0.60, 0.85, 0.95, 0.99, 0.998, 1.0, 1.0)
SLOW = (0.05, 0.15, 0.35, 0.55, 0.75, 0.90, 1.0)
INSTANCES = ("checkout-a", "checkout-b")


class Checkout:
    """Counters grow with the time that passed, at the rates of the present state."""

    def __init__(self):
        self.lock = threading.Lock()
        self.healthy = False
        self.counted_at = time.monotonic()
        self.requests = {(i, code): 0.0 for i in INSTANCES for code in HEALTHY}
        self.durations = {(i, bucket): 0.0 for i in INSTANCES for bucket in BUCKETS}
        self.notifications = []

    def count(self):
        now = time.monotonic()
        passed, self.counted_at = now - self.counted_at, now
        rates, shares = (HEALTHY, FAST) if self.healthy else (FAILING, SLOW)
        for instance in INSTANCES:
            for code, rate in rates.items():
                self.requests[instance, code] += rate * passed
            for bucket, share in zip(BUCKETS, shares):
                self.durations[instance, bucket] += share * sum(rates.values()) * passed

    def metrics(self):
        self.count()
        lines = ["# HELP http_requests_total Requests answered.", "# TYPE http_requests_total counter"]
        for (instance, code), value in self.requests.items():
            lines.append(f'http_requests_total{{service="checkout",instance="{instance}",status="{code}"}} {value:.3f}')
        lines += ["# HELP http_request_duration_seconds Time to answer.", "# TYPE http_request_duration_seconds histogram"]
        for (instance, bucket), value in self.durations.items():
            lines.append(f'http_request_duration_seconds_bucket{{service="checkout",instance="{instance}",le="{bucket}"}} {value:.3f}')
        lines += ["# HELP checkout_healthy 1 when all is well.", "# TYPE checkout_healthy gauge"]
        lines.append(f'checkout_healthy{{service="checkout"}} {int(self.healthy)}')
        lines += ["# HELP checkout_odd Values JSON has no number for.", "# TYPE checkout_odd gauge"]
        for kind, value in (("nan", "NaN"), ("above", "+Inf"), ("below", "-Inf")):
            lines.append(f'checkout_odd{{service="checkout",kind="{kind}"}} {value}')
        lines += ["# HELP checkout_build_info Labels that are hard to print.", "# TYPE checkout_build_info gauge"]
        lines.append('checkout_build_info{service="checkout",version="1.2.3",note="a \\"quoted\\"\\nline \u00fc \u4f60"} 1')
        return "\n".join(lines) + "\n"


CHECKOUT = Checkout()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value, content_type="application/json"):
        body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self):
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        post = self.command == "POST"
        if url.path == "/metrics":
            with CHECKOUT.lock:
                text = CHECKOUT.metrics()
            self.answer(200, text, "text/plain; version=0.0.4; charset=utf-8")
        elif url.path == "/state":
            with CHECKOUT.lock:
                if post:
                    CHECKOUT.count()
                    CHECKOUT.healthy = bool(json.loads(body)["healthy"])
                state = {"healthy": CHECKOUT.healthy}
            self.answer(200, state)
        elif url.path == "/webhook":
            with CHECKOUT.lock:
                if post:
                    CHECKOUT.notifications.append(json.loads(body))
                kept = list(CHECKOUT.notifications)
            self.answer(200, {"stored": len(kept)} if post else kept)
        elif url.path == "/echo":
            self.answer(200, {"method": self.command, "path": self.path, "headers": dict(self.headers.items()), "body": body})
        elif url.path == "/slow":
            time.sleep(int(query.get("ms", "1000")) / 1000)
            self.answer(200, {"slept_ms": int(query.get("ms", "1000"))})
        elif url.path == "/large":
            self.answer(200, {"text": "x" * (1024 * int(query.get("kib", "1024")))})
        else:
            self.answer(404, {"error": f"no such path {url.path}"})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
