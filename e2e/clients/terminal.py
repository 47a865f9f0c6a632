"""Runs a command at a terminal of its own and types for a person: terminal.py [--see TEXT --type LINE]... -- COMMAND...

Waits for each TEXT after the one before, types its LINE, then lets the command come to its end. Prints what the terminal
showed; exits as the command did, 124 when a TEXT never came.
"""

import os
import pty
import select
import sys
import time

PATIENCE_SECONDS = 120

split = sys.argv.index("--")
words, command = sys.argv[1:split], sys.argv[split + 1 :]
turns = list(zip(words[1::4], words[3::4]))
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
seen, at, end = "", 0, time.monotonic() + PATIENCE_SECONDS
while time.monotonic() < end:
    if turns and (found := seen.find(turns[0][0], at)) >= 0:
        at = found + len(turns[0][0])
        os.write(terminal, (turns.pop(0)[1] + "\n").encode())
        continue
    if not select.select([terminal], [], [], 0.1)[0]:
        continue
    try:
        part = os.read(terminal, 65536)
    except OSError:
        part = b""  # Linux's way of saying that the other end is closed
    if not part:
        break
    seen += part.decode("utf-8", "replace").replace("\r\n", "\n")
else:
    os.kill(child, 9)
    turns = turns or [("its end", "")]
print(seen, end="")
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
if turns:
    print(f"never seen: {turns[0][0]}")
    code = 124
sys.exit(code if code >= 0 else 128 - code)
