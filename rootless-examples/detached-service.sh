#!/bin/bash
# A service in the background: created, started, looked at, entered with exec, stopped and deleted.
set -euo pipefail
RUNC=${RUNC:-runc}
here=$(cd "$(dirname "$0")" && pwd)
bundle=$(mktemp -d)
service=service-$$
trap '"$RUNC" delete --force "$service"; rm -rf "$bundle"' EXIT
cd "$bundle"

# The service says every second that it is there, and ends tidily when asked to.
"$here/../scripts/make-rootfs" rootfs
cat > rootfs/bin/service <<'SERVICE'
#!/bin/sh
trap 'echo stopping; exit 0' TERM
echo started
while :; do sleep 1 & wait $!; echo alive; done
SERVICE
chmod +x rootfs/bin/service
"$RUNC" spec --rootless
jq '.process.terminal = false | .process.args = ["service"]' config.json > edited.json
mv edited.json config.json

# created: everything is set up, and the service waits for start. What it writes goes where create's output goes.
"$RUNC" create --pid-file pid "$service" < /dev/null > service.log 2>&1
echo "after create: $("$RUNC" state "$service" | jq -r .status), host pid $(cat pid)"

"$RUNC" start "$service"
echo "after start:  $("$RUNC" state "$service" | jq -r .status)"
"$RUNC" list

# exec enters the running container.
sleep 2
# shellcheck disable=SC2016 # expanded inside
"$RUNC" exec "$service" sh -c 'echo "inside: I am $(id -un), process 1 is $(cat /proc/1/comm)"; ps'

"$RUNC" kill "$service" TERM
until [ "$("$RUNC" state "$service" | jq -r .status)" = stopped ]; do sleep 0.1; done
echo "after kill:   stopped"
"$RUNC" delete "$service"
echo "its log:      $(tr '\n' ' ' < service.log)"
