import Foundation
import Testing

/// Something that a test needs of the machine. Without it the test is skipped, by name; in CI that fails unless it is expected.
struct HostFeature: Sendable {
    let name: String
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

    /// Names of features that this run may lack, separated by commas: `RUNC_TEST_ALLOWED_SKIPS`.
    private static let allowed = Set(
        (ProcessInfo.processInfo.environment["RUNC_TEST_ALLOWED_SKIPS"] ?? "").split(separator: ",").map(String.init))

    fileprivate func check() throws -> Bool {
        if isThere() { return true }
        if ProcessInfo.processInfo.environment["CI"] == "true", !Self.allowed.contains(name) {
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
