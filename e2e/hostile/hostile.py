"""Sends hostile strings through the starting catalogue and judges, by means of its own, what its backends receive."""

import http.server
import json
import os
import queue
import random
import re
import subprocess
import sys
import threading
import urllib.parse

ROOT, WORK = sys.argv[1:3]
SEED = int(os.environ.get("HOSTILE_SEED", "20260101"))
EACH = int(os.environ.get("HOSTILE_EACH", "60"))  # strings for each parameter
received, lock = [], threading.Lock()


class Backend(http.server.BaseHTTPRequestHandler):
    """Answers every API well enough, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        with lock:
            received.append((self.command, self.path, body, self.headers))
        path = urllib.parse.urlsplit(self.path).path
        if "/loki/" in path and "/label" not in path:
            data = {"resultType": "streams", "result": []}
        elif path.endswith(("/query", "/query_range")):
            data = {"resultType": "vector" if path.endswith("/query") else "matrix", "result": []}
        else:
            data = []
        answer = [] if "/v2/" in path else {"status": "success", "data": data}
        raw = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = answer


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Backend)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
environment = dict(
    os.environ,
    PROMETHEUS_URL=url,
    LOKI_URL=url,
    ALERTMANAGER_URL=url,
    AWS_ENDPOINT_URL_SSM=url,
    AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY="not-a-secret",
)


class Client:
    def __init__(self):
        command = [f"{ROOT}/countergate", "stdio", "--config", f"{ROOT}/tools.yaml", "--state", f"{WORK}/state"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.answers, self.next = {}, 0
        threading.Thread(target=self.read, daemon=True).start()
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "hostile", "version": "1"}}
        self.ask("initialize", hello)
        self.say({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("id") in self.answers:
                self.answers.pop(message["id"]).put(message)

    def say(self, message):
        self.process.stdin.write((json.dumps(message) + "\n").encode())
        self.process.stdin.flush()

    def ask(self, method, params):
        self.next += 1
        box = self.answers[self.next] = queue.Queue()
        self.say({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params})
        return box.get(timeout=20)


# Every language's delimiters and escapes, and what normalisers, parsers and terminals stumble over.
PIECES = (
    list("\"'`\\{}()[]|&;<>$#*?!~^%=,:/@+- \t\r\n\0\x1b\x7f._")
    + ["..", "../", "%2e%2e", "%2f", "%00", "%0d%0a", "\\\"", "\\\\\"", "\\n", "\\u0022", "\\x22", "${HOME}", "$(id)", "`id`"]
    + ["{{ssm:/x}}", "{{.x}}", "{service}", "{}", "{0}", "--", "-rf", "//", "/*", "*/", "#", " or ", "} or {", '"} or vector(1) #']
    + ['"}[5m]))', '", x="', '"} |= "', ".*", ".+", "(?i)", "a|b", "1h", "-1", "1e9", "NaN", "+Inf", "null", "true", "\u202e"]
    + ["\u200b", "\ufeff", "\u2028", "\u0085", "\u00a0", "＂", "＇", "｛", "ſ", "K", "é", "e\u0301", "\U0001f600", "\ufffd", "\ufffe"]
)
WHOLE = ["", " ", ".", "..", "a" * 63, "a" * 64, "a" * 16385, '"', "\\", '\\"', "x\ny", "i-0123456789abcdef\n", "checkout\n", "5m\n"]
GOOD = {
    "service": "checkout",
    "promql": "up",
    "selector": "up",
    "logql": '{service="checkout"}',
    "label": "job",
    "metric": "up",
    "alertname": "Down",
    "duration": "1h",
    "reason": "because",
    "id": "01234567-0123-0123-0123-0123456789ab",
    "command": "01234567-0123-0123-0123-0123456789ab",
    "instance": "i-0123456789abcdef0",
    "environment": "staging",
}
DURATION = r"(?:0|(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?)"
NAME = r"[a-z][a-z0-9-]{0,62}"
TEXT = r'"(?:[^"\\\n]|\\(?:[abfnrtv\\"\']|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}))*"'
API = "/api/v1"
LOKI = "/loki/api/v1"
# tool: method, path, the query as a regular expression of this script's own, or None where the tool takes any.
SHAPES = {
    "query_metrics": ("POST", f"{API}/query_range", None),
    "query_metrics_now": ("POST", f"{API}/query", None),
    "error_ratio": (
        "POST",
        f"{API}/query",
        rf'sum\(rate\(http_requests_total\{{service="({NAME})", status=~"5\.\."\}}\[({DURATION})\]\)\) '
        rf'/ sum\(rate\(http_requests_total\{{service="\1"\}}\[\2\]\)\)',
    ),
    "find_series": ("POST", f"{API}/series", None),
    "metric_labels": ("POST", f"{API}/labels", None),
    "metric_label_values": ("GET", rf"{API}/label/[a-zA-Z_][a-zA-Z0-9_]*/values", None),
    "metric_metadata": ("GET", f"{API}/metadata", None),
    "scrape_targets": ("GET", f"{API}/targets", None),
    "tail_logs": ("GET", f"{LOKI}/query_range", rf'\{{service="{NAME}"\}}(?: \|= {TEXT})?'),
    "query_logs": ("GET", rf"{LOKI}/query(?:_range)?", None),
    "log_rate": (
        "GET",
        f"{LOKI}/query_range",
        rf'sum by \(level\) \(count_over_time\(\{{service="{NAME}"\}}(?: \|= {TEXT})? \[1m\]\)\)',
    ),
    "log_label_values": ("GET", rf"{LOKI}/label/[a-zA-Z_][a-zA-Z0-9_]*/values", None),
    "alerts_of_service": ("GET", "/api/v2/alerts", None),
    "alert_of_service": ("GET", "/api/v2/alerts", None),
}
KEYS = set("query start end step timeout limit time match[] metric state filter direction since active silenced inhibited unprocessed type limit_per_metric scrapePool".split())
# What may be asked while a change is proposed, none of which changes anything.
SHAPES |= {
    "silence_alert": ("GET", "/api/v2/alerts", None),
    "expire_silence": ("GET", r"/api/v2/silence/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", None),
    "restart_service": SHAPES["error_ratio"],
}
WRITES = {"silence_alert", "expire_silence", "restart_service"}
FILTERS = rf'service="{NAME}"|alertname="[A-Za-z][A-Za-z0-9_]{{0,127}}"'
problems, proposed, sent, refused, calls = [], [], 0, 0, 0


def problem(tool, arguments, what):
    problems.append(f"{tool} {json.dumps(arguments)[:300]}: {what}")


def judge(tool, arguments, requests, answer):
    global sent, refused
    result = answer.get("result")
    if result is None:
        problem(tool, arguments, f"a protocol error: {answer}")
        return
    code = result.get("_meta", {}).get("dev.countergate/error", {}).get("code")
    if code in ("INVALID_ARGUMENT", "NOT_FOUND", "FORBIDDEN"):
        refused += 1
        if tool not in WRITES:  # some of a proposal's faults show only when all of it is there
            if requests:
                problem(tool, arguments, f"refused with {code}, and yet sent {requests[0][:3]}")
            return
    else:
        sent += 1
    if tool in WRITES and code is None:
        if result["structuredContent"]["status"] != "approval_required":
            problem(tool, arguments, f"a write was not proposed: {result}")
        proposed.append(result["structuredContent"]["proposal"])
    for method, target, body, headers in requests:
        if headers.get("X-Amz-Target"):
            ssm(tool, arguments, headers, body)
            continue
        shape = SHAPES.get(tool)
        if shape is None:
            problem(tool, arguments, f"nothing is known of {method} {target}")
            continue
        parts = urllib.parse.urlsplit(target)
        if method != shape[0] or not re.fullmatch(shape[1], parts.path):
            problem(tool, arguments, f"sent {method} {target}")
        fields = urllib.parse.parse_qsl(parts.query + ("&" if parts.query and body else "") + body, keep_blank_values=True, strict_parsing=bool(parts.query or body))
        if not {name for name, _ in fields} <= KEYS:
            problem(tool, arguments, f"sent the fields {fields}")
        values = [value for name, value in fields if name == "query"]
        if shape[2] and (len(values) != 1 or not re.fullmatch(shape[2], values[0])):
            problem(tool, arguments, f"sent the query {values}")
        if not all(re.fullmatch(FILTERS, value) for name, value in fields if name == "filter"):
            problem(tool, arguments, f"sent the filters {fields}")


COMMANDS = {
    "disk_usage": r"df -h|du -xh --max-depth=1 /var 2>/dev/null \| sort -h \| tail",
    "service_status": rf"systemctl status --no-pager --lines=20 '?{NAME}'?",
}


def ssm(tool, arguments, headers, body):
    action, asked = headers["X-Amz-Target"], json.loads(body)
    if action.endswith("SendCommand"):
        for command in asked["Parameters"]["commands"]:
            if tool not in COMMANDS or not re.fullmatch(COMMANDS[tool], command):
                problem(tool, arguments, f"sent the command {command!r}")
        if not all(re.fullmatch(r"m?i-[0-9a-f]{8,17}", each) for each in asked["InstanceIds"]):
            problem(tool, arguments, f"sent to {asked['InstanceIds']}")
    elif not re.fullmatch(r"AmazonSSM\.(Get|Describe|List)\w+|AmazonSSM\.CancelCommand", action):
        problem(tool, arguments, f"asked for {action}")


def main():
    global calls
    chance, withdrawn = random.Random(SEED), set()
    client = Client()
    tools = [each for each in client.ask("tools/list", {})["result"]["tools"] if each["name"] != "result_page"]
    for tool in tools:
        properties = tool["inputSchema"].get("properties", {})
        for name in properties:
            for i in range(EACH):
                if i < len(WHOLE):
                    value = WHOLE[i]
                else:
                    value = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 6)))
                    if chance.random() < 0.6:
                        value = GOOD.get(name, "5m") + value
                if chance.random() < 0.03:
                    value = chance.choice([[value], {"a": value}, 1, -1, True, None, 1e300, [[]], {}])
                arguments = {key: GOOD.get(key, "5m") for key in tool["inputSchema"].get("required", [])}
                arguments[name] = value
                with lock:
                    received.clear()
                answer = client.ask("tools/call", {"name": tool["name"], "arguments": arguments})
                with lock:
                    requests = list(received)
                calls += 1
                judge(tool["name"], arguments, requests, answer)
                if proposed and proposed[-1] not in withdrawn:  # there may be so many open at once
                    withdrawn.add(proposed[-1])
                    client.ask("tools/call", {"name": "proposal_withdraw", "arguments": {"proposal": proposed[-1]}})
    print(f"seed {SEED}: {calls} calls of {len(tools)} tools, {sent} sent, {refused} refused, {len(withdrawn)} proposals")
    for each in problems[:20]:
        print("FAILED:", each)
    if problems or not sent or not refused or not withdrawn:
        sys.exit(1)
    print("ok: every request has its template's shape; nothing that changes something was sent")


main()
