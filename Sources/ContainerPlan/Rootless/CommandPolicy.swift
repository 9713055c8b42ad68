/// What each command needs of a caller whose euid is not 0. This table is the only place that knows.
public enum CommandPolicy {
    public enum Need: Sendable {
        case nothing
        /// A cgroup that the caller may write.
        case writableCgroup
        /// CRIU itself says that it can do without privilege.
        case unprivilegedCRIU
    }

    public static let needs: [String: Need] = [
        "create": .nothing, "delete": .nothing, "exec": .nothing, "kill": .nothing, "list": .nothing, "run": .nothing,
        "spec": .nothing, "start": .nothing, "state": .nothing, "features": .nothing,
        "events": .writableCgroup, "pause": .writableCgroup, "ps": .writableCgroup, "resume": .writableCgroup,
        "update": .writableCgroup,
        "checkpoint": .unprivilegedCRIU, "restore": .unprivilegedCRIU,
    ]

    /// Throws where the caller may not even try.
    ///
    /// - Parameter criuRefusal: why CRIU does not work unprivileged; nil where it does.
    public static func require(
        _ command: String, privilege: Privilege, hasWritableCgroup: Bool, criuRefusal: String? = "it was not asked"
    ) throws(PlanError) {
        guard privilege.rootlessEUID else { return }
        guard let need = needs[command] else { throw PlanError("\(command): no such command") }
        switch need {
        case .nothing: return
        case .writableCgroup:
            if hasWritableCgroup { return }
            throw PlanError(
                "\(command): not permitted without privileges: the container has no cgroup that you may write",
                hint: "on cgroup v2 with systemd, run as root: systemctl set-property user@$(id -u).service Delegate=yes, log in again, "
                    + "and use --systemd-cgroup")
        case .unprivilegedCRIU:
            guard let criuRefusal else { return }
            throw PlanError(
                "\(command): not permitted without privileges: CRIU does not report that it can work unprivileged: \(criuRefusal)",
                hint: "run it as root, or as root of a user namespace that CRIU supports")
        }
    }
}
