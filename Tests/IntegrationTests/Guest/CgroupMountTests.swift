import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// The mount of type `cgroup`, and the cgroup namespace.
    @Suite struct CgroupMountTests {
        private func withMount(_ setting: CgroupSetting, namespace: Bool, _ options: [String], _ body: (Bundle) throws -> Void) throws {
            try withBundle(setting) { bundle in
                try bundle.edit {
                    $0.removeMount("/sys/fs/cgroup")
                    $0.addMount("/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "relatime"] + options)
                    namespace ? $0.setNamespace("cgroup") : $0.removeNamespace("cgroup")
                }
                try body(bundle)
            }
        }

        private static let everybody = CgroupSetting.controlling + CgroupSetting.refused

        @Test(arguments: Self.everybody)
        func theNamespaceBeginsAtTheContainersCgroup(_ setting: CgroupSetting) throws {
            try withMount(setting, namespace: true, ["ro"]) { bundle in
                try bundle.runDetached()
                for output in [try bundle.execOutput("cat /proc/1/cgroup"), try bundle.execOutput("cat /proc/self/cgroup")] {
                    #expect(!output.isEmpty && output.split(separator: "\n").allSatisfy { $0.hasSuffix(":/") }, "\(output)")
                }
            }
        }

        /// What it can see is its own cgroup: itself is in it, and nobody else.
        @Test(arguments: CgroupSetting.eitherWay(CgroupSetting.controlling))
        func showsTheContainersOwnCgroups(_ setting: CgroupSetting, _ namespace: Bool) throws {
            try withMount(setting, namespace: namespace, ["ro"]) { bundle in
                let output = try bundle.output("find /sys/fs/cgroup -name cgroup.procs -exec sh -c 'echo $0 $(grep -vx 0 $0)' {} \\;")
                let lines = output.split(separator: "\n")
                #expect(!lines.isEmpty, "\(output)")
                // In its PID namespace its first process is 1, and find and its children are the others.
                #expect(lines.allSatisfy { $0.split(separator: " ").contains("1") }, "\(output)")
            }
        }

        @Test(arguments: CgroupSetting.eitherWay(Self.everybody))
        func aReadOnlyOneIsNotWritable(_ setting: CgroupSetting, _ namespace: Bool) throws {
            try withMount(setting, namespace: namespace, ["ro"]) { bundle in
                let output = try bundle.output("find /sys/fs/cgroup -type d ! -type l -exec sh -c 'mkdir $0/made 2>&1 && echo MADE $0' {} \\; ; true")
                #expect(!output.contains("MADE") && output.contains("ead-only"), "\(output)")
            }
        }

        @Test(arguments: CgroupSetting.eitherWay(CgroupSetting.controlling))
        func aWritableOneTakesCgroupsOfTheContainers(_ setting: CgroupSetting, _ namespace: Bool) throws {
            try withMount(setting, namespace: namespace, ["rw"]) { bundle in
                let output = try bundle.output(
                    """
                    d=/sys/fs/cgroup; [ -e $d/cgroup.procs ] || d=$d/pids
                    mkdir $d/made && echo 1 > $d/made/cgroup.procs && cat $d/made/cgroup.procs && rmdir $d/made 2>/dev/null || echo held
                    """)
                #expect(output.hasPrefix("1\n") && output.hasSuffix("held"), "\(output)")
            }
        }

        /// A name need not be UTF-8: what is in a cgroup that has such a one is seen and killed all the same, and it goes.
        @Test(arguments: CgroupSetting.controlling)
        func aNameOfAnyBytesHidesNothing(_ setting: CgroupSetting) throws {
            try withMount(setting, namespace: true, ["rw"]) { bundle in
                let out = try bundle.shareDirectory()
                try bundle.edit { $0.removeNamespace("pid") }
                try bundle.runDetached(
                    """
                    sleep 1000 & hidden=$!; cd /sys/fs/cgroup
                    for top in . *; do
                        [ -d $top ] && [ ! -L $top ] && [ -e $top/cgroup.procs ] || continue
                        group="$top/$(printf 'x\\377')"; mkdir "$group" || exit 1
                        if [ $top = cpuset ]; then for file in cpus mems; do cat cpuset/cpuset.$file > "$group/cpuset.$file"; done; fi
                        echo $hidden > "$group/cgroup.procs" || exit 1
                    done
                    echo $hidden > /out/new; mv /out/new /out/hidden; exec sleep 1000
                    """)
                #expect(eventually { FileManager.default.fileExists(atPath: "\(out)/hidden") })
                let hidden = try #require(pid_t(bundle.read("\(out)/hidden").trimmingCharacters(in: .newlines)))
                let listed = try JSONValue(parsing: bundle.runc("ps", "--format", "json", bundle.id).stdout).array?.compactMap(\.integer)
                let first = try bundle.initPID()
                #expect(Set(listed ?? []) == [Int64(hidden), Int64(first)])
                #expect(try bundle.runc("kill", "--all", bundle.id, "KILL").succeeded)
                #expect(eventually { hasEnded(hidden) })
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded && deleted.stderr.isEmpty, "\(deleted)")
            }
        }

        /// Without a cgroup of its own the container is in one of the user's, which it must not change.
        @Test(arguments: CgroupSetting.eitherWay(CgroupSetting.refused))
        func whatIsNotTheContainersIsReadOnly(_ setting: CgroupSetting, _ namespace: Bool) throws {
            try withMount(setting, namespace: namespace, ["rw"]) { bundle in
                let output = try bundle.output("for d in $(awk '$3 ~ /^cgroup/ {print $2}' /proc/mounts); do mkdir $d/made 2>&1 && echo MADE; done; true")
                #expect(!output.contains("MADE"), "\(output)")
                #expect(output.split(separator: "\n").allSatisfy { $0.contains("ead-only") }, "\(output)")
            }
        }
    }
}
