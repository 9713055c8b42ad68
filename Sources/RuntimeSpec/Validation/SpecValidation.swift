extension Spec {
    /// The specification's own rules, for which nothing of the host is looked at; the first that is broken is the error.
    public func validate() throws(SpecError) {
        try validateVersion()
        guard let process else { throw SpecError(path: "process", "is missing") }
        try within("process") { () throws(SpecError) in try process.validate() }
        guard let root else { throw SpecError(path: "root", "is missing") }
        try require(!root.path.isEmpty, "root.path", "is empty")
        try withinEach(mounts, in: "mounts") { (mount) throws(SpecError) in try mount.validate() }
        try within("hooks") { () throws(SpecError) in try hooks.validate() }
        try within("linux") { () throws(SpecError) in try linux.validate() }

        try require(annotations[""] == nil, "annotations", "has an empty key")
        let hasUTSNamespace = linux.namespaces.contains { $0.type == .uts }
        try require(hostname == nil || hasUTSNamespace, "hostname", "needs a uts namespace in linux.namespaces")
        try require(domainname == nil || hasUTSNamespace, "domainname", "needs a uts namespace in linux.namespaces")
    }

    /// What is accepted, but perhaps not what was meant: a line each.
    public var warnings: [String] {
        var warnings: [String] = []
        if let version = SemanticVersion(ociVersion), version.minor > Self.implementedMinorVersion {
            warnings.append("ociVersion: \(ociVersion) is newer than \(Self.implementedVersion): fields it added are ignored")
        }
        for (index, mount) in mounts.enumerated() where !mount.destination.hasPrefix("/") {
            warnings.append("mounts[\(index)].destination: \(mount.destination.debugDescription) is taken from /")
        }
        return warnings
    }

    private static let implementedMinorVersion = 3

    /// A newer minor version is accepted: it may only add what can be ignored.
    private func validateVersion() throws(SpecError) {
        try require(!ociVersion.isEmpty, "ociVersion", "is empty")
        guard let version = SemanticVersion(ociVersion) else {
            throw SpecError(path: "ociVersion", "\(ociVersion.debugDescription) is no semantic version, such as \(Self.implementedVersion)")
        }
        try require(version.major == 1, "ociVersion", "\(ociVersion) is not supported: the major version must be 1")
    }
}

extension Mount {
    func validate() throws(SpecError) {
        try require(!destination.isEmpty, "destination", "is empty")
        try require(uidMappings.isEmpty == gidMappings.isEmpty, "uidMappings", "must be given together with gidMappings")
        try uidMappings.validate("uidMappings")
        try gidMappings.validate("gidMappings")
    }
}

extension Hooks {
    func validate() throws(SpecError) {
        for (name, hooks) in Self.kinds { try self[keyPath: hooks].validate("\(name)") }
    }
}

extension [Hook] {
    fileprivate func validate(_ name: String) throws(SpecError) {
        try withinEach(self, in: name) { (hook) throws(SpecError) in
            try requireAbsolute(hook.path, "path")
            if let timeout = hook.timeout { try require(timeout > 0, "timeout", "must be above 0, is \(timeout)") }
        }
    }
}
