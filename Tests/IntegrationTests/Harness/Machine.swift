import Foundation

/// The machine on which the tests run: whether it is our guest, and how slow.
enum Machine {
    private static let environment = ProcessInfo.processInfo.environment

    /// The hierarchy with which `make test-vm` has booted this guest, `v1` or `v2`; nil on any other machine.
    static let guestHierarchy = environment["RUNC_TEST_GUEST"]
    /// By how much every time limit is stretched: an emulated processor is slow.
    static let slowness = Double(environment["RUNC_TEST_SLOWNESS"] ?? "") ?? 1
}
