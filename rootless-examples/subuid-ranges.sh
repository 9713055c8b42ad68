#!/bin/bash
# Many users in a rootless container: all of one's subordinate ids of /etc/subuid and /etc/subgid are mapped.
# Inside there are a root and others; outside each of them is an id that is yours alone.
set -euo pipefail
RUNC=${RUNC:-runc}
here=$(cd "$(dirname "$0")" && pwd)
bundle=$(mktemp -d)
# A file of a subordinate id can be removed only from inside a user namespace that has this id.
trap 'unshare --user --map-root-user --map-auto rm -rf "$bundle"' EXIT
cd "$bundle"

"$here/../scripts/make-rootfs" rootfs
"$RUNC" spec --rootless --subids
echo "mapped: $(jq -c .linux.uidMappings config.json)"

# root makes a file and gives it away; the user who then owns it writes it.
jq '.process.terminal = false
    | .root.readonly = false
    | .process.capabilities |= map_values(. + ["CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"])
    | .process.args = ["sh", "-c", "
        touch /home/gift
        chown user:user /home/gift
        su user -c \"echo written by \\$(id -un) > /home/gift\"
        echo \"inside:  $(ls -ln /home/gift)\"
        cat /home/gift"]' config.json > edited.json
mv edited.json config.json
"$RUNC" run "subuids-$$"

echo "outside: $(ls -ln rootfs/home/gift)"
