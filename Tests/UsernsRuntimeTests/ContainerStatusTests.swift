import Testing

@testable import UsernsRuntime

/// The table of states, every row and every combination of facts.
@Suite struct ContainerStatusTests {
    @Test func withoutStateItIsBeingCreated() { #expect(ContainerStatus(nil) == .creating) }

    @Test(arguments: [false, true], [false, true])
    func withoutInitItHasStopped(awaitsStart: Bool, frozen: Bool) {
        let facts = ContainerStatus.Facts(initIsAlive: false, awaitsStart: awaitsStart, isFrozen: frozen)
        #expect(ContainerStatus(facts) == .stopped)
    }

    @Test(arguments: [(true, false, ContainerStatus.created), (false, false, .running), (true, true, .paused), (false, true, .paused)])
    func aLivingInitIsToldApart(awaitsStart: Bool, frozen: Bool, expected: ContainerStatus) {
        let facts = ContainerStatus.Facts(initIsAlive: true, awaitsStart: awaitsStart, isFrozen: frozen)
        #expect(ContainerStatus(facts) == expected)
    }

    /// What each state allows; whatever is not listed is refused.
    private static let allowed: [ContainerStatus: Set<ContainerStatus.Operation>] = [
        .creating: [.delete, .forcedDelete],
        .created: [.start, .exec, .execIgnoringPaused, .delete, .forcedDelete, .events, .pause, .update],
        .running: [.exec, .execIgnoringPaused, .forcedDelete, .events, .pause, .update, .checkpoint],
        .paused: [.execIgnoringPaused, .forcedDelete, .events, .resume, .update, .checkpoint],
        .stopped: [.delete, .forcedDelete],
    ]

    @Test(arguments: ContainerStatus.allCases, ContainerStatus.Operation.allCases)
    func allowsWhatTheTableSays(status: ContainerStatus, operation: ContainerStatus.Operation) throws {
        let allowed = try #require(Self.allowed[status])
        #expect(status.allows(operation) == allowed.contains(operation))
    }
}
