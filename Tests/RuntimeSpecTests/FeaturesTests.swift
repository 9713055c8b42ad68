import Testing

@testable import RuntimeSpec

@Suite struct FeaturesTests {
    static let document = #"""
        {"ociVersionMin":"1.0.0","ociVersionMax":"1.3.0","hooks":["prestart"],"mountOptions":["ro"],"linux":{"namespaces":["pid"],"capabilities":["CAP_KILL"],"cgroup":{"v1":true,"v2":false,"systemd":true,"systemdUser":true,"rdma":false},"seccomp":{"enabled":true,"actions":["SCMP_ACT_LOG"],"operators":["SCMP_CMP_EQ"],"archs":["SCMP_ARCH_X86"],"knownFlags":["SECCOMP_FILTER_FLAG_LOG"],"supportedFlags":["SECCOMP_FILTER_FLAG_LOG"]},"apparmor":{"enabled":true},"selinux":{"enabled":false},"intelRdt":{"enabled":true,"schemata":true,"monitoring":false},"mountExtensions":{"idmap":{"enabled":true}},"netDevices":{"enabled":true},"memoryPolicy":{"modes":["MPOL_BIND"],"flags":["MPOL_F_STATIC_NODES"]}},"annotations":{"a":"b"},"potentiallyUnsafeConfigAnnotations":["com.example."]}
        """#

    @Test func everyFieldSurvivesARoundTrip() throws {
        #expect(try Features.decode(Array(Self.document.utf8)).encoded(pretty: false) == Self.document)
    }

    /// What `features` names is what the parser takes.
    @Test func everyHookNamedIsParsed() throws {
        for name in Hooks.names {
            let document = "{\"\(name)\":[{\"path\":\"/bin/true\"}]}"
            #expect(try Hooks.decode(Array(document.utf8)).encoded(pretty: false) == document)
        }
    }

    @Test func unknownIsNotWritten() {
        var features = Features()
        features.linux = .init()
        features.linux?.apparmor = .init(enabled: false)
        #expect(features.encoded(pretty: false) == #"{"ociVersionMin":"","ociVersionMax":"","linux":{"apparmor":{"enabled":false}}}"#)
    }
}
