import ContainerPlan
import Glibc
import IDMapping
import LinuxKernel
import RuntimeSpec
import SystemPackage

extension Runtime {
    /// Writes a config.json to start from; one that is there is never overwritten.
    public func spec(_ request: SpecRequest) throws(RuntimeError) {
        var spec = Spec.defaultSpec()
        if request.rootless || request.subids { try makeRootless(&spec, request) }
        let path = "\(request.bundle)/\(Bundle.configName)"
        do throws(KernelError) {
            let directory = try FileDescriptor.currentDirectory.open(request.bundle, [.path, .directory])
            let file = try directory.open(Bundle.configName, [.writeOnly, .create, .exclusive], mode: 0o666)
            try file.writeAll(spec.encoded(pretty: true) + "\n")
        } catch {
            throw RuntimeError(path, error, hint: error.errno == .fileExists ? "remove or rename it first" : nil)
        }
    }

    private func makeRootless(_ spec: inout Spec, _ request: SpecRequest) throws(RuntimeError) {
        let probe = try HostProbe(), identity = probe.identity
        guard request.subids else { return spec.makeRootless(hostUID: identity.effectiveUID, hostGID: identity.effectiveGID) }
        let entry = UserDatabase.entry(uid: getuid())
        let maps = MapFactsProbe(procfs: probe.procfs, identity: identity)
        func map(_ kind: IDKind, ownID: UInt32) throws(RuntimeError) -> [LinuxIDMapping] {
            let own: IDMap, subordinates: SubordinateRanges
            do throws(KernelError) { (own, subordinates) = (try maps.ownMap(kind), try maps.subordinates(kind, user: entry)) } catch {
                throw RuntimeError("asking who we are", error)
            }
            do throws(IDMapError) {
                return try subordinates.map(ownID: ownID, kind: kind, user: entry?.name ?? "uid \(getuid())", ownMap: own)
                    .ranges.map { LinuxIDMapping(containerID: $0.containerID, hostID: $0.hostID, size: $0.size) }
            } catch { throw RuntimeError(error) }
        }
        spec.makeRootless(uidMappings: try map(.uid, ownID: identity.effectiveUID), gidMappings: try map(.gid, ownID: identity.effectiveGID))
    }
}
