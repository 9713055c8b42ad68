import CCriuRPC
import LinuxKernel
import SystemPackage

/// What CRIU answers, or tells on the way.
public struct CRIUResponse: Sendable, Equatable {
    let code: UInt32
    public let succeeded: Bool
    public let notification: String?
    public let notificationPID: Int32?
    /// An errno; 0 where there is none.
    let errno: Int32
    let message: String?
    let features: Set<CRIUFeature>
    let version: CRIUVersion?

    /// nil for what is not a whole message.
    init?(decoding bytes: [UInt8]) {
        guard let unpacked = criu_resp__unpack(nil, bytes.count, bytes) else { return nil }
        defer { criu_resp__free_unpacked(unpacked, nil) }
        let response = unpacked.pointee
        code = response.type.rawValue
        succeeded = response.success != 0
        notification = response.notify?.pointee.script.map { String(cString: $0) }
        notificationPID = response.notify.flatMap { $0.pointee.has_pid != 0 ? $0.pointee.pid : nil }
        errno = response.has_cr_errno != 0 ? response.cr_errno : 0
        message = response.cr_errmsg.map { String(cString: $0) }
        var features: Set<CRIUFeature> = []
        if let told = response.features?.pointee {
            if told.mem_track != 0 { features.insert(.memoryTracking) }
            if told.lazy_pages != 0 { features.insert(.lazyPages) }
        }
        self.features = features
        version = response.version.map {
            CRIUVersion(major: $0.pointee.major_number, minor: $0.pointee.minor_number, sublevel: $0.pointee.sublevel)
        }
    }

    var isNotification: Bool { code == CRIU_REQ_TYPE__NOTIFY.rawValue }

    /// Why it is no success; its log says more.
    var reason: String {
        errno > 0 ? Errno(rawValue: errno).text : "it failed"
    }

    /// Whether it is the answer to a request of this kind. A pre-dump and a failed request are answered under other names.
    func answers(_ kind: CRIURequest.Kind) -> Bool {
        if code == kind.code.rawValue { return true }
        return !succeeded || (kind == .preDump && (code == CRIU_REQ_TYPE__PRE_DUMP.rawValue || code == CRIU_REQ_TYPE__DUMP.rawValue))
    }
}

/// CRIU's version: 3.17.1.
public struct CRIUVersion: Sendable, Equatable, Comparable, CustomStringConvertible {
    public let major: Int32
    public let minor: Int32
    public let sublevel: Int32

    public init(major: Int32, minor: Int32, sublevel: Int32 = 0) {
        self.major = major
        self.minor = minor
        self.sublevel = sublevel
    }

    public var description: String { "\(major).\(minor)" + (sublevel > 0 ? ".\(sublevel)" : "") }

    public static func < (left: CRIUVersion, right: CRIUVersion) -> Bool {
        (left.major, left.minor, left.sublevel) < (right.major, right.minor, right.sublevel)
    }
}
