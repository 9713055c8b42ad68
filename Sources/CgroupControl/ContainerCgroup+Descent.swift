import LinuxKernel

extension ContainerCgroup {
    /// The same with other directories: cgroups below the container's, which must be there.
    ///
    /// - Parameter paths: by controller; the empty one alone is all hierarchies, else version 2. Relative to the container's cgroup,
    ///   a leading `/` or not.
    /// Errors: a controller that the container has no cgroup of; a path that leads out of the container's cgroup.
    public func descending(into paths: [String: String]) throws(CgroupError) -> ContainerCgroup {
        var below = self
        var paths = paths
        if paths.count == 1, let path = paths[""], !directories.isEmpty {
            below.pathInUnit = "/" + path.pathComponentsResolvingDots.joined(separator: "/")
            paths = directories.mapValues { _ in path }
        } else if !paths.isEmpty {
            below.pathInUnit = nil
        }
        for (key, path) in paths.sorted(by: { $0.key < $1.key }) {
            guard let directory = directories[key] else {
                let known = directories.keys.map { $0.isEmpty ? "one without a name (version 2)" : $0 }.sorted().joined(separator: ", ")
                throw CgroupError(
                    "--cgroup: the container has no cgroup of \(key.isEmpty ? "version 2" : "controller \(key)")",
                    hint: directories.isEmpty ? "it has none at all" : "it has: \(known)")
            }
            var depth = 0
            for component in path.parts(at: "/") where component != "." {
                depth += component == ".." ? -1 : 1
                guard depth >= 0 else { throw CgroupError("--cgroup: \(path) leads out of the container's cgroup") }
            }
            let target = ([directory] + path.pathComponentsResolvingDots).joined(separator: "/")
            // Controllers that are mounted together share the directory.
            for (other, its) in directories where its == directory {
                guard below.directories[other] == directory || below.directories[other] == target else {
                    throw CgroupError("--cgroup: \(key) and \(other) are one hierarchy, and cannot go to two cgroups")
                }
                below.directories[other] = target
            }
        }
        return below
    }
}
