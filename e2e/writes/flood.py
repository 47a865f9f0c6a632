"""Agents flood their socket with what costs the store most while a person asks for the inbox: flood.py LAUNCHER FOLDER.

200 connections list, propose, withdraw and read as fast as they are answered, three kinds at a time; `pending` is asked
for on the operators' socket all the while, and must be answered within 200 ms for 99 of 100."""

import json
import socket
import sys
import threading
import time

from gate import Backend, Daemon, Person, catalogue

LAUNCHER, FOLDER = sys.argv[1:3]
AGENTS, QUESTIONS, LIMIT = 200, 300, 0.2


def line(number, tool, arguments):
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}) + "\n"


class Flood:
    def __init__(self, daemon):
        self.daemon, self.over, self.answered, self.failed = daemon, False, 0, []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.agent, args=(number,), daemon=True) for number in range(AGENTS)]
        for thread in self.threads:
            thread.start()

    def agent(self, number):
        try:
            with socket.socket(socket.AF_UNIX) as plane:
                plane.settimeout(120)
                plane.connect(self.daemon.state + "/agent.sock")
                file = plane.makefile(encoding="utf-8")
                hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "flood", "version": "1"}}
                plane.sendall((json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}) + "\n").encode())
                file.readline()
                turn = 0
                while not self.over:
                    turn += 1
                    calls = [line(turn * 100 + each, "proposal_list", {}) for each in range(8)]
                    if number % 4 == 0:
                        calls.append(line(turn * 100 + 8, "act", {"id": f"flood-{number}-{turn}"}))
                    if number % 4 == 1:
                        calls.append(line(turn * 100 + 9, "state", {"id": "any"}))
                    plane.sendall("".join(calls).encode())
                    for _ in calls:
                        if not file.readline():
                            raise ConnectionResetError("closed")
                    with self.lock:
                        self.answered += len(calls)
        except Exception as failure:
            if not self.over:
                self.failed.append(failure)


backend = Backend()
written = catalogue(backend)
written["policy"]["max_open_proposals"] = 50
daemon = Daemon(LAUNCHER, FOLDER, written)
daemon.start()
try:
    daemon.enrol(Person(FOLDER, "ana"))
    flood = Flood(daemon)
    while flood.answered < AGENTS * 10 and not flood.failed:
        time.sleep(0.05)
    began, before, took = time.monotonic(), flood.answered, []
    for _ in range(QUESTIONS):
        asked = time.monotonic()
        waiting = daemon.operator("pending")["proposals"]
        took.append(time.monotonic() - asked)
    rate = (flood.answered - before) / (time.monotonic() - began)
    flood.over = True
    took.sort()
    assert not flood.failed, flood.failed[:3]
    assert waiting, "nothing was proposed"
    p99 = took[QUESTIONS * 99 // 100]
    print(f"pending, {len(waiting)} open, beside {AGENTS} agents with {rate:,.0f} calls/s: p50 {took[QUESTIONS // 2] * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, max {took[-1] * 1000:.0f} ms")
    assert p99 < LIMIT, f"p99 is {p99 * 1000:.0f} ms, not under {LIMIT * 1000:.0f}"
finally:
    daemon.kill()
