import ContainerPlan
import Glibc
import IDMapping
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// What decides how id maps can be written: our own map, our capabilities, and, where they are needed, the helpers and
/// the subordinate ranges.
struct MapFactsProbe {
    let procfs: ProcessFileSystem
    let identity: Identity

    /// A map that we may write ourselves needs no helper, and so no question about one.
    func facts(_ kind: IDKind, for ranges: [IDRange], _ effectiveCapabilities: UInt64, setgroupsDenied: Bool) throws(KernelError) -> MapWriterFacts {
        func caller(_ entry: UserDatabase.Entry?) -> MappingCaller { self.caller(entry, effectiveCapabilities, setgroupsDenied: setgroupsDenied) }
        let cheap = MapWriterFacts(
            caller: caller(nil), ownMap: try ownMap(kind),
            helper: MapHelperFacts(path: nil, isSetuidRoot: false, hasFileCapability: false, isOnNosuidMount: false, servesOtherGroups: false),
            subordinates: SubordinateRanges())
        do throws(IDMapError) {
            _ = try MapWriting(of: try IDMap(validating: ranges, kind: kind), facts: cheap)
            return cheap
        } catch {
            guard case .helperMissing = error else { return cheap }
        }
        let entry = UserDatabase.entry(uid: getuid())
        return MapWriterFacts(
            caller: caller(entry), ownMap: cheap.ownMap, helper: try helper(kind),
            subordinates: try subordinates(kind, user: entry))
    }

    func ownMap(_ kind: IDKind) throws(KernelError) -> IDMap {
        let text = identity.inInitialUserNamespace ? "0 0 4294967295\n" : try procfs.read("self/\(kind.procFileName)")
        do throws(IDMapError) { return try IDMap(procText: text, kind: kind) } catch {
            throw KernelError(.read, .invalidArgument, "/proc/self/\(kind.procFileName): \(error.message)")
        }
    }

    private func caller(_ entry: UserDatabase.Entry?, _ effectiveCapabilities: UInt64, setgroupsDenied: Bool) -> MappingCaller {
        func has(_ capability: Capability) -> Bool { effectiveCapabilities & (1 << UInt64(capability.number)) != 0 }
        return MappingCaller(
            effectiveUID: identity.effectiveUID, effectiveGID: identity.effectiveGID, realUID: getuid(), realGID: getgid(),
            userName: entry?.name, primaryGID: entry?.gid, hasCapSetUID: has(.setuid), hasCapSetGID: has(.setgid),
            hasCapSetFCap: has(.setfcap), noNewPrivileges: CurrentProcess.hasNoNewPrivileges, setgroupsDenied: setgroupsDenied)
    }

    private func helper(_ kind: IDKind) throws(KernelError) -> MapHelperFacts {
        guard let path = HostProgram.find(kind.helperName, environment: EnvironmentVariable.all) else {
            return MapHelperFacts(path: nil, isSetuidRoot: false, hasFileCapability: false, isOnNosuidMount: false, servesOtherGroups: false)
        }
        let file = try FileDescriptor.currentDirectory.open(path, .path)
        let status = try file.status()
        let needed: Capability = kind == .uid ? .setuid : .setgid
        return MapHelperFacts(
            path: path, isSetuidRoot: status.mode & S_ISUID != 0 && status.uid == 0,
            hasFileCapability: FileCapabilities.effective(path: path) & (1 << UInt64(needed.number)) != 0,
            isOnNosuidMount: try file.isOnNosuidMount(), servesOtherGroups: try servesOtherGroups)
    }

    /// `GRANT_AUX_GROUP_SUBIDS yes` of login.defs(5).
    private var servesOtherGroups: Bool {
        get throws(KernelError) {
            try text(of: "/etc/login.defs").split(separator: "\n").contains { line in
                line.split(whereSeparator: { $0 == " " || $0 == "\t" }).prefix(2).map { $0.lowercased() } == ["grant_aux_group_subids", "yes"]
            }
        }
    }

    /// The system's own answer where it has one (ranges may come from a directory service), else the file's.
    func subordinates(_ kind: IDKind, user: UserDatabase.Entry?) throws(KernelError) -> SubordinateRanges {
        if let user, let ranges = rangesOfGetsubids(kind, user: user.name) { return ranges }
        return SubordinateRanges(fileText: try text(of: kind.subordinatePath), name: user?.name, uid: getuid())
    }

    private func rangesOfGetsubids(_ kind: IDKind, user: String) -> SubordinateRanges? {
        let path = "/usr/bin/getsubids"
        guard access(path, X_OK) == 0 else { return nil }
        let arguments = [path] + (kind == .gid ? ["-g"] : []) + [user]
        do throws(KernelError) {
            let outcome = try Spawn(path, arguments: arguments, environment: ["PATH=/usr/bin:/bin"], timeoutMilliseconds: 10_000).run()
            guard outcome.succeeded else { return nil }
            do throws(IDMapError) { return try SubordinateRanges(getsubidsOutput: outcome.output) } catch { return nil }
        } catch { return nil }
    }

    /// Empty where there is none, or none that we may read.
    private func text(of path: String) throws(KernelError) -> String {
        do throws(KernelError) { return try FileDescriptor.currentDirectory.open(path, .readOnly).readText() } catch {
            if error.errno == .noSuchFileOrDirectory || error.errno == .permissionDenied { return "" }
            throw error.about(path)
        }
    }
}
