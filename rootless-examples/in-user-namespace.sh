#!/bin/bash
# The runtime as root of a user namespace, as in an unprivileged LXC or Podman container: there it is used as root
# uses it, with the plain `spec`, a network of its own, and every id that the namespace has.
set -euo pipefail
RUNC=${RUNC:-runc}
here=$(cd "$(dirname "$0")" && pwd)

# Become root of a new user namespace with all of one's subordinate ids, and start again there.
if [ "${1:-}" != inside ]; then
    exec unshare --user --map-root-user --map-auto --mount --pid --fork --kill-child --mount-proc "$0" inside
fi

bundle=$(mktemp -d)
trap 'rm -rf "$bundle"' EXIT
cd "$bundle"
"$here/../scripts/make-rootfs" rootfs
"$RUNC" spec

# As root one may drop to any other id that is mapped: process 1 here is user 1000, with its own network's loopback.
jq '.process.terminal = false
    | .process.user = {"uid": 1000, "gid": 1000}
    | .process.args = ["sh", "-c", "
        echo \"Hello from user $(id -un) of a container in a user namespace.\"
        echo \"Its uid map:\"; cat /proc/self/uid_map
        echo \"Its network:\"; ip address show lo"]' config.json > edited.json
mv edited.json config.json

"$RUNC" run "nested-$$"
