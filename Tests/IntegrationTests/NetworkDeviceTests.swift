import Foundation
import Testing

extension IntegrationTests {
    /// Interfaces of the host that become the container's.
    @Suite(.needs(.tool("ip"))) struct NetworkDeviceTests {
        /// The host, to the runtime: a network namespace with a pair of interfaces, one of which has addresses.
        private static let host = """
            ip link add host0 type veth peer name host1 && ip link set host0 mtu 1400 address 02:00:00:00:00:07 \
                && ip address add 10.1.2.3/24 dev host0 && ip address add fd00::3/64 dev host0 nodad && ip link set host0 up \
                && ip address add 10.9.9.9/8 scope host dev host0
            """

        /// Runs a container with these `netDevices` and this script, from a network namespace of its own.
        private func run(_ bundle: Bundle, _ devices: JSONValue, _ inside: String, host: String = host, options: [String] = []) throws -> CommandResult {
            try bundle.edit {
                $0.setNamespace("network")
                $0["linux.netDevices"] = devices
                $0.setShell(inside)
            }
            return try bundle.runtimeCommand(
                ["run"] + options + [bundle.id],
                through: ["unshare", "--net", "sh", "-c", "\(host) && \"$@\"; status=$?; ip -o link > \(bundle.directory)/left; exit $status", "sh"]).run()
        }

        @Test(arguments: [Identity.root, .rootInUserNamespace], [("", "host0"), ("ctr0", "ctr0"), ("net%d", "net0"), ("n%dx", "n0x")])
        func isMovedWithWhatItHas(_ identity: Identity, _ name: (given: String, expected: String)) throws {
            try withBundle(identity) { bundle in
                try bundle.write("", to: "\(bundle.directory)/left")
                let result = try run(bundle, ["host0": name.given.isEmpty ? [:] : ["name": .string(name.given)]], "ip address show dev \(name.expected)")
                #expect(result.succeeded, "\(result)")
                for attribute in ["mtu 1400", "link/ether 02:00:00:00:00:07", "inet 10.1.2.3/24", "inet6 fd00::3/64", ",UP"] {
                    #expect(result.stdout.contains(attribute), "\(attribute): \(result)")
                }
                #expect(!result.stdout.contains("10.9.9.9"), "an address that holds on the host only")
                #expect(try !bundle.read("\(bundle.directory)/left").contains(" host0"))
            }
        }

        /// Hooks that set the network up find it there.
        @Test func isThereForTheHooks() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0.append(
                        ["path": "/bin/sh", "args": ["sh", "-c", "nsenter --net=/proc/$(sed 's/.*\"pid\": *\\([0-9]*\\).*/\\1/')/ns/net ip -o link > \(bundle.directory)/hook"], "env": ["PATH=\(PlainCommand.path)"]],
                        to: "hooks.createRuntime")
                }
                let result = try run(bundle, ["host0": [:]], "true")
                #expect(result.succeeded, "\(result)")
                #expect(try bundle.read("\(bundle.directory)/hook").contains(" host0"))
            }
        }

        /// Also where init, in its new user namespace, has no power over the namespace, which is the host's.
        @Test(arguments: [false, true])
        func isMovedToANamespaceThatIsJoined(_ hasUserNamespace: Bool) throws {
            try withBundle(.root) { bundle in
                if hasUserNamespace {
                    try bundle.edit {
                        $0.setNamespace("user")
                        for kind in ["uidMappings", "gidMappings"] { $0.addMapping(kind, containerID: 0, hostID: 0, size: 65536) }
                        // sysfs wants a network namespace of the user namespace's own.
                        for destination in ["/sys/fs/cgroup", "/sys"] { $0.removeMount(destination) }
                    }
                }
                let script = """
                    unshare --net sleep 60 & holder=$!; while [ $(readlink /proc/$holder/ns/net) = $(readlink /proc/self/ns/net) ]; do sleep 0.05; done; \
                    ln -s /proc/$holder/ns/net \(bundle.directory)/joined; \(Self.host)
                    """
                try bundle.edit { $0.removeNamespace("network"); $0.setNamespace("network", path: "\(bundle.directory)/joined"); $0["linux.netDevices"] = ["host0": ["name": "net%d"]]; $0.setShell("ip address show dev net0") }
                let result = try bundle.runtimeCommand(
                    ["run", bundle.id], through: ["unshare", "--net", "sh", "-c", "\(script) && \"$@\"; status=$?; kill $holder; exit $status", "sh"]).run()
                #expect(result.succeeded && result.stdout.contains("inet 10.1.2.3/24"), "\(result)")
            }
        }

        @Test(arguments: [
            (["nothere": [:]], "nothere: there is no such interface"), (["host0": ["name": "lo"]], "host0: the container's network namespace has an interface called lo"), (["lo": ["name": "lo1"]], "moving lo"),
            (["host0": ["name": "a/b"]], "netDevices[\"host0\"].name"), (["host0": ["name": "0123456789abcdef"]], "netDevices[\"host0\"].name"),
        ] as [(JSONValue, String)])
        func whatCannotBeIsNamed(_ devices: JSONValue, _ named: String) throws {
            try withBundle(.root) { bundle in
                let result = try run(bundle, devices, "echo never")
                #expect(result.status == 1 && result.errors.count == 1 && result.stdout.isEmpty, "\(result)")
                #expect(result.stderr.contains(named), "\(result)")
                #expect(try bundle.read("\(bundle.directory)/left").contains(" host0"), "it stays where it was")
            }
        }

        @Test(arguments: Identity.unprivileged)
        func isNotForThoseWithoutPrivileges(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setNamespace("network"); $0["linux.netDevices"] = ["eth0": [:]] }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stderr.contains("linux.netDevices: not permitted without privileges"), "\(result)")
            }
        }
    }
}
