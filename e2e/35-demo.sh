#!/usr/bin/env bash
# The demo as a newcomer runs it, with a home folder that holds nothing: unattended, approved at a terminal of 80 columns by
# what it asks for, left open, broken off, and killed. Nothing of it is ever left. ALL=1 breaks it off and kills it at more
# places, and has it rejected, too, which a test of the command does.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
for tool in python3 ssh-keygen; do command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool"; exit 77; }; done
"$root/countergate" --version >/dev/null
work=$(mktemp -d /tmp/cg-e2e.XXXXXX)
running() { ps -A -o args | grep -F "$work/tmp/cg-demo" | grep -v grep || :; }
clean_up() {
    # What cleans up behind a demo needs its folder until its daemon has ended.
    for _ in $(seq 300); do [ -z "$(running)" ] || sleep 0.1; done
    rm -rf "$work"
}
trap clean_up EXIT
mkdir "$work/home" "$work/tmp"
said=$work/said

fail() { echo "FAILED: $1"; sed 's/^/    /' "$said"; exit 1; }
says() { for text in "$@"; do grep -qF -- "$text" "$said" || fail "it does not say: $text"; done; }
says_not() { for text in "$@"; do ! grep -qF -- "$text" "$said" || fail "it says: $text"; done; }
demo() { env -i PATH="$PATH" TERM=xterm HOME="$work/home" TMPDIR="$work/tmp" "$@"; }
# A person at a terminal who types what stands after each text; the exit code is the demo's.
person() { demo python3 "$root/e2e/clients/terminal.py" "$@" -- sh -c 'stty cols 80; exec "$0" demo' "$root/countergate" >"$said"; }
ended_with() { [ "$1" = "$2" ] || fail "exit code $1 instead of $2"; }
nothing_left() {
    for _ in $(seq 300); do
        left=$(find "$work/home" "$work/tmp" -mindepth 1; running)
        [ -n "$left" ] || return 0
        sleep 0.1
    done
    fail "something is left: $left"
}

began=$(date +%s)
demo "$root/countergate" demo --yes </dev/null >"$said" 2>&1 || fail "exit code $?"
says SIMULATED 'agent> error_ratio' PRECONDITION_FAILED 'APPROVAL_REQUIRED: nothing was sent' 'ssh-keygen -Y sign' VERIFIED \
    'good: ' 'received 1 call, the machines 0 commands' 'is removed'
says_not "$(printf '\033')"
nothing_left
echo "ok: unattended from the alert to the verified change in $(($(date +%s) - began)) s, leaving no process and no file"

code=0
began=$(date +%s)
person --see 'to approve, type' --type prod --see passphrase --type simulated || code=$?
ended_with $code 0
says 'countergate approve' '{"version":"v2.4.0"}' 'VERIFIED: it was sent and the effect was seen' 'received 1 call' \
    "$(printf '\033[32mVERIFIED')"
shown=$(sed -n 's/^ *\x1b\[1m\$ countergate approve \([0-9a-f]*\).*/\1/p' "$said")
grep -q "^code: $shown" "$said" || fail 'the code that was announced is not the one of what was shown'
sed 's/\x1b\[[0-9]*m//g' "$said" | grep -qE '.{81}' && fail 'a line is wider than 80 columns'
nothing_left
echo "ok: approved at a terminal, its code compared, in $(($(date +%s) - began)) s"

if [ -n "${ALL-}" ]; then
    code=0
    person --see 'to approve, type' --type r --see passphrase --type simulated || code=$?
    ended_with $code 2
    says 'REJECTED: rejected by you' 'You said no: nothing was sent' 'received 0 calls'
    nothing_left
fi
code=0
person --see 'to approve, type' --type no || code=$?
ended_with $code 1
says 'You left it open: nothing was sent' 'received 0 calls'
nothing_left
echo 'ok: left open it ends with 1, and says that nothing was sent'

places=('agent> tail_logs')
[ -z "${ALL-}" ] || places+=('An agent connects' 'to approve, type')
for at in "${places[@]}"; do
    code=0
    person --see "$at" --type "$(printf '\003')" || code=$?
    ended_with $code 130
    says_not VERIFIED: 'is removed'
    nothing_left
done
echo 'ok: Ctrl-C ends it anywhere, and nothing is left'

for after in ${ALL:+1 3} 5 8; do
    demo "$root/countergate" demo --yes </dev/null >"$said" 2>&1 &
    demo=$!
    sleep "$after"
    kill -KILL "$demo" 2>/dev/null || :
    wait "$demo" 2>/dev/null || :
    nothing_left
done
echo 'ok: killed halfway, its daemon is stopped and its folder removed all the same'

code=0
demo setsid -w "$root/countergate" demo </dev/null >"$said" 2>&1 || code=$?
ended_with $code 2
says 'countergate demo --yes'
code=0
demo env PATH="$work/tmp" "$root/countergate" demo --yes </dev/null >"$said" 2>&1 || code=$?
[ $code != 0 ] || fail 'it runs without ssh-keygen'
nothing_left
echo 'ok: without a terminal, or without ssh-keygen, it begins nothing'
