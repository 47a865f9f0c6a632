"""What the write suites share: the real daemon, an agent, a person with a key, and a backend that counts at its raw sockets."""

import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

NAMESPACE = "approval-v1@countergate.dev"
# What may follow each state; a state without successors is final.
EXITS = {"REJECTED", "EXPIRED", "WITHDRAWN", "SUPERSEDED", "BLOCKED", "DONE_BY_HAND"}
EDGES = {
    "PENDING": EXITS | {"APPROVED"},
    "APPROVED": EXITS | {"CLAIMED"},
    "CLAIMED": {"SENDING", "FAILED"},
    "SENDING": {"APPLIED", "PARTLY_APPLIED", "FAILED", "OUTCOME_UNKNOWN"},
    "APPLIED": {"VERIFIED", "NOT_VERIFIED", "UNVERIFIED"},
    "PARTLY_APPLIED": {"VERIFIED", "NOT_VERIFIED", "UNVERIFIED"},
    "OUTCOME_UNKNOWN": {"FOUND_APPLIED", "FOUND_NOT_APPLIED", "RESOLVED_BY_HUMAN"},
}
# The states of which some effect must have been had, and those of which none may.
EFFECT = {"APPLIED", "PARTLY_APPLIED", "VERIFIED", "UNVERIFIED", "FOUND_APPLIED"}
NO_EFFECT = {"PENDING", "APPROVED", "CLAIMED", "FAILED", "FOUND_NOT_APPLIED"} | EXITS


def parts(path):
    """The first two parts of a path, empty where it has fewer: doctor asks for "/"."""
    return (path.split("/") + ["", ""])[1:3]


def reachable(state):
    """The states that `state` may have become, itself among them."""
    found, todo = {state}, [state]
    while todo:
        for each in EDGES.get(todo.pop(), ()):
            if each not in found:
                found.add(each)
                todo.append(each)
    return found


def until(look, what, seconds=60, pause=0.01):
    """The first true value of `look`, asked again and again for a bounded time."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Refused(Exception):
    """An answer that is an error; `code` is its stable name."""

    def __init__(self, error):
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")


class Hold:
    """A point at which the backend waits until it is let go."""

    def __init__(self):
        self.reached, self.released, self.goes_on = threading.Event(), threading.Event(), False


class Backend:
    """Serves reads on one port and effects on another, by hand, so that every byte that arrives is seen.

    POST /effects/ID counts an effect of ID; GET /state/ID tells how many there were; GET /ready/ID says it may be done. A
    silence of service ID at /api/v2 is an effect of ID, too.
    `hold(ID, POINT)` makes it wait at ("ready", N) or ("state", N), the Nth such read, at `received`, `acted` or `answering`. `answers[ID]` replaces how an effect is answered.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.holds, self.reads_of, self.answers = {}, {}, {}
        self.effects = {}  # ID -> keys of the effects there were
        self.requests = {}  # ID -> the requests as received
        self.arrivals = 0  # connections to the port of effects that carried a byte
        self.silences = []
        self.elsewhere = []  # what arrived at the port of effects and is no effect
        self.threads = []
        self.reads = self.listen(self.read)
        self.changes = self.listen(self.change)
        # Takes one connection, which is never accepted; every other waits for ever to be established.
        self.deaf = socket.socket()
        self.deaf.bind(("127.0.0.1", 0))
        self.deaf.listen(0)
        self.fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self.deaf.getsockname())
            self.fillers.append(filler)

    @staticmethod
    def port(listener):
        return listener.getsockname()[1]

    def listen(self, serve):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)

        def accept():
            while True:
                connection = listener.accept()[0]
                threading.Thread(target=self.guarded, args=(serve, connection), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return listener

    @staticmethod
    def guarded(serve, connection):
        with connection:
            try:
                serve(connection)
            except (ConnectionError, TimeoutError):
                pass  # the daemon was killed, which is what this is about

    def hold(self, name, point):
        with self.lock:
            return self.holds.setdefault((name, point), Hold())

    def release(self, goes_on=False):
        """Lets go of whatever waits. The waiting connections are closed without another byte, unless it goes on."""
        with self.lock:
            for hold in self.holds.values():
                hold.goes_on = goes_on
                hold.released.set()
            self.holds.clear()

    def is_held(self, name, point):
        with self.lock:
            hold = self.holds.get((name, point))
        if hold is None:
            return False
        hold.reached.set()
        hold.released.wait(120)
        return not hold.goes_on

    @staticmethod
    def request(connection, first=b""):
        """The method, path, head and body of the next request, or None at the end."""
        data = first
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        while length and len(body) < int(length[1]):
            body += connection.recv(65536)
        method, path = head.split(b"\r\n", 1)[0].decode().split(" ")[:2]
        return method, path, head.decode(), body

    def read(self, connection):
        while (found := self.request(connection)) is not None:
            if found[1].startswith("/api/v2/"):
                if not self.alertmanager(connection, *found[:2], found[3]):
                    return
                continue
            kind, name = parts(found[1])
            with self.lock:
                nth = self.reads_of[kind, name] = self.reads_of.get((kind, name), 0) + 1
            if self.is_held(name, (kind, nth)):
                return
            with self.lock:
                state = {"applied": len(self.effects.get(name, ())), "ready": True}
            connection.sendall(answer("200 OK", json.dumps(state)))

    def alertmanager(self, connection, method, path, body):
        """Enough of an Alertmanager to silence at and to look for a silence; false once the connection is given up."""
        if method != "POST":
            with self.lock:
                rows = list(self.silences) if path.startswith("/api/v2/silences") else []
            connection.sendall(answer("200 OK", json.dumps(rows)))
            return True
        asked = json.loads(body)
        name, key = asked["matchers"][0]["value"], re.search(r"[0-9a-f-]{36}", asked["comment"])[0]
        with self.lock:
            self.arrivals += 1
            self.requests.setdefault(name, []).append((method, key, body))
        if self.is_held(name, "received"):
            return False
        with self.lock:
            self.effects.setdefault(name, []).append(key)
            made = {"id": f"00000000-0000-4000-8000-{len(self.silences):012}", "status": {"state": "active"}, "updatedAt": asked["startsAt"]}
            self.silences.append({**asked, **made})
        if self.is_held(name, "acted"):
            return False
        connection.sendall(answer("200 OK", json.dumps({"silenceID": made["id"]})))
        return True

    def change(self, connection):
        first = connection.recv(65536)
        if not first:
            return
        with self.lock:
            self.arrivals += 1
        method, path, head, body = self.request(connection, first)
        kind, name = parts(path)
        if kind != "effects":
            with self.lock:
                self.elsewhere.append(path)
            connection.sendall(answer("200 OK", "{}"))
            return
        key = re.search(r"(?im)^idempotency-key: *(\S+)", head)
        with self.lock:
            self.requests.setdefault(name, []).append((method, key and key[1], body))
        if self.is_held(name, "received"):
            return
        scripted = self.answers.get(name)
        if scripted:
            scripted(connection, lambda: self.act(name, key))
            return
        self.act(name, key)
        if self.is_held(name, "acted"):
            return
        whole = answer("200 OK", json.dumps({"done": name}))
        if ((name, "answering")) in self.holds:
            connection.sendall(whole[: len(whole) - 5])
            self.is_held(name, "answering")
            return
        connection.sendall(whole)

    def act(self, name, key):
        with self.lock:
            self.effects.setdefault(name, []).append(key and key[1])


def answer(status, body, headers=""):
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n{body}".encode()


def reset(connection):
    """Closes with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Person:
    """Has a real key, and signs with the real ssh-keygen."""

    def __init__(self, folder, name):
        self.name, self.key = name, os.path.join(folder, f"{name}-key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.key], check=True)
        with open(self.key + ".pub", encoding="ascii") as file:
            self.public = file.read().strip()

    def sign(self, statement):
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", self.key]
        return subprocess.run(command, input=statement.encode(), capture_output=True, check=True).stdout.decode()


class Daemon:
    """`countergate serve` with one catalogue and one state directory, started and killed as often as wanted."""

    def __init__(self, launcher, folder, catalogue):
        self.launcher, self.folder = launcher, folder
        self.state, self.config = os.path.join(folder, "state"), os.path.join(folder, "tools.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(catalogue, file, indent=1)  # JSON is YAML
        self.process, self.starts, self.slowest = None, 0, 0.0
        self.options = []
        self.environment = dict(os.environ, HOME=folder, XDG_STATE_HOME=folder + "/xdg", XDG_CONFIG_HOME=folder + "/xdg")

    def start(self):
        began = time.monotonic()
        self.log = open(os.path.join(self.folder, "daemon.log"), "ab")
        command = [self.launcher, "serve", "--config", self.config, "--state", self.state, *self.options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.environment
        )
        until(self.answers, "the daemon answers", 120)
        self.starts += 1
        self.slowest = max(self.slowest, time.monotonic() - began)

    def answers(self):
        if self.process.poll() is not None:
            with open(self.log.name, encoding="utf-8", errors="replace") as file:
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{''.join(file.readlines()[-20:])}")
        try:
            return self.operator("frozen")
        except (ConnectionError, FileNotFoundError, TimeoutError):
            return None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()

    def command(self, *arguments):
        """Runs another command of the program; its exit code and what it printed."""
        done = subprocess.run([self.launcher, *arguments], capture_output=True, text=True, env=self.environment)
        return done.returncode, done.stdout, done.stderr

    def operator(self, operation, **members):
        """One request on the operators' socket."""
        with socket.socket(socket.AF_UNIX) as plane:
            plane.settimeout(60)
            plane.connect(self.state + "/operator.sock")
            plane.sendall((json.dumps({"version": 1, "op": operation, **members}) + "\n").encode())
            line = plane.makefile(encoding="utf-8").readline()
        if not line:
            raise ConnectionResetError("no answer")
        found = json.loads(line)
        if "error" in found:
            raise Refused(found["error"])
        return found

    def status(self, proposal):
        return self.operator("proposal", proposal=proposal)["status"]

    def leaves(self, start=0):
        """The log's leaves from an index on, and the index after the last of them."""
        found = []
        while True:
            page = self.operator("audit_read", **{"from": start, "limit": 200})
            found += [leaf for leaf in map(json.loads, page["lines"]) if "kind" in leaf]
            if page["next"] == start:
                return found, start
            start = page["next"]

    def enrol(self, person):
        self.operator("widen", command="approver_add", arguments={"name": person.name, "key": person.public})

    def statement(self, proposal, person, decision="approve"):
        """A statement of `person`, signed: what is handed in."""
        given = self.operator("statement", proposal=proposal, approver=person.name, decision=decision)["statement"]
        return {"proposal": proposal, "statement": given, "signature": person.sign(given)}

    def widen(self, person, command, arguments):
        """Has a command done that needs a signature."""
        asked = self.operator("widening", command=command, arguments=arguments, approver=person.name)
        signature = person.sign(asked["statement"])
        return self.operator("widen", command=command, arguments=arguments, statement=asked["statement"], signature=signature)

    def export(self):
        """Exports the log and has it verified offline; its leaves."""
        file = os.path.join(self.folder, "export.jsonl")
        if os.path.exists(file):
            os.remove(file)
        code, out, err = self.command("audit", "export", file, "--state", self.state)
        assert code == 0, f"audit export: {code}: {out}{err}"
        code, out, err = self.command("audit", "verify", file, "--key", self.state + "/log.pub")
        assert code == 0, f"audit verify: {code}: {out}{err}"
        with open(file, encoding="utf-8") as lines:
            return [leaf for leaf in map(json.loads, lines) if "kind" in leaf]


class Agent:
    """An MCP session on the agents' socket."""

    def __init__(self, daemon):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(daemon.state + "/agent.sock")
        self.file, self.next = self.socket.makefile(encoding="utf-8"), 0
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "writes", "version": "1"}}
        self.ask("initialize", hello)
        self.say({"method": "notifications/initialized"})

    def say(self, message):
        self.socket.sendall((json.dumps({"jsonrpc": "2.0", **message}) + "\n").encode())

    def ask(self, method, params):
        self.next += 1
        self.say({"id": self.next, "method": method, "params": params})
        while True:
            line = self.file.readline()
            if not line:
                raise ConnectionResetError("the daemon is gone")
            message = json.loads(line)
            if message.get("id") == self.next:
                assert "result" in message, message
                return message["result"]

    def call(self, tool, **arguments):
        """The structured content of an answer; an error of ours is raised."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        if result.get("isError"):
            raise Refused(result["_meta"]["dev.countergate/error"])
        return result["structuredContent"]

    def close(self):
        self.file.close()
        self.socket.close()


def catalogue(backend, timeout=60_000):
    """A tool that has an effect, one that never gets through, the reads that guard and verify them, and a silence."""

    def tool(name, url=None, **more):
        identity = {"name": name, "description": f"{name}.", "params": [{"name": "id", "pattern": "[a-z0-9-]{1,60}", "required": True}]}
        return {**identity, **({"url": url} if url else {}), **more}

    reads = f"http://127.0.0.1:{backend.port(backend.reads)}"
    guard = {
        "risk": "low",
        "environment": "staging",
        "reversible": True,
        "require": [{"tool": "ready", "args": {"id": "{id}"}, "expect": "result.ready == true", "reason": "only what is ready"}],
        "verify": {"tool": "state", "args": {"id": "{id}"}, "expect": "result.applied > 0", "within": "60s", "every": "200ms"},
    }
    change = {"method": "POST", "body": {"id": "{id}"}, "idempotency_header": "Idempotency-Key", "timeout": timeout}
    silence = {"matchers": ['service="{id}"'], "duration": "1h", "comment": "known"}
    return {
        "backends": {"alerts": {"type": "alertmanager", "url": reads}},
        "tools": [
            tool("ready", reads + "/ready/{id}", response={"type": "json"}, timeout=60_000),
            tool("state", reads + "/state/{id}", response={"type": "json"}, timeout=60_000),
            tool("act", f"http://127.0.0.1:{backend.port(backend.changes)}/effects/{{id}}", **change),
            tool("act_deaf", f"http://127.0.0.1:{backend.port(backend.deaf)}/effects/{{id}}", **change),
            tool("hush", alertmanager={"backend": "alerts", "silence": silence}),
        ],
        "guards": {
            "act": guard,
            "act_deaf": guard,
            "hush": {"risk": "low", "environment": "staging", "reversible": True, "settle": "3s"},
        },
        "policy": {"max_open_proposals": 10_000, "breaker": {"failures": 1_000_000, "within": "1m"}},
    }


def check_log(leaves, backend, names):
    """Holds the log against what the backend saw: `names` maps the backend's ID to the proposal."""
    lives = {}
    for leaf in leaves:
        if "proposal" in leaf and "state" in leaf:
            lives.setdefault(leaf["proposal"], []).append((leaf["kind"], leaf["state"]))
    for proposal, life in lives.items():
        assert life[0] == ("proposed", "PENDING"), f"{proposal} begins with {life[0]}"
        for (_, before), (kind, after) in zip(life, life[1:]):
            assert after == before or after in EDGES.get(before, ()), f"{proposal}: {kind} leads from {before} to {after}: {life}"
        for kind in ("proposed", "intent", "sending"):
            assert sum(each == (kind, each[1]) for each in life) <= 1, f"{proposal} has two leaves `{kind}`: {life}"
        kinds = [kind for kind, _ in life]
        if "sending" in kinds:
            assert "intent" in kinds[: kinds.index("sending")], f"{proposal} was sent without an intent: {life}"
    with backend.lock:
        for name, requests in backend.requests.items():
            assert len(requests) <= 1, f"{name} arrived {len(requests)} times"
            life = lives[names[name]]
            assert any(kind == "sending" for kind, _ in life), f"{name} arrived and no leaf tells of it: {life}"
        assert all(len(keys) <= 1 for keys in backend.effects.values()), backend.effects
        sent = sum(map(len, backend.requests.values())) + len(backend.elsewhere)
        assert backend.arrivals == sent, f"{backend.arrivals} connections brought {sent} requests"
        attempts = {leaf["proposal"]: leaf["attempt"] for leaf in leaves if leaf["kind"] == "intent" and "attempt" in leaf}
        for name, keys in backend.effects.items():
            assert keys == [attempts[names[name]]], f"{name}: the effect bears {keys}, the intent {attempts[names[name]]}"
    return lives


def needs():
    """Says what is missing on this machine; exit code 77."""
    if not shutil.which("ssh-keygen"):
        print("SKIPPED: no ssh-keygen")
        raise SystemExit(77)
