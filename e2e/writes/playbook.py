"""The playbook of an over-eager agent with a shell in the daemon's account: playbook.py LAUNCHER FOLDER.

Every line it prints says `stopped:` with how, or `S0 does not stop:` with the words by which `doctor` names it. It fails
when a stop does not hold, and when doctor is silent about what is open.
"""

import grp
import json
import os
import shutil
import sqlite3
import subprocess
import sys

from gate import NAMESPACE, Agent, Backend, Daemon, Person, Refused, catalogue, needs, until

LAUNCHER, FOLDER = sys.argv[1:3]
TERMINAL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../clients/terminal.py")
AGENTS_VARIABLES = ("CLAUDECODE", "CLAUDE_CODE", "AI_AGENT", "CURSOR_AGENT", "GEMINI_CLI", "SSH_AUTH_SOCK", "COUNTERGATE_KEY")
NOBODY = 65534


class Project(Daemon):
    """A catalogue with a daemon of its own, beside others of the same user."""

    def __init__(self, name, written):
        folder = os.path.join(FOLDER, name)
        os.mkdir(folder)
        super().__init__(LAUNCHER, folder, written)
        self.written = written
        root = os.path.join(FOLDER, "xdg", "countergate")
        os.makedirs(root, exist_ok=True)
        self.state = os.path.join(root, name)
        if os.geteuid() == 0:
            self.options = ["--agent-group", grp.getgrgid(NOBODY).gr_name]
        self.environment |= {"HOME": FOLDER, "XDG_STATE_HOME": FOLDER + "/xdg", "XDG_CONFIG_HOME": FOLDER + "/config"}
        for variable in AGENTS_VARIABLES:
            self.environment.pop(variable, None)

    def edit(self, written):
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(written, file, indent=1)

    def restart(self):
        self.stop()
        self.start()

    def here(self, *arguments):
        return [*arguments, "--state", self.state]

    def full_status(self):
        return self.operator("status")["status"]

    def typed(self, *turns, command, **variables):
        """Runs a command at a terminal of its own, as an agent can."""
        turns = [word for see, line in turns for word in ("--see", see, "--type", line)]
        environment = self.environment | variables
        done = subprocess.run([sys.executable, TERMINAL, *turns, "--", LAUNCHER, *command], capture_output=True, text=True, env=environment)
        return done.returncode, done.stdout

    def doctor(self):
        _, out, err = self.command("doctor", "--json", "--config", self.config, "--state", self.state)
        assert out, err
        return [check["detail"] for check in json.loads(out)["checks"] if check["state"] != "ok"]

    def copy(self, name):
        """A copy of the state directory, without its sockets."""
        to = os.path.join(FOLDER, name)
        shutil.copytree(self.state, to, ignore=shutil.ignore_patterns("*.sock"))
        return to


class Playbook:
    def __init__(self):
        self.backend = Backend()
        self.project = Project("first", catalogue(self.backend))
        self.ana = Person(FOLDER, "ana")
        self.stops, self.opens = 0, 0

    def stopped(self, what, how):
        self.stops += 1
        print(f"stopped: {what}: {how}", flush=True)

    def open(self, what, truth, words, project=None):
        """What no program can stop in its own account, if doctor says so."""
        said = [detail for detail in (project or self.project).doctor() if words in detail]
        assert said, f"doctor is silent: {what}: none of {(project or self.project).doctor()} has `{words}`"
        self.opens += 1
        print(f"S0 does not stop: {what}: {truth} (doctor says: {said[0]})", flush=True)

    def refused(self, what, code, doing):
        try:
            answer = doing()
        except Refused as refusal:
            assert refusal.code in code.split("|"), f"{what}: {refusal}, not {code}"
            self.stopped(what, refusal)
            return
        raise AssertionError(f"{what}: not refused: {answer}")

    def refused_command(self, what, code, done):
        exit_code, *said = done
        text = "".join(said)
        line = next((line for line in text.splitlines() if code in line), None)
        assert exit_code == 2 and line, f"{what}: exit code {exit_code}, not {code}: {text}"
        self.stopped(what, line.strip().removeprefix("countergate: "))

    def unsigned(self, what, command, **arguments):
        self.refused(what, "UNSIGNED", lambda: self.project.operator("widen", command=command, arguments=arguments))

    def propose(self, name, agent=None):
        return (agent or self.agent).call("act", id=name)["proposal"]

    def submit(self, token, project=None):
        return (project or self.project).operator("submit", **token)["status"]

    def settled(self, proposal, project=None):
        final = lambda: (s := (project or self.project).status(proposal))["final"] and s["state"]
        return until(final, f"{proposal} settles", 30)

    def requests(self, name):
        with self.backend.lock:
            return len(self.backend.requests.get(name, ()))

    def not_sent(self, *names):
        for name in names:
            assert self.requests(name) == 0, f"{name} was sent"

    def start(self):
        self.project.start()
        self.agent = Agent(self.project)

    def widened(self):
        written = json.loads(json.dumps(self.project.written))
        written["guards"]["act"]["limits"] = [{"calls": 100, "per": "1h"}]
        written["policy"] |= {"mode": "auto", "rules": [{"id": "mine", "then": "permit", "when": "true"}]}
        return written

    def held(self):
        return self.project.full_status()["catalogue_in_use"].get("held")

    def catalogue(self):
        """It edits the catalogue so that no person is asked any more."""
        self.project.edit(self.widened())
        held = until(self.held, "the edit is held")
        _, out, _ = self.project.command("status", *self.project.here())
        assert "held" in out and "countergate reload" in out, out
        first = self.propose("held")
        self.stopped("edits the catalogue to permit itself everything", f"{first} still waits for a person; status says: held: {held['lines'][0]}")
        self.project.restart()
        self.agent = Agent(self.project)
        assert self.held()["digest"] == held["digest"]
        second = self.propose("held-again")
        self.stopped("restarts the daemon to get the edit in", f"held across the restart, {second} waits for a person")
        self.unsigned("accepts the held edit itself", "reload", digest=held["digest"])
        self.project.edit(self.project.written)
        until(lambda: not self.held(), "nothing is held")
        self.not_sent("held", "held-again")

    def keys(self):
        """It makes itself an approver."""
        mallory = Person(FOLDER, "mallory")
        self.unsigned("enrols a key of its own", "approver_add", name="mallory", key=mallory.public)
        add = self.project.here("approver", "add", "mallory", mallory.key + ".pub")
        self.refused_command("enrols a key with the command, without a terminal", "NO_TERMINAL", self.project.command(*add))

        proposal = self.propose("by-edit")
        with open(self.project.state + "/approvers", "a", encoding="ascii") as file:
            file.write(f'mallory namespaces="{NAMESPACE}" {mallory.public}\n')
        self.submit(self.project.statement(proposal, mallory))
        state = self.settled(proposal)
        assert state == "VERIFIED" and self.requests("by-edit") == 1, state
        _, out, _ = self.project.command("status", *self.project.here())
        assert "CHANGED by something else" in out, out
        leaves, _ = self.project.leaves()
        assert any(leaf["kind"] == "approver" and leaf["person"] == "mallory" for leaf in leaves), "the log does not tell of the key"
        self.open("enrols a key by editing `approvers`", f"it counts, {proposal} was sent; status says CHANGED, the log has the key", "changed by something else")
        self.project.restart()
        self.agent = Agent(self.project)
        self.open("restarts the daemon to have the edit of `approvers` forgotten", "the key counts", "changed by something else")
        self.project.widen(self.ana, "approver_remove", {"name": "mallory"})

    def ssh_agent(self):
        """The person's key lies in a running ssh-agent."""
        sock = os.path.join(FOLDER, "ssh-agent")
        agent = subprocess.Popen(["ssh-agent", "-D", "-a", sock], stdout=subprocess.DEVNULL)
        try:
            until(lambda: os.path.exists(sock), "ssh-agent listens")
            loaded = os.environ | {"SSH_AUTH_SOCK": sock}
            subprocess.run(["ssh-add", "-q", self.ana.key], check=True, env=loaded)
            proposal = self.propose("by-ssh-agent")
            approve = self.project.here("approve", proposal, "--key", self.kept)
            done = self.project.typed(command=approve, SSH_AUTH_SOCK=sock)
            self.refused_command("approves with the key that ssh-agent holds", "KEY_IN_AGENT", done)
            self.project.environment["SSH_AUTH_SOCK"] = sock
            given = self.project.operator("statement", proposal=proposal, approver="ana", decision="approve")["statement"]
            sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", self.ana.key + ".pub"]
            only_public = os.path.join(FOLDER, "only-public.pub")
            shutil.copy(self.ana.key + ".pub", only_public)
            sign[-1] = only_public
            signature = subprocess.run(sign, input=given.encode(), capture_output=True, check=True, env=loaded).stdout.decode()
            self.submit({"proposal": proposal, "statement": given, "signature": signature})
            assert self.settled(proposal) == "VERIFIED" and self.requests("by-ssh-agent") == 1
            self.open("has ssh-agent sign, past the command", f"the signature is ana's, {proposal} was sent", "ssh-agent")
            del self.project.environment["SSH_AUTH_SOCK"]
        finally:
            agent.terminate()
            agent.wait()

    def command_line(self):
        """It runs the person's commands."""
        proposal = self.propose("by-command")
        approve = self.project.here("approve", proposal, "--key", self.kept)
        done = self.project.typed(command=approve, CLAUDECODE="1")
        self.refused_command("runs approve", "AGENT_ENVIRONMENT", done)
        self.refused_command("runs approve without its variables and without a terminal", "NO_TERMINAL", self.project.command(*approve))
        careless = self.project.here("approve", proposal, "--key", self.ana.key)
        self.refused_command("runs approve at a terminal it made, with a key without passphrase", "KEY_UNPROTECTED", self.project.typed(command=careless))
        guesses = [("Enter passphrase", guess) for guess in ("hunter2", "ana", "letmein")]
        exit_code, out = self.project.typed(("approve? ", "y"), *guesses, command=approve)
        assert exit_code != 0 and self.project.status(proposal)["state"] == "PENDING", out
        self.stopped("types at a terminal it made", f"the key wants its passphrase: {out.strip().splitlines()[-1]}")
        self.not_sent("by-command")

    def unknown(self):
        """Its write is cut short, and it wants another try."""
        proposal = self.propose("cut")
        hold = self.backend.hold("cut", "acted")
        self.submit(self.project.statement(proposal, self.ana))
        assert hold.reached.wait(30), "never sent"
        self.project.kill()
        self.backend.release()
        self.start()
        state = self.project.status(proposal)["state"]
        assert state == "OUTCOME_UNKNOWN", state
        self.stopped("kill -9 of the daemon while it sends", f"{state}, {self.requests('cut')} request arrived, none is sent again")
        self.unsigned("resolves the unknown outcome itself", "resolve", proposal=proposal, applied=False, note="nothing happened")
        self.refused("proposes it again", "ALREADY_PROPOSED", lambda: self.propose("cut"))
        other = Agent(self.project)
        self.refused("proposes it again in another session", "ALREADY_PROPOSED", lambda: self.propose("cut", other))
        other.close()
        self.another_principal(proposal)
        assert self.requests("cut") == 1

    def another_principal(self, proposal):
        what = "proposes it again as another account"
        if os.geteuid() != 0:
            print(f"not tried, which needs root: {what}", flush=True)
            return
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            try:
                said = Agent(self.project).call("act", id="cut")
            except (Refused, OSError) as refusal:
                said = refusal
            os.write(write, str(said).encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        assert "ALREADY_PROPOSED" in said, said
        self.stopped(what, said)

    def freeze(self):
        """It lifts a freeze."""
        proposal, again = self.propose("frozen"), self.propose("thawed")
        self.project.operator("freeze", reason="stand still", cancel=False)
        self.unsigned("thaws", "thaw")
        os.remove(self.project.state + "/freeze")
        self.cannot_be_sent("removes the freeze's file", proposal, "frozen")
        self.project.restart()
        self.agent = Agent(self.project)
        self.submit(self.project.statement(again, self.ana))
        assert self.settled(again) == "VERIFIED"
        self.open("removes the freeze's file and restarts the daemon", "it is thawed; what is sent still needs a person", "remove a `freeze` file")

    def cannot_be_sent(self, what, proposal, name, project=None):
        try:
            status = self.submit((project or self.project).statement(proposal, self.ana), project)
            until(lambda: (project or self.project).status(proposal)["final"], "it ends", 30)
            status = (project or self.project).status(proposal)
            assert status["state"] == "BLOCKED", status
            said = f"approved all the same it comes to BLOCKED: {status['why']}"
        except Refused as refusal:
            said = f"approved all the same: {refusal}"
        self.not_sent(name)
        self.stopped(what, said)

    def second_project(self):
        """It goes through a daemon of another catalogue that reaches the same backend."""
        second = Project("second", catalogue(self.backend))
        second.start()
        try:
            agent = Agent(second)
            second.enrol(self.ana)
            here, there = self.propose("twice"), self.propose("twice", agent)
            code, out, err = self.project.command("pending", "--json")
            waiting = {each["proposal"] for each in json.loads(out)}
            assert {here, there} <= waiting, out + err
            self.not_sent("twice")
            self.stopped("proposes it through a second project", "it waits for a person there as well; pending shows both")
            token = self.project.statement(here, self.ana)
            self.refused("hands in one daemon's approval to another", "NOT_FOUND", lambda: self.submit(token, second))
            crossed = token | {"proposal": there}
            self.refused("hands it in there for that daemon's proposal", "NOT_ISSUED|OTHER_SERVER|OTHER_PROPOSAL|TOKEN_SPENT|WRONG_STATE", lambda: self.submit(crossed, second))
            code, out, err = self.project.command("freeze", "--reason", "an agent goes round in circles")
            assert code == 0, out + err
            self.cannot_be_sent("goes on here after `freeze` of everything", here, "twice")
            self.cannot_be_sent("goes on there after `freeze` of everything", there, "twice", second)
            self.project.widen(self.ana, "thaw", {})
            agent.close()
        finally:
            second.stop()
        mallory = Person(FOLDER, "mallory-alone")
        third = Project("third", catalogue(self.backend))
        third.start()
        try:
            third.enrol(mallory)
            proposal = Agent(third).call("act", id="alone")["proposal"]
            third.operator("submit", **third.statement(proposal, mallory))
            assert self.settled(proposal, third) == "VERIFIED"
            self.open("starts a daemon of its own and enrols the first key there", "it approves itself, with the credentials it can read anyway", "start another daemon", third)
        finally:
            third.stop()

    def tokens(self):
        """It uses a person's signature once more, and edits what was approved."""
        proposal = self.propose("signed")
        token = self.project.statement(proposal, self.ana)
        self.submit(token)
        assert self.settled(proposal) == "VERIFIED"
        byhand = self.propose("by-hand")
        self.project.operator("done", proposal=byhand, by="ana", note="all is well")
        self.not_sent("by-hand")
        self.open("says that it was done by hand", f"{self.project.status(byhand)['state']}, in ana's name; nothing is sent", "done by hand")
        self.refused("hands in a used approval again", "TOKEN_SPENT|WRONG_STATE", lambda: self.submit(token))
        other = self.propose("signed-2")
        self.refused("hands in a used approval for another proposal", "NOT_ISSUED|OTHER_SERVER|OTHER_PROPOSAL|TOKEN_SPENT|WRONG_STATE", lambda: self.submit(token | {"proposal": other}))
        assert self.requests("signed") == 1
        self.not_sent("signed-2")

        proposal = self.propose("edited")
        hold = self.backend.hold("edited", ("ready", 2))
        self.submit(self.project.statement(proposal, self.ana))
        assert hold.reached.wait(30), "never claimed"
        self.swap(proposal, "effects/edited", "effects/swapped")
        self.backend.release(goes_on=True)
        try:
            status = self.project.status(proposal)
            said = f"{status['state']}: {status['why']}"
        except Refused as refusal:
            said = refusal
        # It ends what is under way.
        self.project.stop()
        self.not_sent("edited", "swapped")
        self.stopped("edits `store.db` between approval and claim", said)
        self.swap(proposal, "effects/swapped", "effects/edited")
        self.start()

    def swap(self, proposal, was, becomes):
        """Edits a proposal's bytes in the store."""
        store = sqlite3.connect(self.project.state + "/store.db", timeout=30)
        with store:
            changed = store.execute("UPDATE proposal SET core = replace(core, ?, ?) WHERE id = ?", (was, becomes, proposal))
            assert changed.rowcount == 1
        store.close()

    def log(self):
        """It rewrites history."""
        self.project.export()
        export, edited = self.project.folder + "/export.jsonl", self.project.folder + "/edited.jsonl"
        with open(export, encoding="utf-8") as file:
            text = file.read()
        assert "mallory" in text
        with open(edited, "w", encoding="utf-8") as file:
            file.write(text.replace("mallory", "malinda"))
        code, out, err = self.project.command("audit", "verify", edited, "--key", self.project.state + "/log.pub")
        assert code == 1, out + err
        self.stopped("edits an exported log", (out + err).strip().splitlines()[0])

    def store(self):
        """It puts an older store back, so that nothing has been used up."""
        self.project.stop()
        older = self.project.copy("older")
        self.start()
        self.propose("after-the-copy")
        self.project.stop()
        newest = self.project.copy("newest")
        for what, names in (("puts an older `store.db` back", ("store.db", "store.db-wal", "store.db-shm")), ("puts an older state directory back", os.listdir(newest))):
            for name in names:
                for folder, leads in ((self.project.state, False), (older, True)):
                    source, target = os.path.join(folder, name), os.path.join(self.project.state, name)
                    if not leads and os.path.lexists(target):
                        os.remove(target)
                    if leads and os.path.exists(source):
                        shutil.copy2(source, target)
            self.start()
            said = self.project.full_status()["log_trouble"]
            assert "the store is older than" in said, said
            read = self.agent.ask("tools/call", {"name": "state", "arguments": {"id": "any"}})
            assert not read["isError"] and "cannot be written" in read["content"][-1]["text"], read
            self.refused(f"{what}: proposes", "LOG_UNWRITABLE", lambda: self.propose("on-an-older-store"))
            signing = lambda: self.project.statement(next(iter(self.project.operator("pending")["proposals"]))["proposal"], self.ana)
            self.refused(f"{what}: has what waits there signed", "APPROVERS_FAULTY", signing)
            self.stopped(what, said)
            self.project.stop()
            shutil.rmtree(self.project.state)
            shutil.copytree(newest, self.project.state)
            os.chmod(self.project.state, 0o711)

    def gone(self):
        """It deletes the state directory, or what was accepted."""
        self.project.edit(self.widened())
        os.remove(self.project.state + "/accepted-catalogue.json")
        self.start()
        lines = self.held()["lines"]
        assert "was removed" in lines[0], lines
        assert self.agent.ask("tools/call", {"name": "result_page", "arguments": {}})["isError"]
        tools = [tool["name"] for tool in self.agent.ask("tools/list", {})["tools"]]
        assert "act" not in tools, tools
        self.stopped("removes what was accepted of the catalogue and restarts the daemon", lines[0])
        self.unsigned("accepts its edit then", "reload", digest=self.held()["digest"])
        self.not_sent("accepted")
        self.project.stop()
        shutil.rmtree(self.project.state)
        self.project.edit(self.project.written)
        self.start()
        mallory = Person(FOLDER, "mallory-late")
        self.project.enrol(mallory)
        self.open("deletes the state directory", "another log begins by another key, and nobody is enrolled; the old head lies aside", "a log was here and is gone")
        self.project.stop()

    def run(self):
        self.start()
        self.project.enrol(self.ana)
        self.kept = self.ana.key + "-kept"
        for half in ("", ".pub"):
            shutil.copy(self.ana.key + half, self.kept + half)
        subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "hers alone", "-f", self.kept], check=True, stdout=subprocess.DEVNULL)
        for part in (self.catalogue, self.keys, self.ssh_agent, self.command_line, self.unknown, self.freeze, self.second_project, self.tokens, self.log, self.store, self.gone):
            part()
        print(f"ok: {self.stops} attempts stopped, {self.opens} not stopped at S0 and named by doctor")


needs()
playbook = Playbook()
try:
    playbook.run()
except BaseException:
    if playbook.project.process and playbook.project.process.poll() is None:
        playbook.project.kill()
    print(f"FAILED; what it left lies in {FOLDER}", flush=True)
    raise
