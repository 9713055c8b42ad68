/// Why a map is refused before anything is cloned.
///
/// An `index` counts the entries of `linux.uidMappings` or `linux.gidMappings` from 0, as in config.json. Host ids are
/// of the caller's user namespace.
public enum IDMapError: Error, Sendable, Equatable {
    // The map by itself.
    case empty(IDKind)
    case tooManyRanges(IDKind, count: Int)
    case zeroSize(IDKind, index: Int)
    case pastLastID(IDKind, index: Int, IDSide)
    case overlap(IDKind, index: Int, with: Int, IDSide, id: UInt32)
    case textTooLong(IDKind, bytes: Int)
    // What uses it.
    case containerIDNotMapped(IDKind, containerID: UInt32, field: String)
    case setgroupsDenied(gid: UInt32)
    // What we read.
    case malformedProcText(IDKind, line: String)
    case malformedGetsubidsOutput(line: String)
    // Who may write it.
    case hostIDNotOurs(IDKind, hostID: UInt32)
    case hostRootNeedsCapSetFCap
    case noneGranted(IDKind, user: String)
    case notGranted(IDKind, user: String, range: IDRange, firstMissing: UInt32, granted: SubordinateRanges)
    // Who else may.
    case helperMissing(IDKind)
    case helperOnNosuidMount(IDKind, path: String)
    case helperUnprivileged(IDKind, path: String)
    case noNewPrivileges(IDKind)
    case callerUnknown(IDKind, uid: UInt32)
    case callerInOtherGroup(IDKind, realGID: UInt32, primaryGID: UInt32)
}

extension IDMapError {
    /// What is wrong, in one line that names the field or file and the id.
    public var message: String {
        switch self {
        case .empty(let kind):
            "\(kind.specField) has no entry"
        case .tooManyRanges(let kind, let count):
            "\(kind.specField) comes to \(count) lines, and the kernel takes at most \(IDMap.maximumRanges)"
        case .zeroSize(let kind, let index):
            "\(kind.specField)[\(index)].size is 0"
        case .pastLastID(let kind, let index, let side):
            "\(kind.specField)[\(index)]: \(side.rawValue) + size passes the last \(kind.rawValue), \(endOfIDs - 1)"
        case .overlap(let kind, let index, let other, let side, let id):
            "\(kind.specField)[\(index)] and [\(other)] overlap: both have \(side.rawValue) \(id)"
        case .textTooLong(let kind, let bytes):
            "\(kind.specField) comes to \(bytes) bytes of \(kind.procFileName), and the kernel takes at most"
                + " \(IDMap.maximumTextBytes)"
        case .containerIDNotMapped(let kind, let containerID, let field):
            "\(field): \(kind.rawValue) \(containerID) is not mapped by \(kind.specField)"
        case .setgroupsDenied(let gid):
            "process.user.additionalGids: gid \(gid) can't be set, because setgroups is denied in this user namespace"
        case .malformedProcText(let kind, let line):
            "/proc/self/\(kind.procFileName) has a line that is not three numbers of ids: \"\(line)\""
        case .malformedGetsubidsOutput(let line):
            "getsubids printed a line that is not \"INDEX: USER START COUNT\": \"\(line)\""
        case .hostIDNotOurs(let kind, let hostID):
            "\(kind.specField): hostID \(hostID) does not exist in the user namespace that runc runs in"
        case .hostRootNeedsCapSetFCap:
            "linux.uidMappings: mapping hostID 0 needs CAP_SETFCAP, which the caller does not have"
        case .noneGranted(let kind, let user):
            "no range for \(user) in \(kind.subordinatePath)"
        case .notGranted(let kind, let user, let range, let firstMissing, _):
            "\(kind.specField): \(Self.list(range.hostIDs)) is not granted to \(user) in \(kind.subordinatePath)"
                + (range.size == 1 ? "" : ": \(firstMissing) is missing")
        case .helperMissing(let kind):
            "\(kind.specField) maps more than the caller's own \(kind.rawValue), which takes \(kind.helperName),"
                + " and that is not in PATH"
        case .helperOnNosuidMount(let kind, let path):
            "\(path) has no privilege to write \(kind.procFileName): it lies on a mount with nosuid"
        case .helperUnprivileged(let kind, let path):
            "\(path) has no privilege to write \(kind.procFileName): it has neither its setuid bit (with owner root)"
                + " nor the file capability \(kind.capabilityName)"
        case .noNewPrivileges(let kind):
            "\(kind.helperName) can't gain its privilege, because no_new_privs is set on runc"
        case .callerUnknown(let kind, let uid):
            "\(kind.helperName) refuses a caller without an entry in /etc/passwd: uid \(uid) has none"
        case .callerInOtherGroup(let kind, let realGID, let primaryGID):
            "\(kind.helperName) refuses a caller whose gid is not that of its entry in /etc/passwd:"
                + " it is \(realGID), not \(primaryGID)"
        }
    }

    /// What a person can do about it; nil where the message says it all.
    public var hint: String? {
        switch self {
        case .empty, .zeroSize, .pastLastID, .overlap, .malformedProcText, .malformedGetsubidsOutput: nil
        case .tooManyRanges, .textTooLong: "use fewer and longer ranges"
        case .containerIDNotMapped(let kind, _, _): "add it to \(kind.specField), or use an id that is there"
        case .setgroupsDenied:
            "map a range of /etc/subgid, so that newgidmap writes the map and leaves setgroups allowed, outside of a"
                + " user namespace that denies it; or remove additionalGids"
        case .hostIDNotOurs(let kind, _):
            "/proc/self/\(kind.procFileName) lists what exists: first and third column"
        case .hostRootNeedsCapSetFCap: "map other host ids than 0, or run runc with CAP_SETFCAP"
        case .noneGranted(let kind, let user): Self.grantAdvice(kind, user)
        case .notGranted(let kind, let user, _, _, let granted):
            granted.isEmpty
                ? Self.grantAdvice(kind, user)
                : "\(user) has " + granted.ranges.map { Self.list($0.hostIDs) }.joined(separator: ", ")
        case .helperMissing(let kind): "apt install uidmap, or map only your own \(kind.rawValue)"
        case .helperOnNosuidMount(let kind, _):
            "install uidmap on a file system mounted without nosuid, or map only your own \(kind.rawValue)"
        case .helperUnprivileged(let kind, let path):
            "as root: chmod u+s \(path); or apt install --reinstall uidmap; or map only your own \(kind.rawValue)"
        case .noNewPrivileges(let kind):
            "systemd's NoNewPrivileges=, Docker's no-new-privileges, bubblewrap and setpriv set it: start runc without"
                + " it, or map only your own \(kind.rawValue)"
        case .callerUnknown(let kind, _): "give the uid an entry, or map only your own \(kind.rawValue)"
        case .callerInOtherGroup(let kind, _, _):
            "run runc outside of newgrp and sg, or have GRANT_AUX_GROUP_SUBIDS yes in /etc/login.defs,"
                + " or map only your own \(kind.rawValue)"
        }
    }

    private static func list(_ ids: Range<UInt64>) -> String {
        ids.count == 1 ? "\(ids.lowerBound)" : "\(ids.lowerBound)-\(ids.upperBound - 1)"
    }

    /// The range that useradd itself would give to the first user of a system.
    private static func grantAdvice(_ kind: IDKind, _ user: String) -> String {
        "as root: usermod \(kind.usermodOption) 100000-165535 \(user)"
    }
}
