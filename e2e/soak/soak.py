"""50 clients read for a while, half over HTTP, half over the agents' socket, and come and go: soak.py LAUNCHER FOLDER SECONDS.

Each client opens a session, makes some calls of its own pace, cancels one now and then, and leaves, in order or not; 200 reads
a second in all. Every answer must be the one to its question. The daemon's memory, descriptors and threads must be as flat at
the end as they were after the first fifth, and what the clients held must be gone once they are."""

import http.client
import json
import os
import random
import re
import socket
import socketserver
import statistics
import subprocess
import sys
import threading
import time

LAUNCHER, FOLDER, SECONDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
CLIENTS, RATE = 50, 200
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "soak", "version": "1"}}


class Backend(socketserver.ThreadingTCPServer):
    """Answers /echo/ID with the ID, /slow/ID after a second."""

    allow_reuse_address, daemon_threads, request_queue_size = True, True, 128

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self):
            try:
                while line := self.rfile.readline():
                    while self.rfile.readline() not in (b"\r\n", b"\n", b""):
                        pass
                    _, kind, name = line.split(b" ")[1].decode().split("/")
                    if kind == "slow":
                        time.sleep(1)
                    body = json.dumps({"id": name, "rows": ["x" * 64] * 20}).encode()
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            except (ConnectionError, ValueError):
                pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Lines:
    """A session on the agents' socket."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(STATE + "/agent.sock")
        self.file = self.socket.makefile(encoding="utf-8")
        self.say({"id": 0, "method": "initialize", "params": HELLO})
        self.answer(0)
        self.say({"method": "notifications/initialized"})

    def say(self, message):
        self.socket.sendall((json.dumps({"jsonrpc": "2.0", **message}) + "\n").encode())

    def answer(self, number):
        while line := self.file.readline():
            message = json.loads(line)
            if message.get("id") == number:
                return message
        raise ConnectionResetError("the daemon closed the session")

    def ask(self, number, params):
        self.say({"id": number, "method": "tools/call", "params": params})
        return self.answer(number)

    def cancel(self, number, params):
        self.say({"id": number, "method": "tools/call", "params": params})
        time.sleep(random.random() / 5)
        self.say({"method": "notifications/cancelled", "params": {"requestId": number}})

    def leave(self):
        self.file.close()
        self.socket.close()


class Http:
    """A session over Streamable HTTP."""

    def __init__(self):
        self.session, self.connection = None, http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.post({"id": 0, "method": "initialize", "params": HELLO})
        self.post({"method": "notifications/initialized"})

    def headers(self):
        headers = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        return headers | ({"Mcp-Session-Id": self.session} if self.session else {})

    def post(self, message, connection=None):
        connection = connection or self.connection
        connection.request("POST", "/mcp", json.dumps({"jsonrpc": "2.0", **message}), self.headers())
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status in (200, 202), f"{answer.status}: {body[:200]}"
        self.session = answer.headers.get("Mcp-Session-Id", self.session)
        return json.loads(body) if body.startswith(b"{") else None

    def ask(self, number, params):
        return self.post({"id": number, "method": "tools/call", "params": params})

    def cancel(self, number, params):
        other = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        asking = threading.Thread(target=self.post, args=({"id": number, "method": "tools/call", "params": params},))
        asking.start()
        time.sleep(random.random() / 5)
        self.post({"method": "notifications/cancelled", "params": {"requestId": number}}, other)
        other.close()
        asking.join(30)
        assert not asking.is_alive(), "a call that was cancelled is never over"

    def leave(self):
        if random.random() < 0.5:
            self.connection.request("DELETE", "/mcp", headers=self.headers())
            self.connection.getresponse().read()
        self.connection.close()


class Client(threading.Thread):
    def __init__(self, number):
        super().__init__(daemon=True)
        self.kind, self.number, self.calls, self.cancelled, self.sessions, self.failure = (Http, Lines)[number % 2], number, 0, 0, 0, None

    def run(self):
        try:
            while time.monotonic() < END:
                self.visit()
        except BaseException as failure:
            self.failure = failure

    def visit(self):
        session, self.sessions = self.kind(), self.sessions + 1
        for turn in range(1, random.randint(5, 60)):
            due = time.monotonic() + CLIENTS / RATE
            name = f"c{self.number}-{self.sessions}-{turn}"
            if random.random() < 0.02:
                session.cancel(turn, {"name": "slow", "arguments": {"id": name}})
                self.cancelled += 1
            else:
                answer = session.ask(turn, {"name": "echo", "arguments": {"id": name}})
                text = answer["result"]["content"][0]["text"]
                assert answer["id"] == turn and f'"{name}"' in text and not answer["result"]["isError"], f"{name}: {answer}"
                self.calls += 1
            time.sleep(max(0.0, due - time.monotonic()))
            if time.monotonic() > END:
                break
        session.leave()


def sample(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = file.read()
    figure = lambda name: int(re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)[1])
    return {"resident MB": figure("VmRSS") / 1024, "descriptors": len(os.listdir(f"/proc/{pid}/fd")), "threads": figure("Threads")}


def run(*command):
    done = subprocess.run([LAUNCHER, *command], capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


backend = Backend()
STATE, CONFIG = os.path.join(FOLDER, "state"), os.path.join(FOLDER, "tools.yaml")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("CLAUDECODE", "AI_AGENT")} | {"HOME": FOLDER}
made = json.loads(run("token", "add", "soak", "--json"))
TOKEN, ENTRY = made["token"], made["entry"]
tool = lambda name: {"name": name, "description": name, "url": f"http://127.0.0.1:{backend.server_address[1]}/{name}/{{id}}", "params": [{"name": "id", "required": True}]}
with open(CONFIG, "w", encoding="utf-8") as file:
    json.dump({"tools": [tool("echo"), tool("slow")], "principals": [ENTRY]}, file)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT = probe.getsockname()[1]
log = open(os.path.join(FOLDER, "daemon.log"), "ab")
daemon = subprocess.Popen([LAUNCHER, "serve", "--config", CONFIG, "--state", STATE, "--http", f"127.0.0.1:{PORT}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=ENVIRONMENT)
try:
    end = time.monotonic() + 120
    while not os.path.exists(STATE + "/operator.sock"):
        assert daemon.poll() is None and time.monotonic() < end, f"the daemon does not start: see {log.name}"
        time.sleep(0.1)
    time.sleep(1)
    empty = sample(daemon.pid)
    began, END, samples = time.monotonic(), time.monotonic() + SECONDS, []
    clients = [Client(number) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    while time.monotonic() < END:
        time.sleep(1)
        samples.append(sample(daemon.pid))
        if len(samples) % 30 == 0:
            told = ", ".join(f"{value:.0f} {name}" for name, value in samples[-1].items())
            print(f"  {len(samples)} s: {sum(client.calls for client in clients)} calls, {told}", flush=True)
        assert not any(client.failure for client in clients), next(client.failure for client in clients if client.failure)
    for client in clients:
        client.join(60)
        assert not client.is_alive(), f"client {client.number} hangs"
        assert client.failure is None, client.failure
    took = time.monotonic() - began
    calls, cancelled, sessions = (sum(getattr(client, name) for client in clients) for name in ("calls", "cancelled", "sessions"))
    assert calls > 0.8 * RATE * SECONDS, f"only {calls} calls in {took:.0f} s"
    fifth = max(5, len(samples) // 5)
    print(f"{sessions} sessions, {calls} reads ({calls / took:.0f}/s), {cancelled} cancelled, none lost")
    for name in empty:
        early, late = (statistics.median(each[name] for each in part) for part in (samples[fifth : 2 * fifth], samples[-fifth:]))
        print(f"  {name}: {empty[name]:.0f} before, {early:.0f} in the second fifth, {late:.0f} in the last")
        # In a short run the JVM is still warming up.
        bound = early * (1.2 if SECONDS >= 300 else 1.4) + 4
        assert late <= bound, f"{name} grow: {early:.0f} to {late:.0f}"
    # Sessions over HTTP that nobody ended are kept for a while; their connections are not.
    end = time.monotonic() + 60
    while (after := sample(daemon.pid))["descriptors"] > empty["descriptors"] + 8:
        assert time.monotonic() < end, f"{after['descriptors']} descriptors a minute after everybody left, {empty['descriptors']} before"
        time.sleep(1)
    print(f"  descriptors: {after['descriptors']} when everybody has left")
finally:
    daemon.terminate()
    daemon.wait(60)
