import CgroupControl
import ContainerPlan
import Glibc
import IDMapping
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// Asks the host for the facts that plans are made from. Read-only; each question is asked where a plan depends on it.
struct HostProbe {
    let procfs: ProcessFileSystem
    let identity: Identity

    init() throws(RuntimeError) {
        do throws(KernelError) {
            procfs = try ProcessFileSystem()
            identity = Identity(
                effectiveUID: CurrentProcess.effectiveUID, effectiveGID: CurrentProcess.effectiveGID,
                inInitialUserNamespace: try procfs.namespaceInode("self", .user) == Identity.initialUserNamespaceInode)
        } catch { throw RuntimeError("asking who we are", error) }
    }

    func privilege(_ request: GlobalRequest) -> Privilege {
        let explicit: Bool? = request.rootless == .auto ? nil : request.rootless == .yes
        return Privilege(of: identity, explicit: explicit, systemdManagerOwner: request.systemdCgroup ? systemdManagerOwner(explicit) : nil)
    }

    /// Asked over the bus only where it decides: by the root of a user namespace. Where nobody answers, systemd is root's.
    private func systemdManagerOwner(_ explicit: Bool?) -> UInt32 {
        guard explicit == nil, identity.effectiveUID == 0, !identity.inInitialUserNamespace else { return 0 }
        return SystemdDriver.ownerOfUserManager() ?? 0
    }

    /// - Parameters:
    ///   - linux: what of the facts is needed depends on it.
    ///   - mounts: likewise.
    ///   - bundle: absolute.
    ///   - asksForCgroups: false for a process of a container that has its cgroups.
    func facts(
        for linux: Linux, mounts: [Mount] = [], process: RuntimeSpec.Process, bundle: String, request: GlobalRequest, asksForCgroups: Bool = true
    ) throws(RuntimeError) -> HostFacts {
        do throws(KernelError) {
            let capabilities = try CurrentProcess.capabilities()
            var facts = HostFacts(
                identity: identity, privilege: privilege(request), permittedCapabilities: capabilities.permitted,
                lastCapability: lastCapability(), bundle: bundle, cgroupHierarchies: CgroupHierarchies([]),
                hasAppArmor: process.apparmorProfile.map { !$0.isEmpty && isAppArmorEnabled } ?? false,
                hasSELinux: [process.selinuxLabel, linux.mountLabel].contains { $0.map { !$0.isEmpty } ?? false } && isSELinuxEnabled)
            if asksForCgroups {
                (facts.cgroupHierarchies, facts.cgroupMemberships) = try cgroups()
            }
            facts.disks = try disks(mounts)
            if !linux.sysctl.isEmpty { facts.joinedOwnNamespaces = try joinedOwnNamespaces(linux) }
            if !linux.netDevices.isEmpty { facts.networkDevices = try networkDevices(linux.netDevices.keys) }
            if !identity.inInitialUserNamespace {
                (facts.ownUIDMap, facts.ownGIDMap) = maps(ofProcess: "self")
                facts.setgroupsDenied = try procfs.setgroupsIsDenied("self")
            }
            if let user = linux.namespaces.first(where: { $0.type == .user }) {
                if let path = user.joinedPath {
                    (facts.joinedUIDMap, facts.joinedGIDMap) = try joinedMaps(path)
                } else {
                    let maps = MapFactsProbe(procfs: procfs, identity: identity), denied = facts.setgroupsDenied
                    facts.uidMapWriter = try maps.facts(.uid, for: linux.uidMappings.map(\.range), capabilities.effective, setgroupsDenied: denied)
                    facts.gidMapWriter = try maps.facts(.gid, for: linux.gidMappings.map(\.range), capabilities.effective, setgroupsDenied: denied)
                }
            }
            return facts
        } catch { throw RuntimeError("asking the host for facts", error) }
    }

    private func cgroups() throws(KernelError) -> (CgroupHierarchies, [CgroupMembership]) {
        let memberships = CgroupMembership.parse(try procfs.read("self/cgroup"))
        let mounts = MountInfo.parse(try procfs.read("self/mountinfo"), typePrefix: "cgroup")
        return (CgroupHierarchies.find(mounts: mounts, memberships: memberships), memberships)
    }

    func cgroupHierarchies() throws(RuntimeError) -> CgroupHierarchies {
        do throws(KernelError) { return try cgroups().0 } catch { throw RuntimeError("finding the cgroup hierarchies", error) }
    }

    /// The directory of a process's cgroup of version 2; nil where no mount shows it.
    func unifiedCgroup(of pid: Int32) throws(RuntimeError) -> String? {
        do throws(KernelError) {
            let path = CgroupMembership.parse(try procfs.read("\(pid)/cgroup")).first { $0.controllers.isEmpty }?.path
            guard let path, let unified = try cgroups().0.unified else { return nil }
            return unified.directory(of: path)
        } catch { throw RuntimeError("the cgroup of process \(pid)", error) }
    }

    /// What is not there is told by who mounts it.
    private func disks(_ mounts: [Mount]) throws(KernelError) -> [String] {
        var found: [String] = []
        for mount in mounts {
            guard let source = mount.source, source.isAbsolutePath, !["bind", "none"].contains(mount.type ?? "none") else { continue }
            let opened: OwnedDescriptor
            do throws(KernelError) { opened = try FileDescriptor.currentDirectory.open(source, .path) } catch { continue }
            if try opened.status().isBlockDevice { found.append(source) }
        }
        return found
    }

    /// A path that leads nowhere is told by who joins it.
    private func joinedOwnNamespaces(_ linux: Linux) throws(KernelError) -> Set<NamespaceKind> {
        var found: Set<NamespaceKind> = []
        for namespace in linux.namespaces {
            guard let path = namespace.joinedPath else { continue }
            let joined: UInt64
            do throws(KernelError) { joined = try FileDescriptor.currentDirectory.open(path, .readOnly).status().inode } catch { continue }
            if joined == (try procfs.namespaceInode("self", namespace.type.kind)) { found.insert(namespace.type.kind) }
        }
        return found
    }

    /// Of our own network namespace, those that are there.
    private func networkDevices(_ names: some Sequence<String>) throws(KernelError) -> [String: NetworkDeviceFacts] {
        let socket = try RouteSocket()
        var found: [String: NetworkDeviceFacts] = [:]
        for name in names {
            let index: UInt32
            do throws(KernelError) { index = try socket.index(of: name) } catch {
                guard error.errno == .noSuchDevice else { throw error }
                continue
            }
            found[name] = NetworkDeviceFacts(index: index, addresses: try socket.permanentAddresses(of: index))
        }
        return found
    }

    /// The highest that the kernel knows of those that have names here: PR_CAPBSET_READ refuses what it does not know.
    private func lastCapability() -> Int32 {
        var last = Int32(Capability.allCases.count)
        while last < 63, CurrentProcess.kernelKnows(capability: last) { last += 1 }
        while last > 0, !CurrentProcess.kernelKnows(capability: last) { last -= 1 }
        return last
    }

    /// Who is mapped in a user namespace that is joined shows in the /proc of a process there: the one that the path names, or
    /// a child of ours that joins it too. nil where it cannot: who joins it tells why.
    private func joinedMaps(_ path: String) throws(KernelError) -> (uid: IDMap?, gid: IDMap?) {
        let fields = path.split(separator: "/")
        if path.hasPrefix("/proc/"), fields.count == 4, fields[2] == "ns", fields[3] == "user", Int32(fields[1]) != nil {
            return maps(ofProcess: String(fields[1]))
        }
        let life = try Pipe(), arrival = try Pipe()
        guard let child = try ChildProcess.clone(flags: 0) else {
            // Our parent's death closes the other end too.
            life.closeWriteEnd()
            do throws(KernelError) {
                // Once inside, its processes could trace us.
                try CurrentProcess.setDumpable(false)
                try CurrentProcess.join(try FileDescriptor.currentDirectory.open(path, .readOnly), flags: NamespaceKind.user.flag)
                try arrival.writeEnd.writeAll("in")
                _ = try life.readEnd.readAll()
            } catch { _exit(1) }
            _exit(0)
        }
        arrival.closeWriteEnd()
        var found: (uid: IDMap?, gid: IDMap?) = (nil, nil)
        do throws(KernelError) { if try !arrival.readEnd.readSome().isEmpty { found = maps(ofProcess: "\(child.pid)") } } catch { found = (nil, nil) }
        life.closeWriteEnd()
        _ = try child.wait()
        return found
    }

    /// The maps of a process's user namespace; nil where its /proc files cannot be read or understood.
    func maps(ofProcess process: String) -> (uid: IDMap?, gid: IDMap?) {
        func map(_ kind: IDKind) -> IDMap? {
            do throws(KernelError) {
                let text = try procfs.read("\(process)/\(kind.procFileName)")
                do throws(IDMapError) { return try IDMap(procText: text, kind: kind) } catch { return nil }
            } catch { return nil }
        }
        return (map(.uid), map(.gid))
    }

    private var isAppArmorEnabled: Bool { firstByte("/sys/module/apparmor/parameters/enabled") == UInt8(ascii: "Y") }
    private var isSELinuxEnabled: Bool { firstByte("/sys/fs/selinux/enforce") != nil }

    private func firstByte(_ path: String) -> UInt8? {
        do throws(KernelError) { return try FileDescriptor.currentDirectory.open(path, .readOnly).readAll().first } catch { return nil }
    }
}

extension LimitOptions {
    /// What is asked, by whom.
    init(_ request: GlobalRequest, _ privilege: Privilege, _ identity: Identity) {
        self.init(strict: request.strictLimits, appliesDevices: !privilege.rootlessEUID && identity.inInitialUserNamespace)
    }
}
