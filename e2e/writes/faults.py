"""Every fault of an HTTP backend and of the disk, through the real daemon: what a write comes to, and how many requests
arrived at the raw socket: faults.py LAUNCHER FOLDER."""

import os
import resource
import sys
import time

from gate import Agent, Backend, Daemon, Person, Refused, answer, catalogue, check_log, needs, reset, until

LAUNCHER, FOLDER = sys.argv[1:3]
TIMEOUT_SECONDS = 2
UNLIMITED = resource.RLIM_INFINITY


def silent(connection, act):
    time.sleep(TIMEOUT_SECONDS + 3)


def late(connection, act):
    act()
    time.sleep(TIMEOUT_SECONDS + 1)
    connection.sendall(answer("200 OK", "{}"))


def with_answer(status, headers="", acts=False, body="{}"):
    def script(connection, act):
        if acts:
            act()
        connection.sendall(answer(status, body, headers))

    return script


def cut(count, whole=answer("200 OK", '{"done": true}')):
    def script(connection, act):
        act()
        connection.sendall(whole[:count])

    return script


def after(script, *, acts):
    def scripted(connection, act):
        if acts:
            act()
        script(connection)

    return scripted


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n"
LOST_SIGHT = "OUTCOME_UNKNOWN"
# what the backend does, how it answers, what it comes to, the effects there were
ROWS = [
    ("answers 200 with the effect", with_answer("200 OK", acts=True), "VERIFIED", 1),
    ("answers 204 with the effect", after(lambda c: c.sendall(b"HTTP/1.1 204 No Content\r\n\r\n"), acts=True), "VERIFIED", 1),
    ("answers 200 and does nothing", with_answer("200 OK"), "NOT_VERIFIED", 0),
    ("never answers", silent, LOST_SIGHT, 0),
    ("answers late", late, LOST_SIGHT, 1),
    ("resets when it has the request, no effect", after(reset, acts=False), LOST_SIGHT, 0),
    ("resets after the effect", after(reset, acts=True), LOST_SIGHT, 1),
    ("closes without an answer", after(lambda c: None, acts=True), LOST_SIGHT, 1),
    ("ends within the head", cut(20), LOST_SIGHT, 1),
    ("ends within the body", cut(-4), LOST_SIGHT, 1),
    ("ends within a chunk", cut(len(CHUNKED), CHUNKED), LOST_SIGHT, 1),
    ("answers what is no HTTP", after(lambda c: c.sendall(b"220 ready\r\n\r\n"), acts=True), LOST_SIGHT, 1),
    ("500 after the effect", with_answer("500 Internal Server Error", acts=True), LOST_SIGHT, 1),
    ("502 after the effect", with_answer("502 Bad Gateway", acts=True), LOST_SIGHT, 1),
    ("503 with Retry-After: 0", with_answer("503 Service Unavailable", "Retry-After: 0\r\n"), LOST_SIGHT, 0),
    ("504", with_answer("504 Gateway Timeout", acts=True), LOST_SIGHT, 1),
    ("408", with_answer("408 Request Timeout", "Connection: close\r\n"), LOST_SIGHT, 0),
    ("425", with_answer("425 Too Early"), LOST_SIGHT, 0),
    ("421", with_answer("421 Misdirected Request"), "FAILED", 0),
    ("400", with_answer("400 Bad Request"), "FAILED", 0),
    ("401 with a challenge", with_answer("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"\r\n'), "FAILED", 0),
    # No proxy is used: this comes from something that is not what it seems to be, and tells nothing of the effect.
    ("407", with_answer("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="x"\r\n'), LOST_SIGHT, 0),
    ("429 with Retry-After: 0", with_answer("429 Too Many Requests", "Retry-After: 0\r\n"), "FAILED", 0),
    ("301 to another path", with_answer("301 Moved Permanently", "Location: /moved/x\r\n", acts=True), LOST_SIGHT, 1),
    ("303 after the effect", with_answer("303 See Other", "Location: /moved/x\r\n", acts=True), LOST_SIGHT, 1),
    ("307 to another path", with_answer("307 Temporary Redirect", "Location: /moved/x\r\n"), "FAILED", 0),
    ("308 to another path", with_answer("308 Permanent Redirect", "Location: /moved/x\r\n"), "FAILED", 0),
]
SETTLED = {"VERIFIED", "NOT_VERIFIED", "UNVERIFIED", "FAILED", "OUTCOME_UNKNOWN", "BLOCKED", "EXPIRED"}


class Suite:
    def __init__(self):
        self.backend = Backend()
        written = catalogue(self.backend, TIMEOUT_SECONDS * 1000)
        for tool in ("act", "act_deaf"):
            guard = written["guards"][tool]
            guard["verify"] = {**guard["verify"], "within": "6s"}
        self.daemon = Daemon(LAUNCHER, FOLDER, written)
        self.person = Person(FOLDER, "ana")
        self.names, self.shown = {}, 0

    def propose(self, name, tool="act"):
        proposal = self.names[name] = self.agent.call(tool, id=name)["proposal"]
        return proposal

    def approve(self, proposal):
        return self.daemon.operator("submit", **self.daemon.statement(proposal, self.person))["status"]

    def came_to(self, proposal, wanted, what, effects, name, requests=1):
        status = until(lambda: (s := self.daemon.status(proposal))["state"] in SETTLED and s, f"settled: {what}", 30)
        assert status["state"] == wanted, f"{what}: {status['state']} ({status['why']}), not {wanted}"
        counted = len(self.backend.effects.get(name, ())), len(self.backend.requests.get(name, ()))
        assert counted == (effects, requests), f"{what}: {counted} effects and requests, not {(effects, requests)}"
        self.shown += 1
        print(f"ok: {what}: {wanted}, {requests} request{'' if requests == 1 else 's'}, {effects} effect{'' if effects == 1 else 's'}", flush=True)

    def answers(self):
        """Every row of the table at once, as a busy afternoon would have it."""
        for number, (_, script, _, _) in enumerate(ROWS):
            self.backend.answers[f"row-{number}"] = script
            self.approve(self.propose(f"row-{number}"))
        for number, (what, _, wanted, effects) in enumerate(ROWS):
            self.came_to(self.names[f"row-{number}"], wanted, what, effects, f"row-{number}")
        assert not self.backend.elsewhere, f"followed to {self.backend.elsewhere}"
        print("ok: no redirect was followed")
        deaf = self.propose("deaf", "act_deaf")
        self.approve(deaf)
        self.came_to(deaf, "FAILED", "cannot be connected to", 0, "deaf", requests=0)

    def fill(self, full):
        """From now on no file of the daemon can be written, at any offset; or all can again."""
        resource.prlimit(self.daemon.process.pid, resource.RLIMIT_FSIZE, (0 if full else UNLIMITED, UNLIMITED))

    def disk(self):
        """The disk is full at each step of a write: nothing is sent that is not recorded first."""
        proposal = self.propose("disk-pending")
        token = self.daemon.statement(proposal, self.person)
        self.fill(True)
        for what, doing in (
            ("a proposal", lambda: self.agent.call("act", id="disk-proposed")),
            ("a statement", lambda: self.daemon.statement(proposal, self.person)),
            ("an approval", lambda: self.daemon.operator("submit", **token)),
        ):
            try:
                doing()
                raise AssertionError(f"{what} is taken on a full disk")
            except Refused as refused:
                print(f"ok: on a full disk {what} is refused: {refused}")
        assert self.daemon.status(proposal)["state"] == "PENDING"
        read = self.agent.ask("tools/call", {"name": "state", "arguments": {"id": "disk-pending"}})
        texts = [block["text"] for block in read["content"]]
        assert not read.get("isError") and any("log" in text for text in texts[1:] or texts[:0]), read
        print(f"ok: on a full disk a read is answered, and warns: {texts[-1]}")
        self.fill(False)
        self.daemon.operator("submit", **token)
        self.came_to(proposal, "VERIFIED", "the disk was full before the approval", 1, "disk-pending")

        # when the disk fills, the state it stays in meanwhile, what it comes to when there is room again, effects
        held = [
            ("before the claim", ("ready", 2), "APPROVED", "EXPIRED", 0),
            ("before the marker", ("state", 2), "CLAIMED", "FAILED", 0),
            ("before the answer", "acted", "SENDING", "VERIFIED", 1),
        ]
        for what, point, before, later, effects in held:
            self.filled(what, point, before, f"room-{before.lower()}", killed=False)
            self.came_to(self.names[f"room-{before.lower()}"], later, f"the disk was full {what}", effects, f"room-{before.lower()}", requests=effects)
        # The same, but the daemon is killed before there is room again: what was not recorded is not known.
        for what, point, before, later, effects in [*held[:2], ("before the answer", "acted", "SENDING", "OUTCOME_UNKNOWN", 1)]:
            name = f"killed-{before.lower()}"
            self.filled(what, point, before, name, killed=True)
            self.came_to(self.names[name], later, f"the disk was full {what}, and the daemon was killed", effects, name, requests=effects)

    def filled(self, what, point, state, name, killed):
        """Fills the disk while a write is held at a point, and lets it go on for a while."""
        proposal = self.propose(name)
        hold = self.backend.hold(name, point)
        self.approve(proposal)
        assert hold.reached.wait(30), f"never reached: {what}"
        self.fill(True)
        self.backend.release(goes_on=True)
        time.sleep(2)
        assert self.daemon.status(proposal)["state"] == state, f"disk full {what}: {self.daemon.status(proposal)}"
        if killed:
            self.daemon.kill()
            self.daemon.start()
            self.agent = Agent(self.daemon)
        else:
            self.fill(False)

    def run(self):
        self.daemon.start()
        self.daemon.enrol(self.person)
        self.agent = Agent(self.daemon)
        self.answers()
        self.disk()
        leaves = self.daemon.export()
        lives = check_log(leaves, self.backend, self.names)
        self.daemon.stop()
        print(f"ok: {self.shown} faults; the exported log is good, {len(lives)} proposals in legal order, {self.backend.arrivals} requests")


needs()
suite = Suite()
try:
    suite.run()
except BaseException:
    if suite.daemon.process and suite.daemon.process.poll() is None:
        suite.daemon.kill()
    print(f"FAILED; the daemon's log is {os.path.join(FOLDER, 'daemon.log')}", flush=True)
    raise
