import LinuxKernel

/// The unit in which systemd keeps a container, and the slice that it is in.
///
/// | `cgroupsPath` | unit | slice |
/// |---|---|---|
/// | `slice:prefix:name` | `prefix-name.scope` | `slice` |
/// | `slice:prefix:name.slice` | `name.slice` | its own name tells; `slice` is pulled in |
/// | absent | `runc-ID.scope` | the default |
///
/// An empty slice is the default: `system.slice`, and `user.slice` of a user's own manager; `-.slice` and `-` are the root.
/// Source: runc's docs/systemd.md. Man: systemd.slice(5), systemd.unit(5).
struct UnitLocation: Sendable, Equatable {
    /// With its suffix.
    let unit: String
    let slice: String
    /// Below the manager's cgroup, the same in each hierarchy: `/a.slice/a-b.slice/runc-demo.scope`.
    let cgroup: String

    var isSlice: Bool { unit.isSliceName }

    /// Errors: names that no unit can have.
    init(_ request: CgroupRequest) throws(CgroupError) {
        let asked = request.cgroupsPath ?? ":runc:\(request.containerID)"
        let parts = asked.parts(at: ":", omittingEmpty: false)
        guard parts.count == 3 else {
            throw CgroupError("linux.cgroupsPath \"\(asked)\": with --systemd-cgroup it is slice:prefix:name", hint: "leave it out, or run without --systemd-cgroup")
        }
        slice = parts[0].isEmpty ? (request.rootlessCgroups ? "user.slice" : "system.slice") : parts[0] == "-" ? "-.slice" : parts[0]
        unit = parts[2].isSliceName ? parts[2] : "\(parts[1])-\(parts[2]).scope"
        do throws(InvalidName) {
            try Self.require(unit)
            guard !parts[2].isEmpty else { throw InvalidName(name: asked, reason: "the name is empty") }
            cgroup = parts[2].isSliceName
                ? try Self.path(ofSlice: unit)
                : try Self.path(ofSlice: slice) + "/" + Self.directoryName(unit)
        } catch { throw CgroupError("linux.cgroupsPath \"\(asked)\": \(error.name): \(error.reason)") }
    }

    struct InvalidName: Error, Equatable {
        let name: String
        let reason: String
    }

    /// `a-b.slice` lies in `a.slice`: `/a.slice/a-b.slice`; empty for the root.
    static func path(ofSlice name: String) throws(InvalidName) -> String {
        guard name.isSliceName else { throw InvalidName(name: name, reason: "a slice's name ends in .slice") }
        try require(name)
        if name == "-.slice" { return "" }
        let components = name.dropLast(".slice".count).split(separator: "-", omittingEmptySubsequences: false)
        var path = "", prefix = ""
        for component in components {
            guard !component.isEmpty else { throw InvalidName(name: name, reason: "a dash stands between the names of two slices") }
            prefix += (prefix.isEmpty ? "" : "-") + component
            path += "/" + directoryName(prefix + ".slice")
        }
        return path
    }

    /// Man: systemd.unit(5): letters, digits and `:-_.\`, an `@` for instances; at most 255 of them.
    private static func require(_ name: String) throws(InvalidName) {
        guard name.utf8.count <= 255 else { throw InvalidName(name: name, reason: "systemd takes no name of more than 255 bytes") }
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ":", "-", "_", ".", "\\", "@": continue
            default: throw InvalidName(name: name, reason: "systemd takes no \"\(scalar)\" in a unit's name")
            }
        }
    }

    /// systemd puts an underscore before names that the kernel's own files could have.
    /// Source: systemd's "Pax Controla Groupiana" (CONTROL_GROUP_INTERFACE), escaping.
    private static func directoryName(_ unit: String) -> String {
        let first = unit.prefix { $0 != "." }
        return unit.hasPrefix("_") || unit.hasPrefix(".") || kernelPrefixes.contains(String(first)) ? "_" + unit : unit
    }

    private static let kernelPrefixes: Set<String> = [
        "cgroup", "cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids",
    ]
}

extension String {
    var isSliceName: Bool { hasSuffix(".slice") }
}
