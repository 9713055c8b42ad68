import RuntimeSpec

/// A rule about devices, with everything that config.json may leave out. Spec: config-linux.md, "Allowed Device list".
struct DeviceRule: Sendable, Equatable {
    enum Kind: Character, CaseIterable, Sendable { case block = "b", character = "c" }

    /// As the kernel numbers them (BPF_DEVCG_ACC_*).
    struct Access: OptionSet, Sendable {
        let rawValue: UInt32
        static let mknod = Access(rawValue: 1)
        static let read = Access(rawValue: 2)
        static let write = Access(rawValue: 4)
        static let all: Access = [.mknod, .read, .write]

        static let letters: [(letter: Character, access: Access)] = [("r", .read), ("w", .write), ("m", .mknod)]
        var text: String { String(Self.letters.filter { contains($0.access) }.map(\.letter)) }
    }

    var allow: Bool
    /// nil for both.
    var kind: Kind?
    /// nil for all.
    var major: UInt32?
    /// nil for all.
    var minor: UInt32?
    var access: Access = .all

    init(allow: Bool, _ kind: Kind? = nil, _ major: UInt32? = nil, _ minor: UInt32? = nil, _ access: Access = .all) {
        self.allow = allow
        self.kind = kind
        self.major = major
        self.minor = minor
        self.access = access
    }

    /// What every container may do, whatever its rules say: the default devices, pseudo-terminals, and making any node,
    /// for without access a node is of no use. runc and crun allow the same, the network's tun included.
    /// Spec: config-linux.md, "Default Devices".
    static let defaults: [DeviceRule] = [
        DeviceRule(allow: true, .character, nil, nil, .mknod),
        DeviceRule(allow: true, .block, nil, nil, .mknod),
        DeviceRule(allow: true, .character, 1, 3),  // null
        DeviceRule(allow: true, .character, 1, 5),  // zero
        DeviceRule(allow: true, .character, 1, 7),  // full
        DeviceRule(allow: true, .character, 1, 8),  // random
        DeviceRule(allow: true, .character, 1, 9),  // urandom
        DeviceRule(allow: true, .character, 5, 0),  // tty
        DeviceRule(allow: true, .character, 5, 1),  // console
        DeviceRule(allow: true, .character, 5, 2),  // ptmx
        DeviceRule(allow: true, .character, 136, nil),  // pts
        DeviceRule(allow: true, .character, 10, 200),  // net/tun
    ]

    /// All rules of a container, the last that matches being the one that counts: nothing, but what is asked for, and the
    /// default devices.
    ///
    /// - Parameter rules: already validated.
    static func all(_ rules: [Resources.DeviceCgroup]) -> [DeviceRule] {
        rules.map { rule in
            var access: Access = rule.access == nil ? .all : []
            for (letter, bit) in Access.letters where rule.access?.contains(letter) == true { access.insert(bit) }
            let kind: Kind? = switch rule.type {
            case .block: .block
            case .character: .character
            case .all, nil: nil
            }
            func number(_ value: Int64?) -> UInt32? { value.flatMap { UInt32(exactly: $0) } }
            return DeviceRule(allow: rule.allow, kind, number(rule.major), number(rule.minor), access)
        } + defaults
    }

    var isAboutAll: Bool { kind == nil && major == nil && minor == nil && access == .all }

    /// Whether every device that the other is about is one of this rule's.
    func covers(_ other: DeviceRule) -> Bool {
        (kind == nil || kind == other.kind) && (major == nil || major == other.major) && (minor == nil || minor == other.minor)
    }

    /// Whether some device is one of both.
    func overlaps(_ other: DeviceRule) -> Bool {
        func agree<Value: Equatable>(_ one: Value?, _ two: Value?) -> Bool { one == nil || two == nil || one == two }
        return agree(kind, other.kind) && agree(major, other.major) && agree(minor, other.minor)
    }

    /// As cgroup v1 reads and writes it: `c 1:3 rwm`.
    var text: String { "\(kind?.rawValue ?? "a") \(major.map(String.init) ?? "*"):\(minor.map(String.init) ?? "*") \(access.text)" }
}
