import LinuxKernel
import RuntimeSpec

/// Which namespaces are made and which are joined, by whom, and in which order.
public struct NamespacePlan: Sendable, Equatable {
    /// The way from the runtime to init.
    public enum Route: Sendable, Equatable {
        /// One clone; what is joined, init joins itself.
        case direct
        /// A process in between joins and prepares, then clones init as its sibling (CLONE_PARENT) and goes away.
        case intermediate
    }

    public enum UserNamespace: Sendable, Equatable {
        case none
        case new
        case joined(path: String)
    }

    public struct Join: Sendable, Equatable {
        public let kind: NamespaceKind
        public let path: String

        public init(_ kind: NamespaceKind, path: String) {
            self.kind = kind
            self.path = path
        }
    }

    public let route: Route
    public let userNamespace: UserNamespace
    /// Made by the clone that makes init. The cgroup namespace is never among them.
    public let created: Set<NamespaceKind>
    /// Joined by path, without the user namespace, in the order of joining.
    public let joins: [Join]
    /// Made by init itself, once the parent has moved it to its cgroup: its root is the cgroup that its maker is in.
    public let createsCgroupNamespace: Bool
    /// Lines for /proc/self/timens_offsets; written before the clone, which freezes them.
    public let timeOffsets: String

    /// The container's own, new or joined: what `exec` has to join.
    public let own: Set<NamespaceKind>

    /// The table: namespaces new or joined × user namespace new, joined or none.
    ///
    /// | | an intermediate process, because |
    /// |---|---|
    /// | PID namespace joined | setns(2) of one affects only children |
    /// | user namespace joined | what else is joined needs our privilege from before, and what is new is to be owned by it |
    /// | user namespace new, another joined | joining needs our privilege from before |
    /// | time namespace new, with offsets | a clone with CLONE_NEWTIME freezes them |
    public init(_ linux: Linux) throws(PlanError) {
        var created: Set<NamespaceKind> = [], joins: [Join] = [], user = UserNamespace.none
        for namespace in linux.namespaces {
            let kind = namespace.type.kind
            switch (kind, namespace.joinedPath) {
            case (.user, nil): user = .new
            case (.user, let path?): user = .joined(path: path)
            case (_, nil): created.insert(kind)
            case (_, let path?): joins.append(Join(kind, path: path))
            }
        }
        own = created.union(joins.map(\.kind)).union(user == .none ? [] : [.user])
        createsCgroupNamespace = created.remove(.cgroup) != nil
        if !linux.timeOffsets.isEmpty && !created.contains(.time) {
            throw PlanError("linux.timeOffsets: a new time namespace is needed", hint: "add {\"type\": \"time\"} to linux.namespaces")
        }
        timeOffsets = linux.timeOffsets.sorted { $0.key < $1.key }.reduce(into: "") { lines, offset in
            lines += "\(offset.key) \(offset.value.secs) \(offset.value.nanosecs)\n"
        }

        // Last the mount namespace: the paths of the others are ours.
        self.joins = joins.sorted { Self.joiningOrder($0.kind) < Self.joiningOrder($1.kind) }
        userNamespace = user

        let userIsJoined = if case .joined = user { true } else { false }
        let needsIntermediate = userIsJoined || joins.contains { $0.kind == .pid } || (user == .new && !joins.isEmpty) || !timeOffsets.isEmpty
        route = needsIntermediate ? .intermediate : .direct
        if needsIntermediate && !timeOffsets.isEmpty { created.remove(.time) }
        self.created = created
    }

    private static func joiningOrder(_ kind: NamespaceKind) -> Int {
        switch kind {
        case .mount: 2
        case .pid: 1
        default: 0
        }
    }

    /// What the clone that makes init is given. On the direct route that is the user namespace too.
    public var cloneFlags: UInt64 {
        var kinds = created
        if route == .direct && userNamespace == .new { kinds.insert(.user) }
        return kinds.reduce(0) { $0 | $1.flag }
    }

    public func isNew(_ kind: NamespaceKind) -> Bool {
        switch kind {
        case .user: userNamespace == .new
        case .cgroup: createsCgroupNamespace
        case .time: created.contains(.time) || !timeOffsets.isEmpty
        default: created.contains(kind)
        }
    }
}

extension NamespaceType {
    /// The kernel's name of the runtime-spec's.
    public var kind: NamespaceKind {
        switch self {
        case .user: .user
        case .mount: .mount
        case .pid: .pid
        case .network: .network
        case .ipc: .ipc
        case .uts: .uts
        case .cgroup: .cgroup
        case .time: .time
        }
    }
}
