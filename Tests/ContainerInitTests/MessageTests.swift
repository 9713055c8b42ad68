import LinuxKernel
import SystemPackage
import Testing

@testable import ContainerInit

@Suite struct MessageTests {
    @Test(arguments: [
        ChildFailure.Place.intermediate, .step(0), .step(7), .step(65535), .process(.becomeSetupUser), .process(.execute),
    ])
    func aFailureArrivesWhole(_ place: ChildFailure.Place) throws {
        let sent = ChildFailure(place, KernelError(.mount_setattr, .notPermitted, "/some/päth"))
        guard case .failure(let received)? = ChildMessage(ChildMessage.failure(sent).encoded()) else {
            Issue.record("not a failure")
            return
        }
        #expect(received == sent)
    }

    @Test(arguments: KernelCall.allCases)
    func everyCallHasACode(_ call: KernelCall) {
        #expect(KernelCall(code: call.code) == call)
    }

    @Test(arguments: ProcessAction.allCases)
    func everyActionArrives(_ action: ProcessAction) {
        let failure = ChildFailure(.process(action), KernelError(.execve, .ioError))
        guard case .failure(let received)? = ChildMessage(ChildMessage.failure(failure).encoded()) else {
            Issue.record("not a failure")
            return
        }
        #expect(received.place == .process(action))
    }

    @Test func aPIDArrives() {
        guard case .initProcess(let pid)? = ChildMessage(ChildMessage.initProcess(pid: 4_194_303).encoded()) else {
            Issue.record("not a pid")
            return
        }
        #expect(pid == 4_194_303)
    }

    /// Whatever bytes come, none is taken for a message that it is not.
    @Test(arguments: 0..<12)
    func tooShortIsNoMessage(_ length: Int) {
        #expect(ChildMessage(Array(ChildMessage.ready.encoded().prefix(length))) == nil)
    }

    @Test(arguments: [[UInt8](repeating: 0, count: 12), [8] + [UInt8](repeating: 0, count: 11), [6, 9] + [UInt8](repeating: 0, count: 10), [6, 3, 0, 200] + [UInt8](repeating: 0, count: 8)])
    func unknownKindsAreNoMessage(_ bytes: [UInt8]) {
        #expect(ChildMessage(bytes) == nil)
    }
}
