"""Kills the daemon with SIGKILL at every boundary of a write's path and at random moments, starts it again, and holds what
it says against what arrived at the backend: killed.py LAUNCHER FOLDER KILLS [SEED].

Every kill hits several proposals at once: some stand exactly at a boundary, held there by the backend, by a key that has
not signed or by a person who has decided; others are being executed and are hit wherever they are, at a random moment or
as soon as a given leaf shows in the log.
"""

import os
import random
import sys
import threading
import time
from collections import Counter

from gate import EFFECT, NO_EFFECT, Agent, Backend, Daemon, Person, Refused, catalogue, check_log, needs, reachable, until

LAUNCHER, FOLDER, KILLS = sys.argv[1], sys.argv[2], int(sys.argv[3])
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else int(time.time())

# boundary: (where it is held, the state it is in when killed, what it becomes, how many effects there are in the end)
HELD = {
    "while its precondition is read again": (("ready", 2), "APPROVED", "EXPIRED", 0),
    "between claim and marker": (("state", 2), "CLAIMED", "FAILED", 0),
    "before the first byte": (None, "SENDING", "OUTCOME_UNKNOWN", 0),
    "request received, no effect yet": ("received", "SENDING", "OUTCOME_UNKNOWN", 0),
    "effect had, no answer": ("acted", "SENDING", "OUTCOME_UNKNOWN", 1),
    "within the answer": ("answering", "SENDING", "OUTCOME_UNKNOWN", 1),
    "silence asked for, not made": ("received", "SENDING", "FOUND_NOT_APPLIED", 0),
    "silence made, no answer": ("acted", "SENDING", "FOUND_APPLIED", 1),
    "before the first look": (("state", 3), "APPLIED", "VERIFIED", 1),
    "between two looks": (("state", 4), "APPLIED", "VERIFIED", 1),
}
# boundary: (what it becomes when nobody does anything, when its person goes on)
QUIET = {
    "proposed": ("PENDING", "VERIFIED"),
    "statement given out": ("PENDING", "VERIFIED"),
    "rejected": ("REJECTED", None),
    "withdrawn": ("WITHDRAWN", None),
    "verified": ("VERIFIED", None),
}
BOUNDARIES = [*HELD, *QUIET]
# Other tools than `act`.
TOOLS = {"before the first byte": "act_deaf", "silence asked for, not made": "hush", "silence made, no answer": "hush"}
LEAVES = ("approved", "intent", "sending", "result", "verification")
RACING = 2


class Written:
    """A proposal, what is expected of it, and what was seen of it last."""

    def __init__(self, name, boundary):
        self.name, self.boundary = name, boundary
        self.proposal = self.token = self.last = None


class Suite:
    def __init__(self):
        self.random = random.Random(SEED)
        self.backend = Backend()
        self.daemon = Daemon(LAUNCHER, FOLDER, catalogue(self.backend))
        self.person = Person(FOLDER, "ana")
        self.all, self.names, self.counts, self.fates, self.cut = [], {}, Counter(), Counter(), 0

    def propose(self, agent, boundary):
        written = Written(f"n{len(self.all)}", boundary)
        self.all.append(written)
        written.proposal = agent.call(TOOLS.get(boundary, "act"), id=written.name, _reason="it is asked for")["proposal"]
        self.names[written.name] = written.proposal
        return written

    def state(self, written):
        """Where it stands; never where it could not have come from where it was seen before."""
        state = self.daemon.status(written.proposal)["state"]
        if written.last:
            assert state in reachable(written.last), f"{written.name} ({written.boundary}) went from {written.last} to {state}"
        written.last = state
        return state

    def bring(self, agent, boundary):
        """Makes a proposal and brings it to the boundary."""
        written = self.propose(agent, boundary)
        if boundary in HELD:
            point, state = HELD[boundary][:2]
            hold = self.backend.hold(written.name, point) if point else None
            self.daemon.operator("submit", **self.daemon.statement(written.proposal, self.person))
            if hold:
                assert hold.reached.wait(60), f"never reached: {boundary}"
            until(lambda: self.state(written) == state, f"{state} {boundary}")
        elif boundary == "statement given out":
            written.token = self.daemon.statement(written.proposal, self.person)
        elif boundary == "rejected":
            self.daemon.operator("submit", **self.daemon.statement(written.proposal, self.person, "reject"))
        elif boundary == "withdrawn":
            agent.call("proposal_withdraw", proposal=written.proposal)
        elif boundary == "verified":
            self.daemon.operator("submit", **self.daemon.statement(written.proposal, self.person))
            until(lambda: self.state(written) == "VERIFIED", "VERIFIED")
        self.state(written)
        return written

    def kill_while_racing(self, racers):
        """Has all of them executed at once, and kills at a random moment or at a leaf."""
        leaf = self.random.choice((None, *LEAVES))
        _, start = self.daemon.leaves(max(0, self.leaf_count))
        ours = {written.proposal for written in racers}

        def submit(written):
            try:
                answered = self.daemon.operator("submit", **written.token)
                written.last = answered["status"]["state"]
            except (ConnectionError, FileNotFoundError, TimeoutError, ValueError):
                pass  # killed before it answered: what was accepted is not known here

        threads = [threading.Thread(target=submit, args=(written,)) for written in racers]
        for thread in threads:
            thread.start()
        if leaf is None:
            time.sleep(self.random.uniform(0, 0.6))
        else:
            end = time.monotonic() + 20
            while time.monotonic() < end:
                found, start = self.daemon.leaves(start)
                if any(each["kind"] == leaf and each.get("proposal") in ours for each in found):
                    break
        self.daemon.kill()
        for thread in threads:
            thread.join()
        return leaf or "any moment"

    def round(self, boundaries):
        with_agent = Agent(self.daemon)
        writtens = [self.bring(with_agent, boundary) for boundary in boundaries]
        racers = [self.propose(with_agent, "racing") for _ in range(RACING)]
        for written in racers:
            written.token = self.daemon.statement(written.proposal, self.person)
        _, self.leaf_count = self.daemon.leaves(self.leaf_count)
        where = self.kill_while_racing(racers)
        with_agent.close()
        self.backend.release()
        self.counts[f"racing, killed at {where}"] += len(racers)
        self.daemon.start()
        with_agent = Agent(self.daemon)
        for written in writtens:
            self.counts[written.boundary] += 1
            self.after_kill(with_agent, written)
        for written in racers:
            self.after_race(with_agent, written)
        with_agent.close()

    def after_kill(self, agent, written):
        boundary = written.boundary
        if boundary in QUIET:
            expected, later = QUIET[boundary]
            assert self.state(written) == expected, f"{boundary}: {written.last}, not {expected}"
            if later and self.random.random() < 0.3:  # some wait on, through kill after kill
                token = written.token or self.daemon.statement(written.proposal, self.person)
                self.daemon.operator("submit", **token)
                until(lambda: self.state(written) == later, f"{later} after {boundary}")
                written.boundary = "verified"
        else:
            expected, effects = HELD[boundary][2:]
            until(lambda: self.state(written) == expected, f"{expected} after {boundary}; it is {written.last}")
            assert len(self.backend.effects.get(written.name, ())) == effects, f"{boundary}: {self.backend.effects.get(written.name)}"
        self.honest(agent, written)

    def after_race(self, agent, written):
        state = until(lambda: (s := self.state(written)) not in ("APPROVED", "CLAIMED", "SENDING", "APPLIED") and s, "settled")
        self.fates[state] += 1
        if state == "PENDING":  # the kill came before the token was in: it still counts, once
            self.daemon.operator("submit", **written.token)
            until(lambda: self.state(written) == "VERIFIED", "VERIFIED by the token of before")
        else:
            try:
                self.daemon.operator("submit", **written.token)
                raise AssertionError(f"{written.name}: the token was taken a second time, in {state}")
            except Refused as refused:
                assert refused.code in ("WRONG_STATE", "TOKEN_SPENT"), refused
        self.honest(agent, written)

    def honest(self, agent, written):
        """What is told of it, to the agent too, is what the backend saw."""
        effects = len(self.backend.effects.get(written.name, ()))
        assert effects <= 1, f"{written.name} had {effects} effects"
        told = agent.call("proposal_status", proposal=written.proposal)
        assert told["state"] in reachable(written.last), (told, written.last)
        if told["state"] in EFFECT:
            assert effects == 1, f"{written.name} is told as {told['state']}, and nothing happened"
        if told["state"] in NO_EFFECT:
            assert effects == 0, f"{written.name} is told as {told['state']}, and it happened"
        if told["state"] == "OUTCOME_UNKNOWN":
            self.cut += 1
            assert told["outcome"] == "OUTCOME_UNKNOWN" and "verification" not in told, told
            assert "do not report success or failure" in told["next"], told
            try:
                again = agent.call(TOOLS.get(written.boundary, "act"), id=written.name)
                raise AssertionError(f"{written.name} is proposed again: {again}")
            except Refused as refused:
                assert refused.code == "ALREADY_PROPOSED" and written.proposal in str(refused), refused
            if self.random.random() < 0.3:
                arguments = {"proposal": written.proposal, "applied": effects == 1, "note": "looked"}
                self.daemon.widen(self.person, "resolve", arguments)
                assert self.state(written) == "RESOLVED_BY_HUMAN"

    def run(self):
        self.daemon.start()
        self.daemon.enrol(self.person)
        self.leaf_count = 0
        turn = []
        for kill in range(KILLS):
            while len(turn) < 3:
                turn += self.random.sample(BOUNDARIES, len(BOUNDARIES))
            self.round([turn.pop() for _ in range(3)])
            if kill % 50 == 49:
                self.check()
                print(f"  {kill + 1} kills, {len(self.all)} proposals, {sum(map(len, self.backend.effects.values()))} effects", flush=True)
        lives = self.check()
        self.daemon.stop()
        return lives

    def check(self):
        for written in self.all:
            self.state(written)
        leaves = self.daemon.export()
        lives = check_log(leaves, self.backend, self.names)
        missing = [written.name for written in self.all if written.proposal not in lives]
        assert not missing, f"lost: {missing}"
        for written in self.all:
            assert lives[written.proposal][-1][1] == written.last, f"{written.name}: {written.last}, the log ends with {lives[written.proposal]}"
        return lives


needs()
print(f"seed {SEED}", flush=True)
suite = Suite()
began = time.monotonic()
try:
    lives = suite.run()
except BaseException:
    if suite.daemon.process and suite.daemon.process.poll() is None:
        suite.daemon.kill()
    print(f"FAILED with seed {SEED}; the daemon's log is {os.path.join(FOLDER, 'daemon.log')}", flush=True)
    raise
for boundary, count in sorted(suite.counts.items()):
    print(f"  {count:5} {boundary}")
fates = ", ".join(f"{count} {state}" for state, count in suite.fates.most_common())
print(f"ok: what was hit while executed came to {fates}")
print(f"ok: {suite.cut} unknown outcomes told as unknown, none proposed again")
print(f"ok: the exported log is good, {sum(map(len, lives.values()))} leaves of {len(lives)} proposals in legal order")
effects = sum(map(len, suite.backend.effects.values()))
print(
    f"ok: {KILLS} kills, {len(suite.all)} proposals, {effects} effects by {suite.backend.arrivals} requests, at most one each; "
    f"{time.monotonic() - began:.0f} s, slowest start {suite.daemon.slowest:.1f} s"
)
