import Foundation
import Testing

extension IntegrationTests {
    /// The runtime's executable cannot be written from inside a container whose root is the host's (CVE-2019-5736).
    @Suite struct OwnExecutableTests {
        private func checksum() throws -> String { try PlainCommand.run(["sha256sum", try RuntimeUnderTest.path]) }

        /// Looks for processes that are not busybox's, holds their executable open, and tries to write it while they run and afterwards.
        private static let attacker = """
            ulimit -n 1024
            hold=10
            echo > /out/ready
            while [ ! -e /out/stop ]; do
                for process in /proc/[0-9]*; do
                    exe=$(readlink $process/exe) || continue
                    case $exe in */busybox|/bin/sh|"") continue;; esac
                    echo "$exe" >> /out/seen
                    eval "exec $hold<$process/exe" 2>/dev/null || continue
                    if ( echo >> $process/exe ) 2>/dev/null; then echo "wrote $exe while it ran" >> /out/written; fi
                    if [ $hold -lt 60 ]; then hold=$((hold + 1)); fi
                done
                fd=10
                while [ $fd -lt $hold ]; do
                    if [ -e /proc/self/fd/$fd ] && ( echo >> /proc/$$/fd/$fd ) 2>/dev/null; then echo "wrote $fd afterwards" >> /out/written; fi
                    fd=$((fd + 1))
                done
            done
            """

        @Test func isNotWritableFromInside() throws {
            let before = try checksum()
            try withBundle(.root) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.write("#!/proc/self/exe\n", to: "\(bundle.rootfs)/bin/ourselves", mode: 0o755)
                try bundle.edit { for set in ["bounding", "permitted", "effective"] { $0.append("CAP_SYS_PTRACE", to: "process.capabilities.\(set)") } }
                try bundle.runDetached(Self.attacker)
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/ready") })
                // The command is executed by the runtime's own executable, which waits there as long as it is read from.
                _ = try eventually(withinSeconds: 30) {
                    _ = try bundle.exec(["true"])
                    _ = try bundle.exec(["/bin/ourselves"])
                    return FileManager.default.fileExists(atPath: "\(out)/seen")
                }
                for _ in 0..<10 { _ = try bundle.exec(["/bin/ourselves"]) }
                try bundle.write("", to: "\(out)/stop")
                #expect(try bundle.waitForStatus("stopped"))
                let seen = (try? bundle.read("\(out)/seen")) ?? ""
                #expect(!seen.isEmpty, "the attacker has seen the runtime, or this shows nothing")
                let written = (try? bundle.read("\(out)/written")) ?? ""
                #expect(written.isEmpty, "\(written)")
            }
            #expect(try checksum() == before)
        }

        /// The container's process is the runtime itself, which the root file system asks for by name.
        @Test(arguments: ["run", "create"])
        func isNotWritableAsTheContainersProcess(_ command: String) throws {
            let before = try checksum()
            try withBundle(.root) { bundle in
                try bundle.write("#!/proc/self/exe\n", to: "\(bundle.rootfs)/bin/ourselves", mode: 0o755)
                try bundle.edit { $0.setArguments(["/bin/ourselves"]) }
                let result = try bundle.runc(command, bundle.id)
                #expect(result.status != 0 || command == "create", "\(result)")
            }
            #expect(try checksum() == before)
        }

        /// While a container is only created its init is ours; its executable can be reached through the container's root.
        @Test func isNotWritableThroughACreatedContainer() throws {
            let before = try checksum()
            try withBundle(.root) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                try bundle.create()
                let result = try bundle.exec(["sh", "-c", "( echo >> /proc/1/exe ) 2>/dev/null && echo wrote; exec 9</proc/1/exe && ( echo >> /proc/$$/fd/9 ) 2>/dev/null && echo wrote; true"])
                #expect(!result.stdout.contains("wrote"), "\(result)")
                let pid = try bundle.initPID()
                let executable = open("/proc/\(pid)/exe", O_RDONLY | O_CLOEXEC)
                defer { close(executable) }
                #expect(executable >= 0)
                try bundle.start()
                #expect(try bundle.waitForStatus("running"))
                // Now that nothing executes it, only its protection is in the way.
                #expect(eventually { readlink(of: "/proc/\(pid)/exe").hasSuffix("busybox") })
                #expect(!isWritable(executable), "wrote \(readlink(of: "/proc/self/fd/\(executable)"))")
            }
            #expect(try checksum() == before)
        }

        /// A user's own ~/bin/runc, which the container's root could write.
        @Test func aUsersOwnCopyIsProtectedToo() throws {
            try withBundle(.oneID) { bundle in
                let copy = "\(bundle.directory)/runc"
                try PlainCommand.run(["install", "-m", "0755", "-o", "\(try bundle.identity.hostUID)", try RuntimeUnderTest.path, copy])
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let created = try bundle.command([copy, "--root", bundle.stateRoot, "create", bundle.id]).run()
                try #require(created.succeeded, "\(created)")
                let pid = try bundle.initPID()
                let executable = open("/proc/\(pid)/exe", O_RDONLY | O_CLOEXEC)
                defer { close(executable) }
                try bundle.start()
                #expect(eventually { readlink(of: "/proc/\(pid)/exe").hasSuffix("busybox") })
                #expect(!isWritable(executable), "wrote \(readlink(of: "/proc/self/fd/\(executable)"))")
            }
        }

        /// Whether a byte can really be written: a sealed file may be opened for writing.
        private func isWritable(_ descriptor: Int32) -> Bool {
            let writable = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_APPEND | O_CLOEXEC)
            guard writable >= 0 else { return false }
            defer { close(writable) }
            return write(writable, "\n", 1) == 1
        }

        private func readlink(of path: String) -> String { (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? "" }
    }
}
