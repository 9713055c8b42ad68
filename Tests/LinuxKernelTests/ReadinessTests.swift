import Testing

@testable import LinuxKernel

@Suite struct ReadinessTests {
    @Test func tellsWhichAreReady() throws {
        let pipe = try LinuxKernel.Pipe()
        let awaited: [Readiness.Awaited] = [(pipe.readEnd, .readable), (pipe.writeEnd, .writable), (nil, .readable)]
        #expect(try Readiness.wait(for: awaited) == [false, true, false])
        try pipe.writeEnd.writeAll("x")
        #expect(try Readiness.wait(for: awaited) == [true, true, false])
        #expect(try pipe.readEnd.waitUntilReadable(until: .now))
    }

    /// An end counts as ready, and not as something to read.
    @Test func anEndIsToldApart() throws {
        let pipe = try LinuxKernel.Pipe(), other = try EventCounter()
        pipe.closeWriteEnd()
        #expect(try Readiness.wait(for: [(pipe.readEnd, .readable)]) == [true])
        #expect(try Readiness.answers(for: [(pipe.readEnd, .readable), (other.descriptor, .readable)], until: .now) == [.end, .nothing])
        pipe.closeReadEnd()
        #expect(try Readiness.wait(for: [(pipe.readEnd, .readable)], until: .now) == [false], "a closed end is passed over")
    }

    @Test func theTimeRunsOut() throws {
        let pipe = try LinuxKernel.Pipe()
        let deadline = Deadline(milliseconds: 20)
        #expect(try !pipe.readEnd.waitUntilReadable(until: deadline))
        #expect(deadline.hasPassed && deadline.leftMilliseconds == 0)
    }

    /// Whoever comes late does not come more often.
    @Test func aLateDeadlineIsNotMadeUpFor() throws {
        #expect(Deadline(milliseconds: -10_000).next(afterMilliseconds: 1000).hasPassed)
        let next = Deadline(milliseconds: -10_000).next(afterMilliseconds: 1000).next(afterMilliseconds: 1000)
        #expect(next.leftMilliseconds > 500 && next.leftMilliseconds <= 1000)
    }

    @Test(arguments: [KernelError(.setns, .notPermitted), KernelError(.recvmsg, .fileExists, "eth0: ä")])
    func anErrorCrossesAPipe(_ error: KernelError) {
        #expect(KernelError(error.encoded()) == error)
        #expect(KernelError([1, 2]) == nil)
    }

    @Test(arguments: [(Termination.exited(3), "exit status 3"), (.signaled(9), "killed by signal 9")])
    func anEndHasWords(_ termination: Termination, _ words: String) { #expect("\(termination)" == words) }
}
