#!/usr/bin/env bash
# Clients that are not ours, over Streamable HTTP and over SSE: both generations of the official client, the Inspector, Claude
# Code and opencode. 2,000 connections that never finish a request, and the person on call is answered all the while. A call in
# flight at SIGTERM is answered.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-http.XXXXXX)
STATE=$work/state
daemon=
clean_up() {
    [ -z "$daemon" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null || :; }
    rm -rf "$work"
}
trap clean_up EXIT
"$root/countergate" --version >/dev/null
export STATE WORK=$work HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg DISABLE_AUTOUPDATER=1
unset CLAUDECODE AI_AGENT
made=$(env -u CLAUDECODE "$root/countergate" token add ci --person ana --json)
read -r TOKEN SHA256 < <(node -e 'const { token, sha256 } = JSON.parse(process.argv[1]); console.log(token, sha256)' "$made")
BACKEND=$work/backend.port
export TOKEN BACKEND

# What the catalogue's one backend is: it says which item was asked for, after as long as it is asked to take.
node -e '
const http = require("node:http");
const server = http.createServer((request, response) => {
    const url = new URL(request.url, "http://backend");
    setTimeout(() => response.end(JSON.stringify({ item: url.pathname.slice(7) })), Number(url.searchParams.get("ms") ?? 0));
});
server.listen(0, "127.0.0.1", () => require("node:fs").writeFileSync(process.env.BACKEND, String(server.address().port)));
process.stdin.on("end", () => process.exit(0)).resume();
' < <(while kill -0 $$ 2>/dev/null; do sleep 1; done) &
for _ in $(seq 100); do [ -s "$BACKEND" ] && break; sleep 0.1; done
cat >"$work/tools.yaml" <<CATALOGUE
tools:
  - name: item
    description: An item, after a while.
    params: [{name: id, required: true}, {name: ms, type: integer, default: 0}]
    url: "http://127.0.0.1:$(cat "$BACKEND")/items/{id}?ms={ms}"
  - name: put_item
    description: Changes an item.
    method: PUT
    params: [{name: id, required: true}]
    url: "http://127.0.0.1:$(cat "$BACKEND")/items/{id}"
principals:
  - person: ana
    tokens: [{name: ci, sha256: "$SHA256"}]
CATALOGUE
"$root/countergate" serve --config "$work/tools.yaml" --state "$STATE" --http 127.0.0.1:0 2>"$work/daemon.log" &
daemon=$!
for _ in $(seq 300); do
    ADDRESS=$("$root/countergate" status --state "$STATE" --json 2>/dev/null | node -e '
        let text = ""; process.stdin.on("data", (more) => (text += more)).on("end", () => console.log(JSON.parse(text || "[]")[0]?.http?.address ?? ""))') || :
    [ -n "$ADDRESS" ] && break
    kill -0 "$daemon" 2>/dev/null || { cat "$work/daemon.log"; exit 1; }
done
export ADDRESS DAEMON=$daemon

fail() {
    printf 'FAILED: %s\n' "$*"
    tail -n 20 "$work/daemon.log"
    exit 1
}

for path in mcp:http sse:sse; do
    inspect() { mcp-inspector --cli "http://$ADDRESS/${path%:*}" --transport "${path#*:}" --header "Authorization: Bearer $TOKEN" "$@" 2>&1; }
    found=$(inspect --method tools/list) && [[ $found == *'"item"'* ]] || fail "the Inspector lists nothing over ${path#*:}: $found"
    found=$(inspect --method tools/call --tool-name item --tool-arg id=seven) && [[ $found == *seven* ]] ||
        fail "the Inspector calls nothing over ${path#*:}: $found"
    echo "ok: the Inspector lists and calls over ${path#*:}"
done

mkdir "$work/project"
claude_clean() { (cd "$work/project" && env -i HOME="$work" PATH="$PATH" TERM=dumb DISABLE_AUTOUPDATER=1 \
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 claude "$@" </dev/null); }
claude_clean mcp add --transport http gate-http "http://$ADDRESS/mcp" --header "Authorization: Bearer $TOKEN" >/dev/null
claude_clean mcp add --transport sse gate-sse "http://$ADDRESS/sse" --header "Authorization: Bearer $TOKEN" >/dev/null
claude_clean mcp add --transport http stranger "http://$ADDRESS/mcp" --header 'Authorization: Bearer cgt_0' >/dev/null
listed=$(claude_clean mcp list 2>&1)
[ "$(grep -c 'gate-.*Connected' <<<"$listed")" = 2 ] || fail "Claude Code: $listed"
! grep -q 'stranger.*Connected' <<<"$listed" || fail "Claude Code is let in without a token: $listed"
echo 'ok: Claude Code shows it connected over HTTP and over SSE, and not with another token'

remote() { printf '{"type": "remote", "url": "http://%s/%s", "oauth": false, "headers": {"Authorization": "Bearer %s"}}' "$ADDRESS" "$1" "$2"; }
cat >"$work/project/opencode.json" <<JSON
{"mcp": {"gate-http": $(remote mcp "$TOKEN"), "gate-sse": $(remote sse "$TOKEN"), "stranger": $(remote mcp cgt_0),
  "gate-stdio": {"type": "local", "command": ["$root/countergate", "stdio", "--config", "$work/tools.yaml", "--state", "$STATE"]}}}
JSON
listed=$(cd "$work/project" && env -i HOME="$work" PATH="$PATH" TERM=dumb timeout 120 opencode mcp list </dev/null 2>&1) || :
[ "$(grep -cE 'gate-(http|sse|stdio).*connected' <<<"$listed")" = 3 ] || fail "opencode: $listed"
! grep -q 'stranger.*connected' <<<"$listed" || fail "opencode is let in without a token: $listed"
echo 'ok: opencode shows it connected over HTTP, SSE and stdio, and not with another token'

node "$root/e2e/clients/http.mjs"
ended=0
wait "$daemon" || ended=$?
daemon=
[ "$ended" = 143 ] || fail "the daemon ended with $ended, not as one that was asked to"
