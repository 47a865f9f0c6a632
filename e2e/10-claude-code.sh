#!/usr/bin/env bash
# Claude Code from npm, with a clean home and no login, is told of the relay by `connect --write`, launches it and shows it
# connected, beside the server it had before.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-claude.XXXXXX)
clean_up() {
    "$root/countergate" stop --config "$work/tools.yaml" --state "$work/state" >/dev/null 2>&1 || :
    rm -rf "$work"
}
trap clean_up EXIT
mkdir "$work/home" "$work/project"
cat >"$work/tools.yaml" <<'CATALOGUE'
tools:
  - name: release_notes
    description: Notes of a release.
    url: "http://127.0.0.1:9/releases/{id}"
    params: [{name: id, type: string, required: true}]
CATALOGUE

claude_clean() { (cd "$work/project" && env -i HOME="$work/home" PATH="$PATH" TERM=dumb DISABLE_AUTOUPDATER=1 \
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 claude "$@" </dev/null); }

connect() { HOME=$work/home "$root/countergate" connect claude-code --config "$work/tools.yaml" --state "$work/state" "$@"; }

claude_clean --version
claude_clean mcp add --scope user other -- /bin/false
connect --write
written=$(cat "$work/home/.claude.json" "$work/home/.claude/settings.json")
connect --write >/dev/null
[ "$written" = "$(cat "$work/home/.claude.json" "$work/home/.claude/settings.json")" ] || {
    echo 'FAILED: written again it is not the same'
    exit 1
}
listed=$(claude_clean mcp list 2>&1)
echo "$listed"
case $listed in
*countergate*Connected*) echo 'ok: Claude Code shows it connected' ;;
*)
    echo 'FAILED: Claude Code does not show it connected; the end of the daemon'"'"'s log:'
    tail -n 20 "$work/state/daemon.log" 2>/dev/null || :
    exit 1
    ;;
esac
case $listed in
*other*) echo 'ok: and the server it had before' ;;
*)
    echo 'FAILED: the server it had before is gone'
    exit 1
    ;;
esac

# It says what it made of its settings before it finds that nobody is logged in.
claude_clean --debug-file "$work/debug" -p hi >/dev/null 2>&1 || :
for rules in 'Adding 1 allow rule(s).*"mcp__countergate"' 'Adding 22 deny rule(s).*"Bash(countergate approve \*)"'; do
    grep -q "$rules" "$work/debug" || {
        echo "FAILED: Claude Code did not take the rules of its settings: $rules"
        grep -i 'rule(s)\|invalid' "$work/debug" || :
        exit 1
    }
done
echo 'ok: it takes the permissions that were written'
