import RuntimeSpec

extension Spec {
    /// For a container without a mount namespace that is made for it: what is asked for can then only be done to the mounts
    /// of the host, or of whoever else lives in the namespace that is joined. What cannot be applied is an error, and above
    /// all what is to protect. Spec: runtime.md, "Create".
    func requireNothingMounted(noPivot: Bool) throws(PlanError) {
        let asked = [
            ("mounts", !mounts.isEmpty), ("root.readonly", root?.readonly ?? false), ("linux.maskedPaths", !linux.maskedPaths.isEmpty),
            ("linux.readonlyPaths", !linux.readonlyPaths.isEmpty), ("linux.devices", !linux.devices.isEmpty),
            ("linux.rootfsPropagation", linux.rootfsPropagation != nil), ("linux.mountLabel", !(linux.mountLabel ?? "").isEmpty),
            ("--no-pivot", noPivot),
        ].filter(\.1).map(\.0)
        if asked.isEmpty { return }
        let isJoined = linux.namespaces.contains { $0.type == .mount }
        throw PlanError(
            "\(asked.joined(separator: ", ")): only with a mount namespace that is made for the container",
            hint: isJoined ? "remove the path of the mount namespace" : "add {\"type\": \"mount\"} to linux.namespaces")
    }
}
