import Foundation
import Testing

/// Something that a test needs of the machine. Without it the test is skipped, by name; in CI that fails unless it is expected.
struct HostFeature: Sendable {
    let name: String
    /// The guest of Tests/vm has it on one of its hierarchies; so a test may be skipped for its lack, and .ci/run sees to it
    /// that it ran there.
    var isInGuest = false
    let isThere: @Sendable () -> Bool

    /// An executable of the host.
    static func tool(_ name: String) -> HostFeature {
        HostFeature(name: name) {
            PlainCommand.path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
        }
    }

    /// A namespace of the kernel.
    static func namespace(_ name: String) -> HostFeature {
        HostFeature(name: "\(name) namespace") { access("/proc/self/ns/\(name)", F_OK) == 0 }
    }

    static let seccomp = HostFeature(name: "seccomp") { access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0 }

    static let fuse = HostFeature(name: "FUSE") { access("/dev/fuse", R_OK | W_OK) == 0 }
    static let loopDevices = HostFeature(name: "loop devices") { access("/dev/loop-control", R_OK | W_OK) == 0 }
    static let memoryPolicy = HostFeature(name: "NUMA policies") { access("/proc/self/numa_maps", F_OK) == 0 }

    static let guest = HostFeature(name: "the guest of make test-vm", isInGuest: true) { Machine.guestHierarchy != nil }
    static let cgroupV1 = HostFeature(name: "controllers on cgroup v1", isInGuest: true) { access("/sys/fs/cgroup/memory", F_OK) == 0 }
    static let cgroupV2 = HostFeature(name: "controllers on cgroup v2", isInGuest: true) {
        (try? String(contentsOfFile: "/sys/fs/cgroup/cgroup.controllers", encoding: .utf8))?.contains("memory") == true
    }
    static let bfq = HostFeature(name: "a disk with the scheduler BFQ", isInGuest: true) { Disk.bfq != nil }
    static let systemd = HostFeature(name: "systemd", isInGuest: true) { access("/run/systemd/system", F_OK) == 0 }
    /// Users have a manager of their own, with cgroups in which limits can be set. On v1 systemd hands on no controller.
    static let delegation = HostFeature(name: "cgroups delegated to users", isInGuest: true) {
        systemd.isThere() && cgroupV2.isThere() && tool("loginctl").isThere()
    }
    /// The kernel's, and what loads its profiles.
    static let appArmor = HostFeature(name: "AppArmor", isInGuest: true) {
        (try? String(contentsOfFile: "/sys/module/apparmor/parameters/enabled", encoding: .utf8))?.hasPrefix("Y") == true
            && tool("apparmor_parser").isThere()
    }
    /// With the policy of Tests/vm/selinux.conf.
    static let seLinux = HostFeature(name: "SELinux", isInGuest: true) {
        guest.isThere() && (try? String(contentsOfFile: "/sys/fs/selinux/enforce", encoding: .utf8)) == "1"
    }
    /// Capability 24: hard limits can be raised. Man: proc(5), "CapEff".
    static let systemResource = HostFeature(name: "CAP_SYS_RESOURCE", isInGuest: true) {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:\t") }),
            let capabilities = UInt64(line.dropFirst(8), radix: 16)
        else { return false }
        return capabilities & 1 << 24 != 0
    }

    /// Names of features that this run may lack, separated by commas: `RUNC_TEST_ALLOWED_SKIPS`.
    private static let allowed = Set(
        (ProcessInfo.processInfo.environment["RUNC_TEST_ALLOWED_SKIPS"] ?? "").split(separator: ",").map(String.init))

    fileprivate func check() throws -> Bool {
        if isThere() { return true }
        if ProcessInfo.processInfo.environment["CI"] == "true", !isInGuest, !Self.allowed.contains(name) {
            throw HarnessError("would be skipped for lack of \(name), which is not in RUNC_TEST_ALLOWED_SKIPS")
        }
        return false
    }
}

extension Trait where Self == ConditionTrait {
    /// The test runs only where the machine has all of these.
    static func needs(_ features: HostFeature...) -> Self {
        .enabled("the host lacks one of: \(features.map(\.name).joined(separator: ", "))") {
            try features.allSatisfy { try $0.check() }
        }
    }
}
