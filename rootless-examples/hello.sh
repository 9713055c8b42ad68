#!/bin/bash
# Hello from a container that an unprivileged user runs with a single id: inside it is root, outside it is you.
set -euo pipefail
RUNC=${RUNC:-runc}
here=$(cd "$(dirname "$0")" && pwd)
bundle=$(mktemp -d)
trap 'rm -rf "$bundle"' EXIT
cd "$bundle"

# A bundle is a root file system and a config.json beside it.
"$here/../scripts/make-rootfs" rootfs
"$RUNC" spec --rootless

# The default configuration starts a shell on a terminal; this one says who it is instead.
jq '.process.terminal = false
    | .hostname = "demo"
    | .process.args = ["sh", "-c", "
        echo \"Hello from $(hostname), a container of host user '"$(id -u)"'.\"
        echo \"I am:       $(id)\"
        echo \"My uid map: $(cat /proc/self/uid_map)\"
        echo \"My processes:\"; ps"]' config.json > edited.json
mv edited.json config.json

"$RUNC" run "hello-$$"
