import Foundation
import Testing

extension IntegrationTests {
    /// `spec` and `features`.
    @Suite struct SpecCommandTests {
        private func spec(_ bundle: Bundle, _ options: [String] = []) throws -> JSONValue {
            let directory = "\(bundle.directory)/spec-\(UniqueNumber.next())"
            try bundle.makeDirectory(directory)
            let result = try bundle.command([try RuntimeUnderTest.path, "spec", "--bundle", directory] + options).run()
            try #require(result.succeeded && result.stderr.isEmpty, "\(result)")
            return try JSONValue(parsing: bundle.read("\(directory)/config.json"))
        }

        private func namespaces(_ config: JSONValue) -> Set<String> { Set((config["linux.namespaces"]?.array ?? []).compactMap { $0["type"]?.string }) }

        @Test func theRootfulOne() throws {
            try withBundle(.root) { bundle in
                let config = try spec(bundle)
                #expect(namespaces(config).isSuperset(of: ["pid", "network", "ipc", "uts", "mount"]))
                #expect(!namespaces(config).contains("user"))
                #expect(config["root.path"]?.string == "rootfs" && config["root.readonly"]?.bool == true)
                #expect(config["process.args"]?.array == ["sh"] && config["process.terminal"]?.bool == true)
            }
        }

        @Test(arguments: Identity.unprivileged)
        func theRootlessOneDiffers(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let plain = try spec(bundle)
                let rootless = try spec(bundle, ["--rootless"])
                #expect(namespaces(rootless) == namespaces(plain).union(["user"]).subtracting(["network"]))
                let user = try TestHost.shared.user
                #expect(rootless["linux.uidMappings"]?.array == [["containerID": 0, "hostID": .init(user.uid), "size": 1]])
                #expect(rootless["linux.gidMappings"]?.array == [["containerID": 0, "hostID": .init(user.gid), "size": 1]])
                #expect(rootless["linux.resources"] == nil)
                let options = (rootless["mounts"]?.array ?? []).flatMap { $0["options"]?.array ?? [] }.compactMap(\.string)
                #expect(!options.contains { $0.hasPrefix("gid=") || $0.hasPrefix("uid=") })
                let sys = rootless["mounts"]?.array?.first { $0["destination"]?.string == "/sys" }
                #expect(sys?["source"]?.string == "/sys" && sys?["options"]?.array?.contains("rbind") == true && sys?["options"]?.array?.contains("ro") == true)
            }
        }

        @Test func nothingIsOverwritten() throws {
            try withBundle(.oneID) { bundle in
                try bundle.write("mine", to: "\(bundle.directory)/config.json")
                let result = try bundle.runc("spec", "--rootless")
                #expect(result.status == 1 && result.errors.count == 1 && result.stderr.contains("config.json"), "\(result)")
                #expect(try bundle.read("\(bundle.directory)/config.json") == "mine")
            }
        }

        @Test(arguments: Identity.allCases)
        func featuresAreTold(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                let result = try bundle.runc("features")
                try #require(result.succeeded, "\(result)")
                let features = try JSONValue(parsing: result.stdout)
                #expect(features["ociVersionMin"]?.string != nil && features["ociVersionMax"]?.string == "1.3.0")
                #expect(
                    features["hooks"]?.array == ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"])
                #expect(
                    features["potentiallyUnsafeConfigAnnotations"]?.array
                        == ["org.criu.config", "org.systemd.property.", "run.oci.seccomp.receiver"])
                #expect(features["mountOptions"]?.array?.contains("rbind") == true)
                #expect(features["linux.namespaces"]?.array?.contains("time") == true)
                #expect(features["linux.capabilities"]?.array?.contains("CAP_CHOWN") == true)
                #expect(features["linux.seccomp.enabled"]?.bool == true)
            }
        }

        @Test func theVersionHasThreeLines() throws {
            try withBundle(.oneID) { bundle in
                for option in ["--version", "-v"] {
                    let result = try bundle.runc(option)
                    #expect(result.succeeded && result.lines.count >= 3, "\(result)")
                    #expect(result.lines[0].hasPrefix("runc version "))
                    #expect(result.lines.contains("spec: 1.3.0"))
                    #expect(result.lines.contains { $0.hasPrefix("libseccomp: 2.") })
                }
            }
        }
    }
}
