"""Separation level S1 as samples/systemd sets it up: own_account.py SAMPLE PROGRAM NAME FOLDER, as root.

NAME-ana's agents call tools, NAME-olga decides, NAME-eve is nobody. The daemon runs as the unit says: its account, groups,
mask and variables, with no capability and no way to more."""

import grp
import inspect
import json
import os
import pwd
import stat
import subprocess
import sys
import time

from gate import Backend, catalogue, until
from prying import pry

SAMPLE, PROGRAM, NAME, FOLDER = sys.argv[1:5]
LAUNCHER = os.path.join(PROGRAM, "countergate")
AGENT, OPERATOR, STRANGER = NAME + "-ana", NAME + "-olga", NAME + "-eve"
ETC, STATE, UNIT = "/etc/" + NAME, "/var/lib/" + NAME, f"/etc/systemd/system/{NAME}.service"
SECRET = "the-backend's-secret-0123456789"


def install(*arguments, code=0, name=NAME, path=os.environ["PATH"]):
    command = [os.path.join(SAMPLE, "install"), "--name", name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, umask=0, env={**os.environ, "PATH": path})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def made():
    """What there is of the set-up: accounts, groups with members, files with owner and mode."""
    found = {}
    for each in pwd.getpwall():
        if each.pw_name.startswith(NAME):
            found[each.pw_name] = each.pw_dir
    for each in grp.getgrall():
        if each.gr_name.startswith(NAME):
            found["group " + each.gr_name] = sorted(each.gr_mem)
    for path in (ETC, STATE, STATE + "-heads", UNIT, ETC + "/tools.yaml", ETC + "/environment"):
        if os.path.exists(path):
            seen = os.stat(path)
            found[path] = (oct(stat.S_IMODE(seen.st_mode)), seen.st_uid, seen.st_gid)
    return found


def identity(name):
    """How a command is run as an account with all its groups."""
    account = pwd.getpwnam(name)
    groups = [each.gr_gid for each in grp.getgrall() if name in each.gr_mem]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": groups}


def run(name, *command, given="", home=FOLDER):
    """Runs a command of the program as an account, given a text or a file; its exit code, what it printed and complained of."""
    environment = {"PATH": os.environ["PATH"], "HOME": home, "COUNTERGATE_BUILD": "never"}
    done = subprocess.run(
        [LAUNCHER, *command],
        **({"input": given} if isinstance(given, str) else {"stdin": given}),
        capture_output=True,
        text=True,
        cwd="/",
        env=environment,
        timeout=120,
        **identity(name),
    )
    return done.returncode, done.stdout, done.stderr


def opened(name, paths):
    """Which files, folders and sockets open to an account."""
    # Its text, for the account may not be able to read these files.
    program = "import json, os, socket, sys\n" + inspect.getsource(pry) + "print(json.dumps(pry(json.load(sys.stdin))))\n"
    done = subprocess.run(["python3", "-c", program], input=json.dumps(paths), capture_output=True, text=True, cwd="/", **identity(name))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def relayed(name, *calls):
    """What an account's client is answered that launches the relay as its entry says."""
    asked = [
        {"method": "initialize", "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "own", "version": "1"}}}
    ]
    asked += [{"method": "tools/call", "params": {"name": tool, "arguments": {"id": each}}} for tool, each in calls]
    lines = "".join(json.dumps({"jsonrpc": "2.0", "id": number, **each}) + "\n" for number, each in enumerate(asked))
    code, out, err = run(name, "stdio", "--socket", STATE + "/agent.sock", given=lines)
    answers = {each.get("id"): each for each in map(json.loads, out.splitlines())}
    return [answers.get(number + 1, {"failed": err}) for number in range(len(calls))]


def unit():
    """The settings of the unit that was put in place, each with its values in order."""
    found = {}
    with open(UNIT, encoding="utf-8") as file:
        for line in file:
            if "=" in line and not line.startswith("#"):
                key, value = line.rstrip("\n").split("=", 1)
                found.setdefault(key, []).append(value)
    return found


def is_read_only_possible():
    """Whether a mount namespace can be had here, as systemd makes one."""
    tried = "mount --make-rprivate / && mount --bind /var/lib /var/lib && mount -o remount,bind,ro /"
    return subprocess.run(["unshare", "--mount", "sh", "-c", tried], capture_output=True).returncode == 0


def start(log):
    """Runs the unit's ExecStart as it says, where there is no systemd to do it."""
    said = unit()
    [user], [groups], [command] = said["User"], said["SupplementaryGroups"], said["ExecStart"]
    environment = {"PATH": os.environ["PATH"], "HOME": pwd.getpwnam(user).pw_dir}
    environment.update(each.split("=", 1) for each in said["Environment"])
    with open(said["EnvironmentFile"][0].removeprefix("-"), encoding="utf-8") as file:
        environment.update(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    confined = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--reuid", user, "--regid", said["Group"][0]]
    confined += ["--groups", ",".join(groups.split()), "--"]
    if is_read_only_possible():
        # What ProtectSystem=strict, StateDirectory= and PrivateTmp= make of the file system; /tmp stays the same one, since the
        # program may lie there.
        kept = ["/tmp"] + [f"/var/lib/{each}" for each in said["StateDirectory"][0].split()]
        binds = "".join(f"mount --bind {each} {each} && " for each in kept)
        confined = ["unshare", "--mount", "sh", "-c", f'mount --make-rprivate / && {binds}mount -o remount,bind,ro / && exec "$@"', "sh"] + confined
    return subprocess.Popen(
        confined + command.split(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, cwd="/", umask=int(said["UMask"][0], 8)
    )


os.chmod(FOLDER, 0o711)
backend = Backend()
written = catalogue(backend)
for tool in written["tools"]:
    if tool["name"] in ("act", "state", "ready"):
        tool["headers"] = {"X-Key": "${BACKEND_SECRET}"}
written["policy"]["separation"] = "S1"
written["principals"] = [{"person": "ana", "unix": [AGENT]}, {"person": "olga", "unix": [OPERATOR]}]
config = os.path.join(FOLDER, "tools.yaml")
with open(config, "w", encoding="utf-8") as file:
    json.dump(written, file)

wanted = ["--program", PROGRAM, "--catalogue", config, "--agent", AGENT, "--operator", OPERATOR]
before = made()
assert "useradd" in install("--dry-run", *wanted)
assert made() == before, "--dry-run did something"
install("--agent", AGENT, "--operator", AGENT, "--program", PROGRAM, "--catalogue", config, code=2)
install("--agent", "root", "--program", PROGRAM, "--catalogue", config, code=2)
assert made() == before, "a refusal did something"
begun = time.monotonic()
install(*wanted)
installing = time.monotonic() - begun
first = made()
again = install(*wanted)
assert made() == first and not any(word in again for word in ("useradd", "usermod", "groupadd", "install -d", "chmod")), again
print("ok: `install` says what it would do, refuses an agent that would decide, and changes nothing the second time")

install("--operator", AGENT, "--program", PROGRAM, "--catalogue", config, code=2)
os.chmod(ETC + "/environment", 0o644)
install(*wanted)
assert made() == first, "a mode that was widened was not put right"
print("ok: it refuses an agent of before as an operator, and puts right a mode that somebody widened")

loose = os.path.join(FOLDER, "loose")
os.makedirs(loose)
with open(os.path.join(loose, "countergate"), "w", encoding="utf-8") as file:
    file.write("#!/bin/sh\n")
os.chmod(os.path.join(loose, "countergate"), 0o777)
said = install("--dry-run", "--program", loose, "--catalogue", config)
assert f"others than root may write to {loose}/countergate" in said and f"copied to /opt/{NAME}" in said, said
assert not os.path.exists("/opt/" + NAME), "--dry-run copied it"
install("--program", loose, "--catalogue", config)
for path in (f"/opt/{NAME}", f"/opt/{NAME}/countergate"):
    copied = os.stat(path)
    assert copied.st_uid == 0 and stat.S_IMODE(copied.st_mode) & 0o022 == 0, (path, oct(copied.st_mode))
assert unit()["ExecStart"][0].startswith(f"/opt/{NAME}/countergate serve "), unit()["ExecStart"]
install(*wanted)
assert made() == first and unit()["ExecStart"][0].startswith(LAUNCHER + " serve "), unit()["ExecStart"]
print("ok: a program that others may write to is copied to where they may not, and run from there")

planted = os.path.join(FOLDER, "planted")
os.makedirs(planted)
os.chown(planted, pwd.getpwnam(AGENT).pw_uid, -1)
os.symlink(planted, os.path.join(loose, "lib"))
said = install("--program", loose, "--catalogue", config, code=2)
assert f"may write to /opt/{NAME}/lib" in said, said
os.remove(f"/opt/{NAME}/lib")
os.remove(os.path.join(loose, "lib"))
os.chown("/opt/" + NAME, pwd.getpwnam(AGENT).pw_uid, -1)
for program in (loose, "/opt/" + NAME):
    said = install("--program", program, "--catalogue", config, code=2)
    assert f"/opt/{NAME}" in said and "root" in said, said
os.chown("/opt/" + NAME, 0, -1)
spaced = os.path.join(FOLDER, "two words")
os.makedirs(spaced, 0o755)
with open(os.path.join(spaced, "countergate"), "w", encoding="utf-8") as file:
    file.write("#!/bin/sh\n")
os.chmod(os.path.join(spaced, "countergate"), 0o755)
assert "cannot name the folder" in install("--program", spaced, "--catalogue", config, code=2)
with open(os.path.join(planted, "id"), "w", encoding="utf-8") as file:
    file.write(f"#!/bin/sh\ntouch {FOLDER}/was-run\n")
os.chmod(os.path.join(planted, "id"), 0o755)
install(*wanted, path=planted + ":" + os.environ["PATH"])
assert not os.path.exists(FOLDER + "/was-run"), "a program that somebody put on the caller's path was run as root"
assert made() == first
print("ok: it refuses a program that a link or its place leaves open, and a place the unit cannot name; the caller's path is not obeyed")

other, theirs = NAME + "x", "[Service]\nExecStart=/usr/bin/other\n"
foreign = f"/etc/systemd/system/{other}.service"
try:
    os.makedirs(f"/etc/{other}", 0o755)
    with open(f"/etc/{other}/theirs.conf", "w", encoding="utf-8") as file:
        file.write("\n")
    said = install("--program", PROGRAM, "--catalogue", config, code=2, name=other)
    assert f"/etc/{other} is not" in said and stat.S_IMODE(os.stat(f"/etc/{other}").st_mode) == 0o755, said
    with open(foreign, "w", encoding="utf-8") as file:
        file.write(theirs)
    install("--program", PROGRAM, "--catalogue", config, code=2, name=other)
    install("--uninstall", code=2, name=other)
    with open(foreign, encoding="utf-8") as file:
        assert file.read() == theirs
    assert not any(each.pw_name == other for each in pwd.getpwall())
finally:
    for path in (f"/etc/{other}/theirs.conf", foreign):
        if os.path.exists(path):
            os.remove(path)
    os.rmdir(f"/etc/{other}")
said = install("--program", PROGRAM, "--catalogue", config, code=2, name=AGENT)
assert f"the account {AGENT} is not" in said, said
install(*wanted, code=64, name=NAME + "-agents")
assert made() == first
print("ok: a name that a unit, a folder or an account of somebody else has is refused, and nothing of theirs is touched")

with open(ETC + "/environment", "w", encoding="utf-8") as file:
    file.write(f"BACKEND_SECRET={SECRET}\n")
log = open(os.path.join(FOLDER, "daemon.log"), "ab")
begun = time.monotonic()
daemon = start(log)
try:
    until(lambda: daemon.poll() is not None or all(os.path.exists(f"{STATE}/{each}.sock") for each in ("agent", "operator")), "the daemon listens", 120)
    assert daemon.poll() is None, open(os.path.join(FOLDER, "daemon.log"), encoding="utf-8").read()
    with open(f"/proc/{daemon.pid}/status", encoding="utf-8") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    assert status["NoNewPrivs"] == "1" and int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, status
    print(f"ok: the daemon runs as {NAME}, with no capability and no way to one")
    if is_read_only_possible():
        with open(f"/proc/{daemon.pid}/mounts", encoding="utf-8") as file:
            of_root = [line.split()[3] for line in file if line.split()[1] == "/"]
        assert of_root[-1].split(",")[0] == "ro", of_root
        print("ok: it can write to nothing but its state and /tmp")
    else:
        print("not shown: that it can do with a read-only file system: no mount namespace here")

    read, asked = relayed(AGENT, ("state", "any"), ("act", "by-the-agent"))
    assert not read["result"].get("isError"), read
    assert asked["result"]["structuredContent"]["status"] == "approval_required", asked
    print(f"measured: {installing + time.monotonic() - begun:.1f} s from `install` to an agent's first answers, {installing:.1f} of them `install`")
    print(f"ok: {AGENT} reads through `countergate stdio`, and proposes {asked['result']['structuredContent']['proposal']}")

    secrets = [f"{STATE}/{each}" for each in ("operator.sock", "store.db", "store.db-wal", "log.key", "accepted-catalogue.json")]
    secrets += [STATE, ETC, ETC + "/tools.yaml", f"/proc/{daemon.pid}/environ", f"/proc/{daemon.pid}/mem", f"/proc/{daemon.pid}/fd"]
    for path, _, files in os.walk(STATE + "-heads"):
        # One that is being written becomes the other in a moment.
        secrets += [os.path.join(path, each) for each in files if not each.endswith(".new")]
    assert any("heads" in each for each in secrets), "the last checkpoint is not kept elsewhere"
    missing = [path for path in secrets if not os.path.lexists(path)]
    assert not missing, f"not there to be tried: {missing}"
    for name in (AGENT, STRANGER):
        assert opened(name, secrets + [ETC + "/environment"]) == [], opened(name, secrets + [ETC + "/environment"])
    assert opened(NAME, secrets) == secrets, "the prying itself does not work"
    assert opened(NAME, [ETC + "/environment"]) == []
    assert opened(OPERATOR, secrets) == [STATE + "/operator.sock"], opened(OPERATOR, secrets)
    assert opened(AGENT, [STATE + "/agent.sock"]) and not opened(STRANGER, [STATE + "/agent.sock"])
    assert not opened(OPERATOR, [STATE + "/agent.sock"])
    print(f"ok: {AGENT} opens none of {len(secrets) + 1} files, folders and sockets; {OPERATOR} opens operator.sock alone, {STRANGER} nothing")

    for command in (["pending"], ["freeze", "--reason", "x"], ["status"], ["approver", "list"]):
        code, out, err = run(AGENT, *command, "--state", STATE)
        assert code != 0 and "by-the-agent" not in out, (command, out, err)
        assert command != ["status"] or "no answer" in out, out
    [read] = relayed(STRANGER, ("state", "any"))
    assert "result" not in read, read
    print(f"ok: {AGENT} is refused every operator's command, {STRANGER} the tools too")

    code, out, err = run(OPERATOR, "pending", "--json", "--state", STATE)
    [waiting] = json.loads(out)
    assert waiting["requester"] == f"unix:{AGENT}", out
    code, view, err = run(OPERATOR, "show", waiting["proposal"], "--state", STATE)
    assert code == 0 and "S1" in view, view + err
    agent = subprocess.Popen(
        [LAUNCHER, "stdio", "--socket", STATE + "/agent.sock"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": FOLDER, "COUNTERGATE_BUILD": "never"}, **identity(AGENT),
    )
    try:
        shown = until(lambda: (lambda found: found if "S1" in found else "")(run(OPERATOR, "status", "--state", STATE)[1]), "status says S1", 30)
    finally:
        agent.stdin.close()
        agent.wait(60)
    line = next(line for line in shown.splitlines() if "S1" in line)
    print(f"ok: {OPERATOR} sees the proposal, and `status` says `{' '.join(line.split())}`")

    # Who may ask the daemon may check what it says, though its files are closed.
    home = os.path.join(FOLDER, "olga")
    os.mkdir(home, 0o700)
    os.chown(home, pwd.getpwnam(OPERATOR).pw_uid, -1)
    code, out, err = run(OPERATOR, "audit", "export", home + "/log.jsonl", "--state", STATE, "--json")
    assert code == 0, (out, err)
    code, out, err = run(OPERATOR, "audit", "verify", home + "/log.jsonl", "--key", json.loads(out)["key"])
    assert code == 0 and "good up to" in out, (code, out, err)
    code, out, err = run(OPERATOR, "doctor", "--state", STATE, "--config", config, "--json", home=home)
    said = {each["check"]: each for each in json.loads(out)["checks"] if each["check"] in ("state", "log", "approvers")}
    assert [each["state"] for each in said.values()] == ["note"] * 3 and "remove" not in json.dumps(said), said
    print(f"ok: {OPERATOR} exports the log and verifies it, and `doctor` finds no fault in what is closed to them")

    # The stop button alone stops the daemons of the account it is typed in, and this one is another's.
    code, out, err = run(OPERATOR, "freeze", "--reason", "incident 4711", home=home)
    assert code == 1 and "no daemon of this account runs" in err and "--state" in err, (code, out, err)
    code, out, err = run(OPERATOR, "status", "--state", STATE, "--json")
    assert json.loads(out)[0]["frozen"] == [], out
    code, out, err = run(OPERATOR, "freeze", "--reason", "incident 4711", "--state", STATE)
    assert code == 0 and "everything is frozen" in out, (code, out, err)
    code, out, err = run(OPERATOR, "status", "--state", STATE, "--json")
    assert json.loads(out)[0]["frozen"][0]["by"] == OPERATOR, out
    print(f"ok: {OPERATOR}'s freeze says that it stopped no daemon, and with --state stops this one")

    # A person's home is closed to the daemon's account: the public half is handed in.
    os.makedirs(FOLDER + "/home", 0o700)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", FOLDER + "/home/key"], check=True)
    with open(FOLDER + "/home/key.pub", encoding="utf-8") as key:
        code, out, err = run(OPERATOR, "approver", "add", "olga", "/dev/stdin", "--state", STATE, given=key)
    assert code != 0, "an operator enrolled the first key"
    with open(FOLDER + "/home/key.pub", encoding="utf-8") as key:
        code, out, err = run(NAME, "approver", "add", "olga", "/dev/stdin", "--state", STATE, given=key)
    assert code == 0, out + err
    print("ok: the first key is enrolled by the daemon's own account, and by no operator")

    everything = json.dumps([read, asked, view, shown, out, err])
    assert SECRET not in everything, "a secret shows"
finally:
    daemon.terminate()
    code = daemon.wait(60)
assert str(code if code >= 0 else 128 - code) in ["0"] + unit()["SuccessExitStatus"], code
print(f"ok: SIGTERM ends it with {code if code >= 0 else 128 - code}, which the unit takes for success")

install("--uninstall")
assert not os.path.exists(UNIT) and os.path.exists(STATE + "/store.db") and os.path.exists(ETC + "/tools.yaml")
print("ok: `--uninstall` removes the unit, and keeps the log and the catalogue")
