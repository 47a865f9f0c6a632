#!/usr/bin/env bash
# An agent reads machines through Systems Manager: the starting catalogue's tools against the simulator of the tests, which
# speaks the real protocol on loopback and really runs sh. Each call has exactly one command accepted.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-ssm.XXXXXX)
STATE=$work/state
simulator=
clean_up() {
    "$root/countergate" stop --state "$STATE" >/dev/null 2>&1 || :
    [ -z "$simulator" ] || { kill "$simulator" 2>/dev/null && wait "$simulator" 2>/dev/null || :; }
    rm -rf "$work"
}
trap clean_up EXIT
"$root/countergate" --help >"$work/help.txt" 2>&1 || { cat "$work/help.txt"; exit 1; }

# The simulator alone, from the sources of the tests and the product's own libraries.
# shellcheck disable=SC1091
. "$root/.countergate/current"
# shellcheck disable=SC2154
"$jdk_home/bin/javac" -proc:none -nowarn -d "$work/classes" -cp "$install/lib/*" -sourcepath "$root/server/src/test/java" \
    "$root/server/src/test/java/dev/countergate/testing/ssm/SimulatorMain.java"
mkdir "$work/sandbox"
echo 'the marker' >"$work/sandbox/marker"
cat >"$work/fleet.json" <<JSON
{"instances": [
  {"id": "i-0123456789abcdef0", "sandbox": "$work/sandbox", "tags": {"service": "checkout", "env": "staging"}},
  {"id": "i-0123456789abcdef1", "sandbox": "$work/other", "tags": {"service": "checkout", "env": "staging"}, "ping": "connection_lost"}
]}
JSON
"$jdk_home/bin/java" -cp "$work/classes:$install/lib/*" dev.countergate.testing.ssm.SimulatorMain 0 "$work/fleet.json" \
    >"$work/simulator.json" 2>"$work/simulator.log" </dev/null &
simulator=$!
for _ in $(seq 300); do
    [ ! -s "$work/simulator.json" ] || break
    kill -0 "$simulator" 2>/dev/null || { cat "$work/simulator.log"; echo 'FAILED: the simulator does not start'; exit 1; }
    sleep 0.1
done
AWS_ENDPOINT_URL_SSM=$(sed -n 's/.*"\(http[^"]*\)".*/\1/p' "$work/simulator.json")
[ -n "$AWS_ENDPOINT_URL_SSM" ] || { echo 'FAILED: the simulator is not ready after 30 s'; exit 1; }

# No credentials of this machine, no metadata service, nothing beyond loopback.
export AWS_ENDPOINT_URL_SSM AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=eu-west-1
export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=$work/none AWS_SHARED_CREDENTIALS_FILE=$work/none
unset AWS_PROFILE AWS_READ_PROFILE AWS_CHANGE_PROFILE AWS_SESSION_TOKEN
export PROMETHEUS_URL=http://127.0.0.1:1 ALERTMANAGER_URL=http://127.0.0.1:1 LOKI_URL=http://127.0.0.1:1
export STATE WORK=$work HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg
node "$root/e2e/clients/machines.mjs"
