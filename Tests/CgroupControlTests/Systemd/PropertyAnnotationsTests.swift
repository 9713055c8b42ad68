import Testing

@testable import CgroupControl

@Suite struct PropertyAnnotationsTests {
    @Test(arguments: [
        ("TimeoutStopUSec", "uint64 123456789", UnitProperty("TimeoutStopUSec", .uint64(123_456_789))),
        ("CollectMode", "'inactive-or-failed'", UnitProperty("CollectMode", .string("inactive-or-failed"))),
        ("Requires", "['a.service']", UnitProperty("Requires", .array(of: "s", [.string("a.service")]))),
        ("TimeoutStopSec", "7", UnitProperty("TimeoutStopUSec", .uint64(7_000_000))),
        ("TimeoutStopSec", "uint64 0", UnitProperty("TimeoutStopUSec", .uint64(0))),
        ("RuntimeMaxSec", "1.5", UnitProperty("RuntimeMaxUSec", .uint64(1_500_000))),
        ("RuntimeMaxSec", "byte 2", UnitProperty("RuntimeMaxUSec", .uint64(2_000_000))),
        ("RuntimeMaxSec", "uint64 18446744073709", UnitProperty("RuntimeMaxUSec", .uint64(18_446_744_073_709_000_000))),
    ])
    func properties(_ name: String, _ text: String, _ expected: UnitProperty) throws {
        #expect(try PropertyAnnotations.properties(of: ["org.systemd.property." + name: text, "io.other": "x"]) == [expected])
    }

    @Test(arguments: [
        ("", "1"), ("ab", "1"), ("A b", "1"), ("A-b", "1"), ("Été", "1"), ("Name1", "1"), ("Name\0", "1"), (String(repeating: "x", count: 65), "1"),
        ("TimeoutStopSec", "'7'"), ("TimeoutStopSec", "-1"), ("TimeoutStopSec", "-0.5"), ("TimeoutStopSec", "1e300"), ("TimeoutStopSec", "uint64 18446744073710"),
        ("Description", "text"), ("Description", "'" + String(repeating: "x", count: 65536) + "'"),
    ])
    func badOnesAreNamed(_ name: String, _ text: String) {
        let error = #expect(throws: CgroupError.self) { try PropertyAnnotations.properties(of: ["org.systemd.property." + name: text]) }
        #expect(error?.message.hasPrefix("annotation org.systemd.property.\(name): ") == true)
        #expect(error?.isForgivable == false)
    }
}
