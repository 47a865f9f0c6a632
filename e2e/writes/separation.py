"""Separation level S1 with real accounts: the daemon runs as one, an agent as another: separation.py LAUNCHER FOLDER DAEMON AGENT.

The agent's account calls tools and proposes; it reads neither credentials nor store nor keys, cannot reach the operators'
socket, and what it proposes says S1. The daemon's own account is refused where the policy asks for S1."""

import grp
import json
import os
import pwd
import socket
import subprocess
import sys

from gate import Backend, Daemon, catalogue, until
from prying import pry

LAUNCHER, FOLDER, OWNER, AGENT = sys.argv[1:5]
SECRET = "the-backend's-secret-0123456789"


def session(path, calls):
    """One session over the agents' socket: the answer to each call."""
    answers = []
    with socket.socket(socket.AF_UNIX) as plane:
        plane.settimeout(60)
        plane.connect(path)
        file = plane.makefile(encoding="utf-8")
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "separation", "version": "1"}}
        asked = [("initialize", hello)] + [("tools/call", {"name": tool, "arguments": {"id": name}}) for tool, name in calls]
        for number, (method, params) in enumerate(asked):
            plane.sendall((json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n").encode())
            answers.append(json.loads(file.readline())["result"])
    return answers[1:]


def identity(name):
    """How a command is run as an account and its one group."""
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def as_account(name, doing, *arguments):
    """What `doing` gives in a process of that account."""
    account, (reading, writing) = identity(name), os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups(account["extra_groups"])
        os.setgid(account["group"])
        os.setuid(account["user"])
        try:
            found = {"found": doing(*arguments)}
        except BaseException as failure:
            found = {"failure": repr(failure)}
        with os.fdopen(writing, "w") as out:
            json.dump(found, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found = json.load(answer)
    os.waitpid(child, 0)
    assert "found" in found, f"as {name}: {found}"
    return found["found"]


def run(name, *command):
    """Runs a command of the program as an account; its exit code and what it printed."""
    environment = {"PATH": os.environ["PATH"], "HOME": FOLDER, "COUNTERGATE_BUILD": "never"}
    done = subprocess.run([LAUNCHER, *command], capture_output=True, text=True, cwd="/", env=environment, **identity(name))
    return done.returncode, done.stdout, done.stderr


class Separate(Daemon):
    """The daemon under its own account, its socket for agents open to another's group."""

    def start(self):
        owner, group = identity(OWNER), pwd.getpwnam(AGENT).pw_gid
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(self.written, file)
        for path, mode in ((self.config, 0o600), (self.state, 0o711)):
            if path == self.state:
                os.makedirs(path, exist_ok=True)
            os.chown(path, owner["user"], owner["group"])
            os.chmod(path, mode)
        owner["extra_groups"] = [group]
        self.log = open(os.path.join(FOLDER, "daemon.log"), "ab")
        command = [LAUNCHER, "serve", "--config", self.config, "--state", self.state, "--agent-group", grp.getgrgid(group).gr_name]
        environment = {"PATH": os.environ["PATH"], "HOME": self.state, "BACKEND_SECRET": SECRET, "COUNTERGATE_BUILD": "never"}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment, cwd="/", **owner)
        until(lambda: os.path.exists(self.state + "/agent.sock") and os.path.exists(self.state + "/operator.sock"), "the daemon listens", 120)


os.chmod(FOLDER, 0o711)
backend = Backend()
written = catalogue(backend)
for tool in written["tools"]:
    if tool["name"] in ("act", "state", "ready"):
        tool["headers"] = {"X-Key": "${BACKEND_SECRET}"}
written["policy"]["separation"] = "S1"
written["principals"] = [{"person": "ana", "unix": [AGENT]}]
daemon = Separate(LAUNCHER, FOLDER, written)
daemon.written = written
daemon.start()
try:
    read, asked = as_account(AGENT, session, daemon.state + "/agent.sock", [("state", "any"), ("act", "by-the-agent")])
    assert not read["isError"], read
    assert asked["structuredContent"]["status"] == "approval_required", asked
    print(f"ok: {AGENT} reads, and proposes {asked['structuredContent']['proposal']}")

    _, refused = as_account(OWNER, session, daemon.state + "/agent.sock", [("state", "any"), ("act", "by-the-owner")])
    assert refused["isError"] and refused["_meta"]["dev.countergate/error"]["code"] == "SEPARATION", refused
    print(f"ok: {OWNER}, the daemon's own account, may not propose where S1 is asked for")

    secrets = [os.path.join(daemon.state, name) for name in ("operator.sock", "store.db", "store.db-wal", "log.key", "log.head", "accepted-catalogue.json")]
    secrets += [daemon.config, f"/proc/{daemon.process.pid}/environ", f"/proc/{daemon.process.pid}/mem", f"/proc/{daemon.process.pid}/fd", daemon.state]
    missing = [path for path in secrets if not os.path.lexists(path)]
    assert not missing, f"not there to be tried: {missing}"
    assert as_account(AGENT, pry, secrets) == []
    assert as_account(OWNER, pry, secrets) == secrets, "the prying itself does not work"
    print(f"ok: {AGENT} opens none of {len(secrets)} files, folders and sockets that {OWNER} opens")

    code, out, err = run(AGENT, "pending", "--state", daemon.state)
    assert code != 0 and "by-the-agent" not in out, out + err
    code, out, err = run(OWNER, "pending", "--json", "--state", daemon.state)
    [waiting] = json.loads(out)
    assert waiting["requester"] == f"unix:{AGENT}", out
    code, view, err = run(OWNER, "show", waiting["proposal"], "--state", daemon.state)
    assert code == 0 and "S1" in view, view + err
    line = next(line for line in view.splitlines() if "S1" in line)
    print(f"ok: the inbox is the owner's alone, and the view says `{line}`")
    assert SECRET not in view and SECRET not in json.dumps([read, asked, refused]), "a secret shows"
finally:
    daemon.process.terminate()
    daemon.process.wait(60)
