import Foundation
import Glibc
import Testing

extension IntegrationTests.GuestTests {
    /// Migration in which the memory comes after the processes, both ends on one machine; and what of its size dedup saves.
    @Suite(.needs(.guest), .serialized) struct LazyMigrationTests {
        /// 64 MiB that are written without end. Pages are missing where they were not saved, and are told from each other.
        @Test func memoryFollowsOverLoopback() throws {
            try withBundle(.root) { bundle in
                try bundle.setWorkload("write", "64")
                try bundle.startDetached()
                let before = try bundle.requireProgress(above: 2)
                try bundle.checkpoint(image: "plain")
                try bundle.restore(image: "plain")
                try bundle.requireProgress(above: before)
                let plain = try bundle.takePause()
                try bundle.migrateLazily(address: "127.0.0.1")
                print("64 MiB, written without end: they stood still for \(plain) ms in a dump and restore, for \(try bundle.takePause()) ms in a lazy migration")
            }
        }

        /// Between two network namespaces, after a pre-dump.
        @Test func memoryFollowsFromAnotherNetwork() throws {
            try withBundle(.root) { bundle in
                let network = try TwoNetworks()
                try bundle.setWorkload("write", "16")
                try bundle.startDetached()
                try bundle.requireProgress(above: 2)
                try bundle.checkpoint("--pre-dump", image: "pre")
                try bundle.requireProgress(above: try bundle.count())
                try bundle.migrateLazily(address: TwoNetworks.sourceAddress, parent: "../pre", source: network.source, destination: network.destination)
            }
        }

        /// A page that a later image has is freed in the earlier ones.
        @Test func dedupShrinksTheParents() throws {
            try withBundle(.root) { bundle in
                try bundle.setWorkload("write", "16")
                try bundle.startDetached()
                try bundle.requireProgress(above: 2)
                var sums: [Int] = []
                for options in [[], ["--auto-dedup"]] {
                    let names = (0..<3).map { "image\(sums.count)-\($0)" }
                    for (index, name) in names.enumerated() {
                        let parent = index > 0 ? "../\(names[index - 1])" : nil
                        try bundle.checkpoint(options: options + [index < 2 ? "--pre-dump" : "--leave-running"], image: name, parent: parent)
                        try bundle.requireProgress(above: try bundle.count())
                    }
                    sums.append(try names.map { try bundle.pageBytes($0) }.reduce(0, +))
                }
                print("16 MiB, written without end, twice pre-dumped: \(sums[0] >> 20) MiB of images, \(sums[1] >> 20) MiB with --auto-dedup")
                #expect(sums[1] * 3 < sums[0] * 2, "\(sums)")
            }
        }
    }
}

/// Two network namespaces that hear each other, removed with the last reference.
private final class TwoNetworks {
    static let sourceAddress = "10.77.0.1"
    private let names: [String]
    /// The words before a command that make it run there.
    var source: [String] { ["nsenter", "--net=/run/netns/\(names[0])"] }
    var destination: [String] { ["nsenter", "--net=/run/netns/\(names[1])"] }

    init() throws {
        let mark = "it-\(getpid())-\(UniqueNumber.next())"
        names = ["\(mark)a", "\(mark)b"]
        for name in names { try PlainCommand.run(["ip", "netns", "add", name]) }
        try PlainCommand.run(["ip", "-n", names[0], "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", names[1]])
        for (name, address) in zip(names, [Self.sourceAddress, "10.77.0.2"]) {
            try PlainCommand.run(["ip", "-n", name, "address", "add", "\(address)/24", "dev", "veth0"])
            try PlainCommand.run(["ip", "-n", name, "link", "set", "veth0", "up"])
        }
    }

    deinit { for name in names { _ = try? PlainCommand.run(["ip", "netns", "delete", name]) } }
}

extension Bundle {
    /// The longest time between two pages that the workload has seen since the last call, in milliseconds.
    fileprivate func takePause() throws -> Int {
        let path = "\(rootfs)/tmp/pause"
        guard let pause = Int(try read(path).trimmingCharacters(in: .newlines)) else { throw HarnessError("no pause") }
        try #require(unlink(path) == 0 && eventually { access(path, F_OK) == 0 })
        return pause
    }

    /// Moves the container to another id on the same machine; the source has ended when this returns, and all memory has come.
    ///
    /// - Parameters:
    ///   - source: words before the command there, as `destination` for the other end.
    fileprivate func migrateLazily(address: String, parent: String? = nil, source: [String] = [], destination: [String] = []) throws {
        let port = "27000", image = "\(directory)/lazy", moved = anotherID()
        var ready: [Int32] = [-1, -1]
        guard pipe(&ready) == 0 else { throw HarnessError("no pipe") }
        defer { close(ready[0]) }
        var dump = try runtimeCommand(
            ["checkpoint", "--lazy-pages", "--page-server", "\(address):\(port)", "--status-fd", "3", "--image-path", image]
                + (parent.map { ["--parent-path", $0] } ?? []) + [id])
        dump.arguments = source + dump.arguments
        dump.descriptors = [ready[1]]
        let dumping = try dump.start()
        close(ready[1])
        var byte: UInt8 = 1
        guard Glibc.read(ready[0], &byte, 1) == 1, byte == 0 else { throw HarnessError("the page server was not ready: \(try dumping.wait())") }

        let stopped = try count()
        let pages = try command(destination + ["criu", "lazy-pages", "--page-server", "--address", address, "--port", port, "-D", image, "-W", image]).start()
        try #require(eventually { access("\(image)/lazy-pages.socket", F_OK) == 0 })
        var restore = try runtimeCommand(["restore", "--detach", "--lazy-pages", "--image-path", image, moved])
        restore.arguments = destination + restore.arguments
        let restored = try restore.run()
        try #require(restored.succeeded, "\(restored)")
        try requireProgress(above: stopped)
        for ended in [try pages.wait(), try dumping.wait()] { #expect(ended.succeeded, "\(ended)") }
        #expect(try !runc("state", id).succeeded, "the source is gone")
        #expect(try runc("state", moved).stdout.contains("running"))
        try requireProgress(above: try count())
    }
}
