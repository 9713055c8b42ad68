import LinuxKernel

/// `linux.sysctl`: only what a namespace of the container's own holds may be set; all else would change the host.
enum Sysctl {
    private static let ipc: Set<String> = [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
        "kernel.shm_rmid_forced",
    ]

    /// The namespace that holds a parameter; nil where it is the whole machine's.
    private static func namespace(of key: String) -> NamespaceKind? {
        if ipc.contains(key) || key.hasPrefix("fs.mqueue.") { return .ipc }
        if key.hasPrefix("net.") { return .network }
        if key == "kernel.domainname" || key == "kernel.hostname" { return .uts }
        if key.hasPrefix("user.") { return .user }
        return nil
    }

    /// The file below /proc/sys. The first separator decides which of `.` and `/` separates. Man: sysctl(8).
    static func path(of key: String) -> String {
        guard let separator = key.first(where: { $0 == "." || $0 == "/" }), separator == "." else { return key }
        return String(key.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
    }

    /// - Parameters:
    ///   - own: the container's namespaces.
    ///   - ours: those of them that are the runtime's too, by their paths.
    ///   - fields: those of config.json that say the same as a parameter.
    static func steps(
        _ values: [String: String], own: Set<NamespaceKind>, ours: Set<NamespaceKind> = [], fields: Set<String> = []
    ) throws(PlanError) -> [InitStep] {
        var steps: [InitStep] = []
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            let path = path(of: key)
            let components = path.parts(at: "/", omittingEmpty: false)
            guard !components.contains(""), !components.contains(".."), !components.contains(".") else {
                throw PlanError("linux.sysctl: \(key): is not the name of a parameter")
            }
            let name = String(path.map { $0 == "/" ? "." : $0 == "." ? "/" : $0 })
            guard let namespace = namespace(of: name) else {
                throw PlanError("linux.sysctl: \(key): is not in a namespace: it would change the host")
            }
            guard own.contains(namespace) else {
                throw PlanError(
                    "linux.sysctl: \(key): needs a \(namespace.rawValue) namespace of the container's own",
                    hint: "add {\"type\": \"\(namespace.rawValue)\"} to linux.namespaces")
            }
            guard !ours.contains(namespace) else {
                throw PlanError("linux.sysctl: \(key): would change the host: the \(namespace.rawValue) namespace that is joined is the runtime's own")
            }
            if let field = name == "kernel.hostname" ? "hostname" : name == "kernel.domainname" ? "domainname" : nil, fields.contains(field) {
                throw PlanError("linux.sysctl: \(key): contradicts \(field)")
            }
            steps.append(.setSysctl(key: key, path: "sys/" + path, value: value))
        }
        return steps
    }
}
