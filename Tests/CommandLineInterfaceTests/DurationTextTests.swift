import Testing

@testable import CommandLineInterface

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("5s", 5000), ("300ms", 300), ("1m30s", 90_000), ("1.5h", 5_400_000), (".5s", 500), ("5.s", 5000), ("+2s", 2000), ("1ns", 1), ("1500us", 2),
        ("1500\u{B5}s", 2), ("1500\u{3BC}s", 2), ("1h1m1s1ms", 3_661_001),
    ])
    func readsWhatGoWrites(_ text: String, _ milliseconds: Int64) { #expect(DurationText.milliseconds(text) == milliseconds) }

    @Test(arguments: ["", "5", "s", "0", "0s", "-5s", "5 s", "5x", "1.2.3s", ".s", "+", "9999999999h", "1e3s", "5S"])
    func refusesTheRest(_ text: String) { #expect(DurationText.milliseconds(text) == nil) }
}
