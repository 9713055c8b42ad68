import Testing

@testable import CommandLineInterface

@Suite struct SignalNameTests {
    @Test(arguments: [
        ("TERM", 15), ("SIGTERM", 15), ("sigterm", 15), ("Term", 15), ("SIGKILL", 9), ("kill", 9), ("HUP", 1), ("SIGUSR1", 10),
        ("usr2", 12), ("CHLD", 17), ("CLD", 17), ("IO", 29), ("POLL", 29), ("IOT", 6), ("WINCH", 28), ("SYS", 31),
        ("0", 0), ("1", 1), ("15", 15), ("64", 64),
        ("RTMIN", 34), ("SIGRTMIN", 34), ("SIGRTMIN+1", 35), ("rtmin+30", 64), ("RTMAX", 64), ("SIGRTMAX-30", 34),
    ] as [(String, Int32)])
    func number(_ text: String, _ number: Int32) {
        #expect(SignalName(argument: text)?.number == number)
    }

    @Test(arguments: [
        "", "FOO", "SIG", "SIGSIGTERM", "65", "-1", "15x", "0x9", " 9", "RTMIN+31", "RTMIN-1", "RTMAX+1", "RTMAX-31", "RTMIN+", "RTMIN+-1",
        "RTMIN1",
    ])
    func unknown(_ text: String) {
        #expect(SignalName(argument: text) == nil)
    }

    @Test func everyNumberBelowTheRealTimeOnesHasAName() {
        let names = [
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
            "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
        ]
        #expect(names.map { SignalName(argument: $0)?.number } == (1...31).map(Optional.some))
    }
}
