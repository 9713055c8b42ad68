/// Where the state of containers lies.
public enum StateDirectory: Sendable, Equatable {
    /// Given by `--root`, or `/run/runc`: made 0700.
    case plain(String)
    /// Below XDG_RUNTIME_DIR: made 0700 with the sticky bit, so that a cleaner of runtime directories leaves it.
    case inRuntimeDirectory(String, runtimeDirectory: String)

    public var path: String {
        switch self {
        case .plain(let path), .inRuntimeDirectory(let path, _): path
        }
    }

    /// - Parameters:
    ///   - root: `--root`.
    ///   - runtimeDirectory: XDG_RUNTIME_DIR; an empty value counts as unset.
    ///   - user: USER.
    ///   - runIsWritable: whether `/run/runc` can be had at all.
    public static func choose(
        root: String?, identity: Identity, runtimeDirectory: String?, user: String?, runIsWritable: Bool = true
    ) throws(PlanError) -> StateDirectory {
        if let root { return .plain(root) }
        let runtimeDirectory = runtimeDirectory.flatMap { $0.isEmpty ? nil : $0 }
        if identity.effectiveUID != 0 {
            guard let runtimeDirectory else {
                throw PlanError(
                    "XDG_RUNTIME_DIR is not set, so there is no directory for the state of containers",
                    hint: "export XDG_RUNTIME_DIR=/run/user/\(identity.effectiveUID) (a login session makes it), or give --root DIR")
            }
            return .inRuntimeDirectory(runtimeDirectory + "/runc", runtimeDirectory: runtimeDirectory)
        }
        if !identity.inInitialUserNamespace, let runtimeDirectory {
            let user = user ?? ""
            // Rootless Podman keeps USER from us, and its /run is the host's, which its root may not write.
            if user.isEmpty ? !runIsWritable : user != "root" {
                return .inRuntimeDirectory(runtimeDirectory + "/runc", runtimeDirectory: runtimeDirectory)
            }
        }
        return .plain("/run/runc")
    }
}

/// What was found at XDG_RUNTIME_DIR.
public struct RuntimeDirectoryFacts: Sendable, Equatable {
    public enum Kind: Sendable { case missing, notDirectory, directory }
    public let kind: Kind
    public let ownerUID: UInt32
    public let isWritable: Bool

    public init(kind: Kind, ownerUID: UInt32 = 0, isWritable: Bool = false) {
        self.kind = kind
        self.ownerUID = ownerUID
        self.isWritable = isWritable
    }

    /// Throws for a directory that cannot hold our state: which it is, what is wrong, and what to do.
    public func require(path: String, identity: Identity) throws(PlanError) {
        let hint = "set XDG_RUNTIME_DIR to a directory of your own, for example /run/user/\(identity.effectiveUID), or give --root DIR"
        switch kind {
        case .missing: throw PlanError("XDG_RUNTIME_DIR \(path) does not exist", hint: hint)
        case .notDirectory: throw PlanError("XDG_RUNTIME_DIR \(path) is not a directory", hint: hint)
        case .directory:
            guard ownerUID == identity.effectiveUID else {
                throw PlanError("XDG_RUNTIME_DIR \(path) is owned by uid \(ownerUID), not by uid \(identity.effectiveUID)", hint: hint)
            }
            guard isWritable else { throw PlanError("XDG_RUNTIME_DIR \(path) is not writable", hint: hint) }
        }
    }
}
