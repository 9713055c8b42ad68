import RuntimeSpec
import Testing

@testable import CommandLineInterface

@Suite struct OptionTextTests {
    @Test(arguments: [
        ("0", 0), ("1048576", 1_048_576), ("512m", 536_870_912), ("512MB", 536_870_912), ("1.5GiB", 1_610_612_736), ("1 k", 1024), ("7b", 7), ("-1", -1),
        ("9223372036854775807", Int64.max), ("1t", 1 << 40), ("2P", 2 << 50),
    ])
    func bytes(_ text: String, _ expected: Int64) { #expect(ByteCountText.bytes(text) == expected) }

    @Test(arguments: ["", "-2", "m", "1x", "1.", ".5k", "1.2.3", "1mm", "1ib", "9223372036854775808", "9999999p", "1  k", "0x10"])
    func noBytes(_ text: String) { #expect(ByteCountText.bytes(text) == nil) }

    @Test(arguments: [
        ([], [:]), (["sub"], ["": "sub"]), (["cpu:a"], ["cpu": "a"]), (["cpu,memory:a", "pids:b:c"], ["cpu": "a", "memory": "a", "pids": "b:c"]), (["name=systemd:/a"], ["name=systemd": "/a"]),
    ])
    func cgroupPaths(_ values: [String], _ expected: [String: String]) { #expect(CgroupPaths.parse(values) == expected) }

    @Test(arguments: [[""], ["a", "b"], ["cpu:a", "b"], [":a"], ["cpu,:a"], ["cpu:"], ["cpu:a", "memory,cpu:b"]])
    func noCgroupPaths(_ values: [String]) { #expect(CgroupPaths.parse(values) == nil) }

    @Test func updateHoldsWhatIsGivenAndNothingElse() throws {
        #expect(try #require(try UpdateCommand.parsed(["demo"])).changes == Resources())
        let command = try #require(try UpdateCommand.parsed([
            "--memory", "32m", "--memory-swap=-1", "--cpu-quota", "-1", "--cpu-share", "512", "--cpuset-cpus", "0-1", "--pids-limit=-1", "--blkio-weight", "100", "demo",
        ]))
        var expected = Resources()
        expected.memory = Resources.Memory()
        expected.memory?.limit = 33_554_432
        expected.memory?.swap = -1
        expected.cpu = Resources.CPU()
        expected.cpu?.quota = -1
        expected.cpu?.shares = 512
        expected.cpu?.cpus = "0-1"
        expected.pids = Resources.Pids()
        expected.pids?.limit = -1
        expected.blockIO = Resources.BlockIO()
        expected.blockIO?.weight = 100
        #expect(command.changes == expected)
        #expect(throws: (any Error).self) { try UpdateCommand.parsed(["--memory", "lots", "demo"]) }
    }
}
