import LinuxKernel
import RuntimeSpec

/// Namespaces that the container joined by path: they are not the container's to save.
///
/// | | dump | restore |
/// |---|---|---|
/// | network, PID | left out, under a name | the bundle's, by a descriptor under that name |
/// | IPC, UTS, time, user | saved as if it were the container's own | the bundle's is joined instead |
/// | mount, cgroup | the same | an error: CRIU can join none |
public enum JoinedNamespaces {
    private static let names: [NamespaceType: String] = [.network: "extRootNetNS", .pid: "extRootPidNS"]
    private static let joinable: Set<NamespaceType> = [.ipc, .uts, .time, .user]

    /// For a dump.
    ///
    /// - Parameter inode: by which the kernel knows the namespace of a kind that the first process is in.
    public static func externals<Failure>(
        of namespaces: [Namespace], inode: (NamespaceType) throws(Failure) -> UInt64
    ) throws(Failure) -> [CRIUOptions.External] {
        var externals: [CRIUOptions.External] = []
        for namespace in namespaces where !namespace.isNew {
            guard let name = names[namespace.type] else { continue }
            let kind = namespace.type == .network ? "net" : "pid"
            externals.append(CRIUOptions.External(resource: "\(kind)[\(try inode(namespace.type))]", value: name))
        }
        return externals
    }

    /// For a restore: what CRIU gets a descriptor of, and what it joins by itself.
    public static func plan(restore namespaces: [Namespace]) throws(CRIUError) -> (inherited: [(name: String, path: String)], joined: [CRIUOptions.JoinedNamespace]) {
        var inherited: [(name: String, path: String)] = [], joined: [CRIUOptions.JoinedNamespace] = []
        for namespace in namespaces {
            guard let path = namespace.joinedPath else { continue }
            if let name = names[namespace.type] {
                inherited.append((name, path))
            } else if joinable.contains(namespace.type) {
                joined.append(CRIUOptions.JoinedNamespace(name: namespace.type.rawValue, path: path))
            } else {
                throw CRIUError(
                    "linux.namespaces: a restored container cannot join the \(namespace.type.rawValue) namespace \(path): CRIU does not do it",
                    hint: "leave out the path, and it gets a new one")
            }
        }
        return (inherited, joined)
    }
}
