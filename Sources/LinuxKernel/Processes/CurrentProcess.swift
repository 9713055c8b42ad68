import CLinux
import Glibc
import SystemPackage

/// What this process asks the kernel to change about itself. Each call fails or has happened; nothing is retried.
public enum CurrentProcess {
    public static var effectiveUID: UInt32 { geteuid() }
    public static var effectiveGID: UInt32 { getegid() }
    public static var pid: Int32 { getpid() }

    // MARK: Namespaces

    public static func unshare(_ kinds: [NamespaceKind]) throws(KernelError) {
        let flags = kinds.reduce(0) { $0 | $1.flag }
        try check(.unshare, cl_unshare(Int32(truncatingIfNeeded: flags)), kinds.map(\.rawValue).joined(separator: ", "))
    }

    /// Joins the namespaces of one kind (by its descriptor) or several (by a pidfd). Man: setns(2).
    public static func join(_ descriptor: borrowing some Descriptor & ~Copyable, flags: UInt64) throws(KernelError) {
        try check(.setns, cl_setns(descriptor.rawValue, Int32(truncatingIfNeeded: flags)))
    }

    // MARK: Identity

    public static func setUID(_ uid: UInt32) throws(KernelError) { try check(.setresuid, cl_setresuid(uid, uid, uid), "\(uid)") }
    public static func setGID(_ gid: UInt32) throws(KernelError) { try check(.setresgid, cl_setresgid(gid, gid, gid), "\(gid)") }

    public static func setGroups(_ gids: [UInt32]) throws(KernelError) {
        try check(.setgroups, cl_setgroups(gids.count, gids), gids.map { "\($0)" }.joined(separator: ","))
    }

    public static func capabilities() throws(KernelError) -> CapabilitySets {
        var sets = cl_capabilities()
        try check(.capget, cl_capget(&sets))
        return CapabilitySets(effective: sets.effective, permitted: sets.permitted, inheritable: sets.inheritable)
    }

    public static func setCapabilities(_ sets: CapabilitySets) throws(KernelError) {
        var raw = cl_capabilities(effective: sets.effective, permitted: sets.permitted, inheritable: sets.inheritable)
        try check(.capset, cl_capset(&raw))
    }

    /// Whether the bounding set has a capability; false too for a number the kernel does not know.
    public static func boundingSetHas(_ capability: Int32) -> Bool { cl_prctl(PR_CAPBSET_READ, UInt(capability), 0, 0, 0) == 1 }

    public static func kernelKnows(capability: Int32) -> Bool { cl_prctl(PR_CAPBSET_READ, UInt(capability), 0, 0, 0) >= 0 }

    public static func dropFromBoundingSet(_ capability: Int32) throws(KernelError) {
        try check(.prctl, cl_prctl(PR_CAPBSET_DROP, UInt(capability), 0, 0, 0), "PR_CAPBSET_DROP \(capability)")
    }

    /// The permitted set outlives a change from uid 0 to another. Man: PR_SET_KEEPCAPS(2const).
    public static func keepCapabilities(_ keep: Bool) throws(KernelError) {
        try check(.prctl, cl_prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0), "PR_SET_KEEPCAPS")
    }

    public static func clearAmbientCapabilities() throws(KernelError) {
        try check(.prctl, cl_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0, 0, 0), "PR_CAP_AMBIENT_CLEAR_ALL")
    }

    public static func raiseAmbientCapability(_ capability: Int32) throws(KernelError) {
        try check(.prctl, cl_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_RAISE), UInt(capability), 0, 0), "PR_CAP_AMBIENT_RAISE \(capability)")
    }

    // MARK: Process attributes

    /// Whether others with our uid may trace us and read our /proc files. Man: PR_SET_DUMPABLE(2const).
    public static func setDumpable(_ dumpable: Bool) throws(KernelError) {
        try check(.prctl, cl_prctl(PR_SET_DUMPABLE, dumpable ? 1 : 0, 0, 0, 0), "PR_SET_DUMPABLE")
    }

    /// The signal that the parent's death sends us; 0 for none.
    public static func setParentDeathSignal(_ signal: Int32) throws(KernelError) {
        try check(.prctl, cl_prctl(PR_SET_PDEATHSIG, UInt(signal), 0, 0, 0), "PR_SET_PDEATHSIG")
    }

    public static func setNoNewPrivileges() throws(KernelError) {
        try check(.prctl, cl_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    }

    public static var hasNoNewPrivileges: Bool { cl_prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 }

    /// Orphaned descendants become our children. Man: PR_SET_CHILD_SUBREAPER(2const).
    public static func becomeSubreaper() throws(KernelError) {
        try check(.prctl, cl_prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "PR_SET_CHILD_SUBREAPER")
    }

    public static func setHostname(_ name: String) throws(KernelError) { try check(.sethostname, cl_sethostname(name, name.utf8.count), name) }
    public static func setDomainname(_ name: String) throws(KernelError) { try check(.setdomainname, cl_setdomainname(name, name.utf8.count), name) }
    public static func setPersonality(_ persona: UInt) throws(KernelError) { try check(.personality, cl_personality(persona)) }
    public static func sleep(milliseconds: Int32) throws(KernelError) { try check(.poll, retryOnInterrupt { cl_poll(nil, 0, milliseconds) }) }

    /// Of a clock that nobody sets. Man: clock_gettime(2), CLOCK_MONOTONIC.
    public static var clockMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    public static func newSession() throws(KernelError) { try checkErrno(.setsid, setsid()) }

    public static func changeDirectory(_ path: String) throws(KernelError) { try checkErrno(.chdir, chdir(path), path) }
    public static func changeDirectory(_ descriptor: borrowing some Descriptor & ~Copyable) throws(KernelError) { try checkErrno(.chdir, fchdir(descriptor.rawValue)) }

    /// The working directory as the kernel names it: not absolute where it lies outside our root.
    public static func workingDirectory() throws(KernelError) -> String {
        var failure: KernelError?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
            let length = buffer.withMemoryRebound(to: CChar.self) { cl_getcwd($0.baseAddress, $0.count) }
            if length < 0 { failure = KernelError(.getcwd, Errno(rawValue: -length)) }
            count = max(0, Int(length) - 1)
        }
        if let failure { throw failure }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The path as it is seen from everywhere.
    public static func absolutePath(_ path: String) throws(KernelError) -> String {
        if path.isAbsolutePath { return path }
        let here = try workingDirectory()
        return path == "." || path.isEmpty ? here : here + "/" + path
    }

    /// Closes every descriptor from `first` on but a few, which the next execve closes. Man: close_range(2).
    ///
    /// Not only marked: execve looks up its path before it closes what is marked, and /proc/self/fd/N/.. of a directory of
    /// the host would lead it outside (CVE-2024-21626). Owners in our memory may close again: what is opened after this (the
    /// pipes of a hook) must be closed before any of them ends.
    ///
    /// - Parameter kept: the numbers of those that stay.
    public static func closeDescriptors(from first: Int32, except kept: Int32..., procfs: ProcessFileSystem) throws(KernelError) {
        var next = first, error: Errno?
        for number in kept.filter({ $0 >= first }).sorted() where error == nil {
            error = closeRange(next, number - 1)
            next = number + 1
        }
        guard let error = error ?? closeRange(next, Int32.max) else { return }
        guard error == .noFunction || error == .notPermitted else { throw KernelError(.close_range, error) }
        let directory = try procfs.open("self/fd", [.readOnly, .directory])
        for name in try directory.directoryEntries() {
            guard let fd = Int32(name.description), fd >= first, fd != directory.rawValue, !kept.contains(fd) else { continue }
            Glibc.close(fd)
        }
    }

    private static func closeRange(_ first: Int32, _ last: Int32) -> Errno? {
        guard first <= last else { return nil }
        let error = cl_close_range(UInt32(first), UInt32(last), 0)
        return error < 0 ? Errno(rawValue: -error) : nil
    }

    /// The session keyring of that name, searchable by its owner, who so can join it again; a new one where there is none. One
    /// that is not ours, or that somebody has spoiled, is left for one without a name, which nobody finds.
    /// Man: keyctl(2), KEYCTL_JOIN_SESSION_KEYRING.
    public static func joinSessionKeyring(named name: String) throws(KernelError) {
        try check(.keyctl, cl_keyctl_join_session(name), "KEYCTL_JOIN_SESSION_KEYRING \(name)")
        if let keyring = SessionKeyringDescription.read(), keyring.uid == geteuid() {
            let userMaySearch: UInt32 = 0x0008_0000
            if keyring.permissions & userMaySearch != 0 { return }
            try check(.keyctl, cl_keyctl_setperm(SessionKeyringDescription.keyring, keyring.permissions | userMaySearch), "KEYCTL_SETPERM")
        } else {
            try check(.keyctl, cl_keyctl_join_session(nil), "KEYCTL_JOIN_SESSION_KEYRING")
        }
    }

    /// What KEYCTL_DESCRIBE says: `type;uid;gid;permissions;name`.
    private struct SessionKeyringDescription {
        static let keyring: Int32 = -3  // KEY_SPEC_SESSION_KEYRING
        let uid: UInt32
        let permissions: UInt32

        /// nil where it tells nothing.
        static func read() -> SessionKeyringDescription? {
            let text = [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
                count = buffer.withMemoryRebound(to: CChar.self) { max(0, min(Int(cl_keyctl_describe(keyring, $0.baseAddress, $0.count)), $0.count)) }
            }
            let fields = String(decoding: text, as: UTF8.self).split(separator: ";")
            guard fields.count >= 4, let uid = UInt32(fields[1]), let permissions = UInt32(fields[3], radix: 16) else { return nil }
            return SessionKeyringDescription(uid: uid, permissions: permissions)
        }
    }

    /// Installs a filter for this thread: whole `struct sock_filter` records. Man: seccomp(2), SECCOMP_SET_MODE_FILTER.
    ///
    /// - Returns: a descriptor, CLOEXEC, where the flags ask for a listener; else 0.
    @discardableResult
    public static func installSeccompFilter(_ instructions: [UInt8], flags: UInt32) throws(KernelError) -> Int32 {
        guard instructions.count / 8 <= Int(UInt16.max) else { throw KernelError(.seccomp, .invalidArgument) }
        return try check(.seccomp, cl_seccomp_set_filter(flags, instructions, UInt16(instructions.count / 8)))
    }

    /// How many threads this process has: setns and clone of a user namespace want one.
    public static func threadCount(_ procfs: ProcessFileSystem) throws(KernelError) -> Int {
        try procfs.open("self/task", [.readOnly, .directory]).directoryEntries().count
    }
}
