#!/usr/bin/env bash
# The set-up of samples/systemd, for real: `install` makes the daemon's account, its groups, files and unit; the daemon runs as
# the unit says, without a capability; an agent's account calls tools through the relay, and reaches nothing else. Needs root.
# PROGRAM=FOLDER tries another program than this one. Everything it made is removed again.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ "$(uname)" = Linux ] && [ "$(id -u)" = 0 ] || { echo 'SKIPPED: makes accounts, which takes root on Linux'; exit 77; }
for tool in python3 useradd userdel groupdel setpriv ssh-keygen getent; do
    command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool"; exit 77; }
done
[ ! -d /run/systemd/system ] || { echo 'SKIPPED: systemd runs here, and this would leave it another unit'; exit 77; }
program=${PROGRAM:-$root}
"$program/countergate" --version >/dev/null
python3 -c 'import os, sys; os.setgid(65534); os.setuid(65534); sys.exit(not os.access(sys.argv[1], os.X_OK))' "$program/countergate" ||
    { echo "SKIPPED: other accounts cannot read $program"; exit 77; }

name=cg-e2e-$$
work=$(mktemp -d /tmp/cg-own-account.XXXXXX)
clean_up() {
    # Its own account's processes, and what `install` made by this name alone.
    ! id "$name" >/dev/null 2>&1 || for pid in $(ps -o pid= -u "$name" || :); do kill "$pid" 2>/dev/null || :; done
    for user in "$name-ana" "$name-olga" "$name-eve" "$name"; do ! id "$user" >/dev/null 2>&1 || userdel "$user" 2>/dev/null || :; done
    for group in "$name" "$name-agents" "$name-operators"; do ! getent group "$group" >/dev/null || groupdel "$group" || :; done
    rm -rf "/opt/$name" "/etc/$name" "/var/lib/$name" "/var/lib/$name-heads" "/etc/systemd/system/$name.service" "$work"
}
trap clean_up EXIT
for user in "$name-ana" "$name-olga" "$name-eve"; do
    useradd --no-create-home --home-dir "$work" --shell /bin/sh "$user"
done

if command -v systemd-analyze >/dev/null; then
    sed "s|/opt/countergate/countergate|$program/countergate|" "$root/samples/systemd/countergate.service" >"$work/countergate.service"
    systemd-analyze verify "$work/countergate.service" >"$work/verify.txt" 2>&1 || { cat "$work/verify.txt"; exit 1; }
    [ ! -s "$work/verify.txt" ] || { cat "$work/verify.txt"; echo 'FAILED: the unit has warnings'; exit 1; }
    exposure=$(systemd-analyze security --no-pager --offline=true --threshold=20 "$work/countergate.service" | tail -n 1) ||
        { echo "FAILED: $exposure"; exit 1; }
    echo "ok: the unit is valid; ${exposure#→ }"
else
    echo 'not shown: there is no systemd-analyze here to hold the unit against'
fi
python3 "$root/e2e/writes/own_account.py" "$root/samples/systemd" "$program" "$name" "$work"
