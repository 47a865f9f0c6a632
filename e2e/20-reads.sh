#!/usr/bin/env bash
# An agent reads a real Prometheus and Alertmanager through the starting catalogue, with clients that are not ours. Each
# answer is held against what the backend answers to the script's own HTTP call. What would change something is not sent.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-reads.XXXXXX)
STATE=$work/state
clean_up() {
    "$root/countergate" stop --state "$STATE" >/dev/null 2>&1 || :
    [ ! -d "$work/stack" ] || "$root/e2e/realstack/stop" "$work/stack"
    rm -rf "$work"
}
trap clean_up EXIT
"$root/e2e/realstack/start" "$work/stack" || exit
# shellcheck disable=SC1091
. "$work/stack/env"
# Nothing listens on port 1: what has no backend here must not reach for one elsewhere.
export STATE LOKI_URL=http://127.0.0.1:1 AWS_ENDPOINT_URL_SSM=http://127.0.0.1:1
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true
export HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg
node "$root/e2e/clients/reads.mjs"
