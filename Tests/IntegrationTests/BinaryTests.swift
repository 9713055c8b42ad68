import Foundation
import Testing

extension IntegrationTests {
    /// What the executable is made of.
    @Suite struct BinaryTests {
        @Test(.needs(.tool("readelf"))) func isFullyStatic() throws {
            let path = try RuntimeUnderTest.path
            let headers = try PlainCommand.run(["readelf", "--program-headers", "--wide", path])
            #expect(!headers.contains("INTERP"), "\(headers)")
            let dynamic = try PlainCommand.run(["readelf", "--dynamic", "--wide", path])
            #expect(!dynamic.contains("NEEDED"), "\(dynamic)")
        }

        /// What `CFoundationAbsent` keeps out: a half more of size and of the time in which a command line is parsed.
        @Test func hasNoFoundation() throws {
            let executable = try Data(contentsOf: URL(filePath: try RuntimeUnderTest.path))
            #expect(executable.range(of: Data("CommandLineInterface".utf8)) != nil)
            for module in ["FoundationEssentials", "_RegexParser"] { #expect(executable.range(of: Data(module.utf8)) == nil, "\(module)") }
        }

        @Test func whatIsAbsentIsRefused() throws {
            let result = try Command(arguments: [try RuntimeUnderTest.path, "run", "--experimental-dump-help"]).run()
            #expect(result.status == 1 && result.stderr == "runc: --experimental-dump-help: not supported (hint: see runc --help)\n", "\(result)")
        }

        @Test func runsWhereThereIsNothingElse() throws {
            try withBundle(.root) { bundle in
                let root = "\(bundle.directory)/empty"
                try bundle.makeDirectory(root)
                try PlainCommand.run(["cp", try RuntimeUnderTest.path, "\(root)/runc"])
                try bundle.makeDirectory("\(root)/proc")
                // The Swift runtime looks itself up in /proc when it starts.
                let result = try bundle.command(["chroot", root, "/runc", "--version"]).inPrivateMounts("mount -t proc proc \(root)/proc").run()
                #expect(result.succeeded, "\(result)")
            }
        }

        /// No name service, no character set conversion, no loading of libraries: none of these works in a static executable.
        @Test(.needs(.tool("nm"), .ownObjects)) func ourObjectsReachNothingThatLoadsLibraries() throws {
            let objects = OwnObjects.paths
            #expect(objects.count > 10)
            let undefined = try PlainCommand.run(["nm", "--undefined-only", "--no-sort"] + objects)
            let forbidden = ["getpw", "getgr", "getaddrinfo", "gethostby", "getservby", "iconv", "dlopen", "initgroups", "nss_", "setlocale"]
            for line in undefined.split(separator: "\n") {
                guard let name = line.split(separator: " ").last, line.contains(" U ") else { continue }
                #expect(!forbidden.contains { name.hasPrefix($0) } && name != "wordexp", "\(name)")
            }
        }
    }
}

/// The object files of the release build from which the executable under test was linked.
enum OwnObjects {
    static var paths: [String] {
        let release = "\(RuntimeUnderTest.packageDirectory)/.build/release"
        guard let modules = try? FileManager.default.contentsOfDirectory(atPath: "\(RuntimeUnderTest.packageDirectory)/Sources") else { return [] }
        return modules.flatMap { module -> [String] in
            let directory = "\(release)/\(module).build"
            let names = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
            return names.filter { $0.hasSuffix(".o") }.map { "\(directory)/\($0)" }
        }
    }
}

extension HostFeature {
    static let ownObjects = HostFeature(name: "a release build's objects") { !OwnObjects.paths.isEmpty }
}
