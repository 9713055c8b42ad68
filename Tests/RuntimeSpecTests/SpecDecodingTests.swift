import Foundation
import Testing

@testable import RuntimeSpec

@Suite struct SpecDecodingTests {
    let spec: Spec

    init() throws { spec = try Spec.decode(Array(maximalConfig.utf8)) }

    @Test(arguments: [("1.0.2-dev", nil), ("1.2.1", nil), ("1.3.0", 0)] as [(String, Int64?)])
    func noProcessesIsNoLimitBeforeItIsOne(_ version: String, _ limit: Int64?) throws {
        var spec = try Spec.decode(Array(#"{"ociVersion":"\#(version)","linux":{"resources":{"pids":{"limit":0}}}}"#.utf8))
        spec.adoptOldMeanings()
        #expect(spec.linux.resources?.pids?.limit == limit)
    }

    @Test func processIsRead() throws {
        let process = try #require(spec.process)
        #expect(process.terminal && process.noNewPrivileges)
        #expect(process.consoleSize?.height == 25 && process.consoleSize?.width == 80)
        #expect(process.user.uid == 1000 && process.user.gid == 4_294_967_294 && process.user.umask == 0o22)
        #expect(process.user.additionalGids == [5, 6])
        #expect(process.args == ["sh", "-c", "echo \"ä€😀\" / \\ \n"])
        #expect(process.env == ["PATH=/bin", "EMPTY="] && process.cwd == "/home")
        #expect(process.capabilities?.bounding == ["CAP_CHOWN"] && process.capabilities?.ambient == ["CAP_MKNOD"])
        #expect(process.rlimits[0].type == .noFile && process.rlimits[0].hard == .max && process.rlimits[0].soft == 1 << 63)
        #expect(process.apparmorProfile == "profile" && process.selinuxLabel == "label" && process.oomScoreAdj == -999)
        #expect(process.scheduler?.policy == .deadline && process.scheduler?.nice == -5 && process.scheduler?.period == 3000)
        #expect(process.ioPriority?.class == .idle && process.ioPriority?.priority == 7)
        #expect(process.execCPUAffinity?.initial == "0-1" && process.execCPUAffinity?.final == "2")
    }

    @Test func commonPartIsRead() {
        #expect(spec.ociVersion == "1.3.0" && spec.hostname == "host" && spec.domainname == "domain")
        #expect(spec.root?.path == "rootfs" && spec.root?.readonly == true)
        #expect(spec.mounts[0].options == ["rbind", "ro"] && spec.mounts[0].uidMappings[0].size == 2)
        #expect(spec.hooks.prestart[0].timeout == 1 && spec.hooks.poststop[0].path == "/h6")
        #expect(spec.annotations == ["org.example.a": "", "org.example.b": "2"])
    }

    @Test func linuxPartIsRead() {
        let linux = spec.linux
        #expect(linux.uidMappings == [LinuxIDMapping(containerID: 0, hostID: 100_000, size: .max)])
        #expect(linux.namespaces.map(\.type) == [.pid, .network, .mount, .ipc, .uts, .user, .cgroup, .time])
        #expect(linux.namespaces[1].path == "/run/netns/a" && linux.namespaces[0].path == nil)
        #expect(linux.devices[0].fileMode == 0o666 && linux.devices[1].type == .fifo)
        #expect(linux.netDevices["eth0"]?.name == "container0" && linux.netDevices["eth1"]?.name == nil)
        #expect(linux.seccomp?.syscalls[0].args[0].value == 9_223_372_036_854_775_809)
        #expect(linux.seccomp?.syscalls[0].args[0].valueTwo == .max && linux.seccomp?.flags == [.log])
        #expect(linux.rootfsPropagation == .rslave && linux.personality?.domain == .linux32)
        #expect(linux.intelRdt?.enableMonitoring == true && linux.memoryPolicy?.mode == .bind)
        #expect(linux.timeOffsets["monotonic"]?.secs == -172_800 && linux.timeOffsets["boottime"]?.nanosecs == 0)
    }

    @Test func resourcesAreRead() throws {
        let resources = try #require(spec.linux.resources)
        #expect(resources.devices[1].type == .character && resources.devices[0].major == nil)
        #expect(resources.memory?.swap == -1 && resources.memory?.disableOOMKiller == false)
        #expect(resources.cpu?.quota == -1 && resources.cpu?.idle == 1 && resources.pids?.limit == -1)
        #expect(resources.blockIO?.weightDevice[0].leafWeight == 300)
        #expect(resources.blockIO?.throttleWriteIOPSDevice[0].rate == 4)
        #expect(resources.hugepageLimits[0].limit == 9_223_372_036_854_771_712)
        #expect(resources.network?.priorities[0].priority == 500 && resources.rdma["mlx5_1"]?.hcaObjects == 10000)
        #expect(resources.unified == ["memory.high": "max"])
    }

    @Test(arguments: [true, false]) func everyFieldSurvivesARoundTrip(pretty: Bool) throws {
        let text = spec.encoded(pretty: pretty)
        #expect(try Spec.decode(Array(text.utf8)) == spec)
        // Foundation's reading of both texts is the same: no field was dropped, renamed or changed on the way.
        #expect(try foundationObject(text) == foundationObject(maximalConfig))
        #expect(text.contains("\n") == pretty)
    }

    @Test func textIsTheSameEachTime() {
        #expect(spec.encoded(pretty: false) == spec.encoded(pretty: false))
        #expect(spec.encoded(pretty: false).contains(#""annotations":{"org.example.a":"","org.example.b":"2"}"#))
    }

    @Test func processAloneIsRead() throws {
        let process = try Process.decode(Array(#"{"args":["id"],"cwd":"/","user":{"uid":7}}"#.utf8))
        #expect(process.args == ["id"] && process.user.uid == 7 && process.user.gid == 0 && process.capabilities == nil)
    }

    @Test func resourcesAloneAreRead() throws {
        let resources = try Resources.decode(Array(#"{"pids":{"limit":5}}"#.utf8))
        #expect(resources.pids?.limit == 5 && resources.memory == nil)
    }

    @Test(arguments: [
        #"{"ociVersion":"1.0.0","windows":{"layerFolders":[1,{"a":null}]},"x":1e300,"y":99999999999999999999999}"#,
        #"{"ociVersion":"1.0.0","process":null,"root":null,"hostname":null,"mounts":null,"annotations":null,"linux":null}"#,
        #"{"ociVersion":"1.0.0","hostname":"","linux":{"rootfsPropagation":"","cgroupsPath":"","intelRdt":null}}"#,
        "\t\r\n {\"ociVersion\" : \"1.0.0\"}\n\n",
        #"{"ociVersion":"2.0.0","ociVersion":"1.0.0"}"#,
    ])
    func unknownNullAndEmptyAreAbsent(text: String) throws {
        var expected = Spec()
        expected.ociVersion = "1.0.0"
        var spec = try Spec.decode(Array(text.utf8))
        spec.linux.intelRdt = nil
        #expect(spec == expected)
    }

    @Test func absentAndEmptySeccompFlagsDiffer() throws {
        let absent = try Seccomp.decode(Array(#"{"defaultAction":"SCMP_ACT_ALLOW"}"#.utf8))
        let empty = try Seccomp.decode(Array(#"{"defaultAction":"SCMP_ACT_ALLOW","flags":[]}"#.utf8))
        #expect(absent.flags == nil && empty.flags == [])
        #expect(try Seccomp.decode(Array(empty.encoded(pretty: false).utf8)) == empty)
    }

    @Test func nullInAMapIsAbsent() throws {
        #expect(try Resources.decode(Array(#"{"unified":{"a":null,"b":"1"}}"#.utf8)).unified == ["b": "1"])
    }
}
