import Foundation
import Testing

extension IntegrationTests {
    /// The devices and links that every container has in /dev.
    @Suite struct DeviceTests {
        @Test(arguments: Identity.allCases)
        func theDefaultDevicesWork(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let names = ["null", "zero", "full", "random", "urandom", "tty"]
                let output = try bundle.output(
                    names.map { "stat -c '%n %F %t:%T %a' /dev/\($0)" }.joined(separator: "; ")
                        + "; echo x > /dev/null && head -c 4 /dev/zero | od -An -tx1; head -c 8 /dev/urandom | wc -c; echo x 2>&1 > /dev/full || echo full")
                #expect(
                    output.hasPrefix(
                        """
                        /dev/null character special file 1:3 666
                        /dev/zero character special file 1:5 666
                        /dev/full character special file 1:7 666
                        /dev/random character special file 1:8 666
                        /dev/urandom character special file 1:9 666
                        /dev/tty character special file 5:0 666
                         00 00 00 00
                        8
                        """), "\(output)")
                #expect(output.hasSuffix("full"))
            }
        }

        @Test(arguments: Identity.allCases)
        func theLinksAreThere(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let output = try bundle.output("for link in fd stdin stdout stderr ptmx; do readlink /dev/$link; done; stat -L -c %F /dev/ptmx")
                #expect(output == "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\ncharacter special file")
            }
        }

        /// Without a terminal there is no console.
        @Test(arguments: [Identity.root, .oneID])
        func thereIsNothingElse(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let names = Set(try bundle.output("ls /dev").split(separator: "\n").map(String.init))
                #expect(names.isSuperset(of: ["null", "zero", "full", "random", "urandom", "tty", "fd", "stdin", "stdout", "stderr", "ptmx", "pts", "shm", "mqueue"]))
                #expect(names.isDisjoint(with: ["sda", "vda", "kmsg", "mem", "console", "kvm", "loop0"]), "\(names)")
            }
        }

        /// Where devices are bound and not made, what is in their place is covered.
        @Test func aFileInAConfiguredDevicesPlaceIsRefused() throws {
            try withBundle(.root) { bundle in
                try bundle.write("", to: "\(bundle.rootfs)/tmp/null")
                try bundle.edit { $0["linux.devices"] = [["path": "/tmp/null", "type": "c", "major": 1, "minor": 3]] }
                let result = try bundle.sh("echo never")
                #expect(result.status == 1 && result.stdout.isEmpty && result.errors.count == 1 && result.stderr.contains("/tmp/null"), "\(result)")
            }
        }

        /// A directory of the host's that is bound there, however that is spelled: nothing in it is made, replaced or removed.
        @Test(arguments: ["/dev", "/dev/", "dev", "/./dev"], [[], ["rbind"]])
        func aBoundDevIsLeftAsItIs(_ destination: String, _ options: [String]) throws {
            try withBundle(.root) { bundle in
                let canary = try Canary(bundle)
                try bundle.useDevicesOfRoot()
                try bundle.edit {
                    $0.addBind(canary.path, to: destination, options)
                    $0["linux.maskedPaths"] = []
                }
                let result = try bundle.sh("cat /dev/ptmx")
                #expect(result.succeeded && result.stdout == "canary ptmx\n", "\(result)")
                try canary.expectUntouched()
            }
        }

        @Test func aConfiguredDeviceIsMade() throws {
            try withBundle(.root) { bundle in
                try bundle.edit {
                    $0["linux.devices"] = [
                        ["path": "/dev/my/null", "type": "c", "major": 1, "minor": 3, "fileMode": 0o640, "uid": 5, "gid": 6]
                    ]
                }
                #expect(try bundle.output("stat -c '%F %t:%T %a %u:%g' /dev/my/null") == "character special file 1:3 640 5:6")
            }
        }

        /// mknod is refused there; what the host has is bound.
        @Test(arguments: Identity.rootless)
        func aConfiguredDeviceIsBoundInAUserNamespace(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.devices"] = [["path": "/dev/full", "type": "c", "major": 1, "minor": 7, "fileMode": 0o666, "uid": 0, "gid": 0]] }
                #expect(try bundle.output("stat -c '%t:%T' /dev/full") == "1:7")
            }
        }

        /// An engine may list what it has seen in a /dev: the container has the one of its own devpts.
        @Test(arguments: Identity.allCases, ["/dev/ptmx", "/dev/./ptmx"])
        func aConfiguredPtmxIsTheContainersOwn(_ identity: Identity, _ path: String) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0["linux.devices"] = [["path": .string(path), "type": "c", "major": 5, "minor": 2]] }
                #expect(try bundle.output("readlink /dev/ptmx") == "pts/ptmx")
            }
        }

        @Test(arguments: Identity.allCases)
        func processesInAPseudoTerminalOfTheirOwn(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let output = try bundle.output("stat -c '%F' /dev/pts/ptmx; ls /dev/pts")
                #expect(output == "character special file\nptmx", "the terminals of the host do not show")
            }
        }
    }
}
