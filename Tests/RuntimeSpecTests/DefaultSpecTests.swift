import Testing

@testable import RuntimeSpec

@Suite struct DefaultSpecTests {
    @Test func defaultIsRuncs() { #expect(Spec.defaultSpec().encoded(pretty: true) == defaultConfig) }

    @Test func rootlessIsRuncs() {
        var spec = Spec.defaultSpec()
        spec.makeRootless(hostUID: 0, hostGID: 0)
        #expect(spec.encoded(pretty: true) == defaultRootlessConfig)
    }

    @Test func rootlessMapsTheCaller() {
        var spec = Spec.defaultSpec()
        spec.makeRootless(hostUID: 1000, hostGID: 100)
        #expect(spec.linux.uidMappings == [LinuxIDMapping(containerID: 0, hostID: 1000, size: 1)])
        #expect(spec.linux.gidMappings == [LinuxIDMapping(containerID: 0, hostID: 100, size: 1)])
    }

    @Test func rootlessTakesSubordinateRanges() {
        let uids = [LinuxIDMapping(containerID: 0, hostID: 1000, size: 1), LinuxIDMapping(containerID: 1, hostID: 100_000, size: 65536)]
        let gids = [LinuxIDMapping(containerID: 0, hostID: 100, size: 1)]
        var spec = Spec.defaultSpec()
        spec.makeRootless(uidMappings: uids, gidMappings: gids)
        #expect(spec.linux.uidMappings == uids && spec.linux.gidMappings == gids)
        #expect(spec.linux.namespaces.last == Namespace(.user) && spec.linux.resources == nil)
    }

    @Test func cgroupNamespaceIsTheLast() {
        #expect(Spec.defaultSpec(cgroupNamespace: true).linux.namespaces == Spec.defaultSpec().linux.namespaces + [Namespace(.cgroup)])
    }
}
