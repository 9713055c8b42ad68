import LinuxKernel
import SystemPackage
import Testing

@testable import CgroupControl

@Suite struct CgroupForgivenessTests {
    private static let refusal = CgroupError("refused", isForgivable: true)
    private static let failure = CgroupError("broken")

    @Test(arguments: [
        (true, false, false, refusal, CgroupForgiveness.Verdict.forgive),
        (true, false, false, failure, .fail),
        (true, true, false, refusal, .fail),
        (true, false, true, refusal, .fail),
        (true, true, true, refusal, .fail),
        (false, false, false, refusal, .fail),
        (false, true, false, refusal, .fail),
        (false, false, true, refusal, .fail),
        (false, true, true, refusal, .fail),
    ])
    func decides(_ rootlessCgroups: Bool, _ limits: Bool, _ path: Bool, _ error: CgroupError, _ verdict: CgroupForgiveness.Verdict) {
        let forgiveness = CgroupForgiveness(rootlessCgroups: rootlessCgroups, pathAsked: path, limited: limits ? ["memory"] : [])
        #expect(forgiveness.decide(error) == verdict)
        #expect(forgiveness.decide(error, in: ["memory"]) == verdict)
    }

    /// Where no limit is asked for, none is missed.
    @Test func aLimitCountsInItsOwnHierarchyAlone() {
        let forgiveness = CgroupForgiveness(rootlessCgroups: true, pathAsked: false, limited: ["cpu", "memory"])
        #expect(forgiveness.decide(Self.refusal, in: ["freezer"]) == .forgive)
        #expect(forgiveness.decide(Self.refusal, in: ["cpuacct", "cpu"]) == .fail)
        #expect(forgiveness.decide(Self.refusal) == .fail)
    }

    @Test(arguments: [
        (Errno.notPermitted, "create", true, true), (.permissionDenied, "join", true, true), (.readOnlyFileSystem, "remove", true, true),
        (.resourceBusy, "join", false, true), (.resourceBusy, "remove", false, true), (.resourceTemporarilyUnavailable, "create", false, true),
        (.noSuchProcess, "join", false, false), (.invalidArgument, "create", false, false), (.noSuchFileOrDirectory, "join", false, false),
    ])
    func words(_ errno: Errno, _ action: String, _ isForgivable: Bool, _ hasHint: Bool) {
        let error = CgroupError(action, "/cg/x", KernelError(.mkdir, errno))
        #expect(error.isForgivable == isForgivable)
        #expect((error.hint != nil) == hasHint)
        #expect(error.message == "cannot \(action) cgroup /cg/x: mkdir: \(errno.text)")
    }

    @Test func aMissingHierarchyIsForgivable() {
        let error = CgroupError("create", "/cg/x", KernelError(.mkdir, .noSuchFileOrDirectory), lacksHierarchy: true)
        #expect(error.isForgivable)
        #expect(error.hint?.contains("mount") == true)
    }
}
