import Testing

@testable import UsernsRuntime

@Suite struct ProcessTableTests {
    @Test(arguments: [
        ("UID PID PPID CMD\nroot 7 1 init\nroot 12 7 sh -c x\nroot 712 7 other\n", [12, 7], "UID PID PPID CMD\nroot 7 1 init\nroot 12 7 sh -c x\n"),
        ("    PID COMMAND\n      9 sleep\n     99 sh\n", [99], "    PID COMMAND\n     99 sh\n"),
        ("CMD\tPID\na\t1\n\n", [1], "CMD\tPID\na\t1\n"),
        ("PID\n1\n", [], "PID\n"),
    ])
    func keepsTheHeadingAndTheLinesOfTheProcesses(_ output: String, _ pids: [Int32], _ expected: String) throws {
        #expect(try ProcessTable(output, of: pids).text == expected)
    }

    @Test(arguments: [
        ("", "couldn't find PID"), ("COMMAND\nsh\n", "couldn't find PID"), ("PPID SPID\n1 2\n", "couldn't find PID"),
        ("STARTED PID\nMon Nov 24 1 7\n", "unable to parse pid"), ("CMD PID\nsh\n", "unable to parse pid"),
    ])
    func withoutAPIDInEachLineItIsAnError(_ output: String, _ text: String) {
        let error = #expect(throws: RuntimeError.self) { try ProcessTable(output, of: [1]) }
        #expect(error?.message.contains(text) == true)
        #expect(error?.hint != nil)
    }
}
