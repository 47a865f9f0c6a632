#!/usr/bin/env bash
# A person countersigns what an agent proposes: a silence at a real Alertmanager and its undoing, a rejection, and a restart
# through the simulated Systems Manager that heals a service for real, as a real Prometheus sees it. The agent is the
# official client, the person types at a pseudo-terminal, the keys are ssh-keygen's.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
for tool in python3 ssh-keygen; do command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool"; exit 77; }; done
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-approvals.XXXXXX)
STATE=$work/state
simulator=
clean_up() {
    "$root/countergate" stop --state "$STATE" >/dev/null 2>&1 || :
    [ -z "$simulator" ] || { kill "$simulator" 2>/dev/null && wait "$simulator" 2>/dev/null || :; }
    [ ! -d "$work/stack" ] || "$root/e2e/realstack/stop" "$work/stack"
    rm -rf "$work"
}
trap clean_up EXIT
"$root/countergate" --version >/dev/null
"$root/e2e/realstack/start" "$work/stack" || exit
# shellcheck disable=SC1091
. "$work/stack/env"
# What `systemctl` is on the simulated machine: the service it restarts is the one Prometheus observes.
mkdir -p "$work/machine/bin"
cat >"$work/machine/bin/systemctl" <<SYSTEMCTL
#!/bin/sh
[ "\$*" = 'restart checkout' ] && exec curl --silent --fail --data '{"healthy": true}' '$CHECKOUT_URL/state'
SYSTEMCTL
chmod +x "$work/machine/bin/systemctl"
cat >"$work/fleet.json" <<JSON
{"instances": [{"id": "i-0123456789abcdef0", "sandbox": "$work/machine", "tags": {"service": "checkout", "env": "staging"}}]}
JSON
# shellcheck source=realstack/simulator
. "$root/e2e/realstack/simulator"
start_simulator "$work" "$work/fleet.json"

export STATE WORK=$work HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg
export LOKI_URL=http://127.0.0.1:1 ENVIRONMENT=staging
unset SSH_AUTH_SOCK COUNTERGATE_KEY CLAUDECODE AI_AGENT
node "$root/e2e/clients/approvals.mjs"
