#!/usr/bin/env bash
# A real Prometheus scrapes the daemon, and answers every question of the Grafana dashboard in samples/grafana.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d /tmp/cg-metrics.XXXXXX)
STATE=$work/state
daemon=
clean_up() {
    [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null || :
    [ ! -d "$work/stack" ] || "$root/e2e/realstack/stop" "$work/stack"
    rm -rf "$work"
}
trap clean_up EXIT
"$root/e2e/realstack/start" "$work/stack" || exit
# shellcheck disable=SC1091
. "$work/stack/env"
export HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg
cat >"$work/tools.yaml" <<EOF
backends:
  metrics: {type: prometheus, url: "$PROMETHEUS_URL"}
  gone: {type: prometheus, url: "http://127.0.0.1:1"}
tools:
  - {name: up, prometheus: {backend: metrics, instant: up}}
  - {name: gone, prometheus: {backend: gone, instant: up}}
  - {name: change, url: "$CHECKOUT_URL/change", method: POST}
EOF
"$root/countergate" serve --config "$work/tools.yaml" --state "$STATE" --metrics 127.0.0.1:0 >"$work/daemon.log" 2>&1 &
daemon=$!
call() { "$root/countergate" call --state "$STATE" --config "$work/tools.yaml" "$@"; }
metrics=
for _ in $(seq 100); do
    metrics=$("$root/countergate" status --state "$STATE" --json | sed -n 's|.*"metrics" : "http://\(.*\)/metrics".*|\1|p') || :
    [ -z "$metrics" ] || break
    kill -0 "$daemon" || { cat "$work/daemon.log"; exit 1; }
    sleep 0.2
done

# The Prometheus of the stack is the last it started; it reads its file again on SIGHUP.
printf '  - job_name: countergate\n    static_configs: [{targets: ["%s"]}]\n' "$metrics" >>"$work/stack/prometheus.yml"
kill -HUP "$(tail -n 1 "$work/stack/pids" | cut -d' ' -f1)"

call up >/dev/null
call gone >/dev/null && { echo 'FAILED: a backend that is not there answered'; exit 1; }
# What needs a person is no success to the command line.
call change --json >"$work/change.json" || [ $? -eq 2 ]
proposal=$(sed -n 's/.*"proposal" : "\(p-[0-9a-z]*\)".*/\1/p' "$work/change.json" | head -n 1)
call proposal_withdraw "proposal=$proposal" >/dev/null
scrapes() {
    curl --silent --max-time 5 "$PROMETHEUS_URL/api/v1/query" \
        --data-urlencode 'query=min(count_over_time(countergate_decision_wait_seconds_count{job="countergate"}[1m]))' |
        sed -n 's/.*"value":\[[^,]*,"\([0-9]*\)"\].*/\1/p'
}
for _ in $(seq 100); do
    seen=$(scrapes)
    [ "${seen:-0}" -lt 4 ] || break
    sleep 0.3
done
call up >/dev/null
python3 "$root/e2e/clients/dashboard.py" "$PROMETHEUS_URL" "$root/samples/grafana"
