/// Edits that many tests make to a config.json.
extension JSONValue {
    mutating func setArguments(_ arguments: [String]) { self["process.args"] = JSONValue(arguments) }

    mutating func setShell(_ script: String) { setArguments(["sh", "-c", script]) }

    /// Makes the namespace of this kind a new one, or joins the one at `path`.
    mutating func setNamespace(_ type: String, path: String? = nil) {
        removeNamespace(type)
        append(path.map { ["type": .string(type), "path": .string($0)] } ?? ["type": .string(type)], to: "linux.namespaces")
    }

    /// The namespace of this kind is the host's.
    mutating func removeNamespace(_ type: String) {
        filter("linux.namespaces") { $0["type"]?.string != type }
    }

    /// No mount namespace of its own: the one at `path`, or the host's; and nothing that would need one.
    mutating func mountNothing(joining path: String? = nil) {
        removeNamespace("mount")
        if let path { setNamespace("mount", path: path) }
        self["mounts"] = []
        self["linux.maskedPaths"] = []
        self["linux.readonlyPaths"] = []
    }

    mutating func addMount(_ destination: String, type: String, source: String, options: [String] = []) {
        append(
            ["destination": .string(destination), "type": .string(type), "source": .string(source), "options": JSONValue(options)],
            to: "mounts")
    }

    /// Before all others.
    mutating func mountFirst(_ destination: String, type: String, source: String, options: [String] = []) {
        addMount(destination, type: type, source: source, options: options)
        let mounts = self["mounts"]?.array ?? []
        self["mounts"] = .array(mounts.suffix(1) + mounts.dropLast())
    }

    mutating func addBind(_ source: String, to destination: String, _ options: [String] = ["bind", "rw"]) {
        addMount(destination, type: "bind", source: source, options: options)
    }

    mutating func removeMount(_ destination: String) {
        filter("mounts") { $0["destination"]?.string != destination }
    }

    /// Changes the mount at `destination`.
    mutating func editMount(_ destination: String, _ edit: (inout JSONValue) -> Void) {
        self["mounts"] = .array((self["mounts"]?.array ?? []).map { mount in
            var mount = mount
            if mount["destination"]?.string == destination { edit(&mount) }
            return mount
        })
    }

    mutating func setEnvironment(_ name: String, _ value: String) {
        filter("process.env") { $0.string?.hasPrefix("\(name)=") != true }
        append("\(name)=\(value)", to: "process.env")
    }

    /// Maps ids beside those that are there.
    mutating func addMapping(_ kind: String, containerID: Int, hostID: Int, size: Int) {
        append(["containerID": .init(containerID), "hostID": .init(hostID), "size": .init(size)], to: "linux.\(kind)")
    }

    /// Maps the caller's id to 0, and the subordinate ranges one after the other from 1 on.
    mutating func mapSubordinateRanges(of user: TestUser) {
        for (kind, ranges) in [("uidMappings", user.subUIDs), ("gidMappings", user.subGIDs)] {
            var next = 1
            for range in ranges {
                addMapping(kind, containerID: next, hostID: range.first, size: range.count)
                next += range.count
            }
        }
    }
}
