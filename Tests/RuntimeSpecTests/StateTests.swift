import Foundation
import Testing

@testable import RuntimeSpec

@Suite struct StateTests {
    @Test func stateDocumentHasTheKeysOfTheCommandLine() throws {
        var state = ContainerStateDocument()
        state.id = "demo"
        state.pid = 42
        state.status = "running"
        state.bundle = "/b"
        state.rootfs = "/b/rootfs"
        state.created = "2026-01-31T23:59:59.123456789Z"
        state.annotations = ["a": "b"]
        state.owner = "alice"
        let text = state.encoded(pretty: false)
        #expect(text == #"{"ociVersion":"1.3.0","id":"demo","pid":42,"status":"running","bundle":"/b","rootfs":"/b/rootfs","created":"2026-01-31T23:59:59.123456789Z","annotations":{"a":"b"},"owner":"alice"}"#)
        #expect(try ContainerStateDocument.decode(Array(text.utf8)) == state)
        #expect([state, state].encoded(pretty: false) == "[\(text),\(text)]")
    }

    @Test func hookStateLeavesOutAnAbsentProcess() throws {
        var state = HookState()
        state.id = "demo"
        state.status = "stopped"
        state.bundle = "/b"
        #expect(state.encoded(pretty: false) == #"{"ociVersion":"1.3.0","id":"demo","status":"stopped","bundle":"/b"}"#)
        state.pid = 7
        state.annotations = ["a": "b"]
        #expect(state.encoded(pretty: false) == #"{"ociVersion":"1.3.0","id":"demo","status":"stopped","pid":7,"bundle":"/b","annotations":{"a":"b"}}"#)
    }

    private func savedState() throws -> SavedState {
        let spec = try Spec.decode(Array(maximalConfig.utf8))
        var state = SavedState()
        state.id = "demo"
        state.initProcessPID = 42
        state.initProcessStart = .max
        state.created = "2026-01-31T23:59:59.123456789Z"
        state.config.rootfs = "/b/rootfs"
        state.config.cgroups.path = "/a"
        state.config.cgroups.paths = ["memory": "/a", "": "/a"]
        state.config.cgroups.systemd = true
        state.config.namespaces = spec.linux.namespaces
        state.config.rootlessEUID = true
        state.config.rootlessCgroups = true
        state.config.uidMappings = spec.linux.uidMappings
        state.config.gidMappings = spec.linux.gidMappings
        state.config.hooks = spec.hooks
        state.config.annotations = spec.annotations
        state.config.setLabels(bundle: "/b")
        state.config.version = spec.ociVersion
        state.rootless = true
        state.cgroupPaths = ["memory": "/sys/fs/cgroup/memory/a", "": "/sys/fs/cgroup/unified/a"]
        state.externalDescriptors = ["/dev/null", "pipe:[1]", "pipe:[2]"]
        state.intelRdtPath = "/sys/fs/resctrl/demo"
        return state
    }

    @Test func savedStateSurvivesARoundTrip() throws {
        let state = try savedState()
        #expect(try SavedState.decode(Array(state.encoded(pretty: false).utf8)) == state)
        #expect(try SavedState.decode(Array(SavedState().encoded(pretty: true).utf8)) == SavedState())
    }

    @Test func theBundleIsNoAnnotations() throws {
        var state = SavedState()
        state.config.annotations = ["bundle": "/other", "bundle=": "/b", "z": "bundle=/z"]
        state.config.setLabels(bundle: "/b=c")
        #expect(state.config.labels == ["bundle=/other", "bundle==/b", "z=bundle=/z", "bundle=/b=c"])
        #expect(try SavedState.decode(Array(state.encoded(pretty: false).utf8)).config.bundle == "/b=c")
        #expect(SavedConfig().bundle == "")
    }

    /// What is accepted of a configuration is written twice.
    @Test func whatWeHaveWrittenIsReadHoweverLongItIs() throws {
        var state = SavedState()
        state.config.annotations = ["a": String(repeating: "x", count: 9 << 20)]
        state.config.setLabels(bundle: "/b")
        let text = Array(state.encoded(pretty: false).utf8)
        #expect(text.count > Spec.maximumBytes)
        #expect(try SavedState.decode(text) == state)
        var saved = SavedProcess()
        saved.process.args = [String(repeating: "x", count: 17 << 20)]
        #expect(try SavedProcess.decode(Array(saved.encoded(pretty: false).utf8)) == saved)
    }

    @Test func savedProcessSurvivesARoundTrip() throws {
        let spec = try Spec.decode(Array(maximalConfig.utf8))
        var saved = SavedProcess()
        saved.process = try #require(spec.process)
        saved.seccomp = spec.linux.seccomp
        saved.memoryPolicy = spec.linux.memoryPolicy
        saved.personality = spec.linux.personality
        saved.noNewKeyring = true
        #expect(saved.seccomp != nil && saved.personality != nil)
        #expect(try SavedProcess.decode(Array(saved.encoded(pretty: false).utf8)) == saved)
    }

    @Test func savedStateHasTheDocumentedKeys() throws {
        let document = try #require(try foundationObject(savedState().encoded(pretty: false)))
        #expect(Set(document.allKeys.compactMap { $0 as? String }) == [
            "id", "init_process_pid", "init_process_start", "created", "config", "rootless", "cgroup_paths",
            "namespace_paths", "external_descriptors", "intel_rdt_path",
        ])
        let config = try #require(document["config"] as? NSDictionary)
        #expect(Set(config.allKeys.compactMap { $0 as? String }) == [
            "rootfs", "labels", "cgroups", "namespaces", "rootless_euid", "rootless_cgroups", "uid_mappings", "gid_mappings",
            "hooks", "annotations", "version",
        ])
        #expect(document["namespace_paths"] as? [String: String] == [
            "NEWPID": "/proc/42/ns/pid", "NEWNET": "/proc/42/ns/net", "NEWNS": "/proc/42/ns/mnt", "NEWIPC": "/proc/42/ns/ipc",
            "NEWUTS": "/proc/42/ns/uts", "NEWUSER": "/proc/42/ns/user", "NEWCGROUP": "/proc/42/ns/cgroup", "NEWTIME": "/proc/42/ns/time",
        ])
    }

    @Test func damagedStateNamesTheField() throws {
        let text = try savedState().encoded(pretty: false).replacingOccurrences(of: #""rootless_euid":true,"#, with: "")
        #expect(decodingError(SavedState.self, text) == "config.rootless_euid: is missing")
    }

    @Test func everyKindOfNamespaceHasItsOwnKey() {
        #expect(NamespaceType.allCases.map(\.stateKey)
            == ["NEWPID", "NEWNET", "NEWNS", "NEWIPC", "NEWUTS", "NEWUSER", "NEWCGROUP", "NEWTIME"])
    }
}
