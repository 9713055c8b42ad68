import Testing

@testable import CheckpointRestore

/// What goes over the socket, read without the library that has written it. The numbers are those of CRIU's images/rpc.proto.
struct RequestTests {
    enum Value: Equatable {
        case number(UInt64)
        case bytes([UInt8])

        static func text(_ text: String) -> Value { .bytes(Array(text.utf8)) }
        static func message(_ fields: [Field]) -> Value { .bytes(fields.flatMap(\.encoded)) }
    }

    struct Field: Equatable {
        let number: UInt64
        let value: Value

        /// Short enough for numbers of one byte.
        var encoded: [UInt8] {
            switch value {
            case .number(let value): [UInt8(number << 3), UInt8(value)]
            case .bytes(let bytes): [UInt8(number << 3 | 2), UInt8(bytes.count)] + bytes
            }
        }
    }

    /// nil for what is no message.
    private static func fields(_ bytes: [UInt8]) -> [Field]? {
        var rest = bytes[...]
        func number() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard let byte = rest.popFirst() else { return nil }
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        var fields: [Field] = []
        while !rest.isEmpty {
            guard let key = number(), let word = number() else { return nil }
            switch key & 7 {
            case 0: fields.append(Field(number: key >> 3, value: .number(word)))
            case 2:
                guard rest.count >= word else { return nil }
                fields.append(Field(number: key >> 3, value: .bytes(Array(rest.prefix(Int(word))))))
                rest = rest.dropFirst(Int(word))
            default: return nil
            }
        }
        return fields
    }

    private static func options(_ kind: CRIURequest.Kind, _ options: CRIUOptions) -> [Field]? {
        guard let request = fields(CRIURequest(kind, options: options).encoded()), let field = request.first(where: { $0.number == 2 }),
            case .bytes(let bytes) = field.value
        else { return nil }
        return fields(bytes)
    }

    private struct Option: CustomTestStringConvertible {
        let name: String
        let set: @Sendable (inout CRIUOptions) -> Void
        let number: UInt64
        let value: Value
        var testDescription: String { name }

        init(_ name: String, _ number: UInt64, _ value: Value = .number(1), _ set: @escaping @Sendable (inout CRIUOptions) -> Void) {
            (self.name, self.number, self.value, self.set) = (name, number, value, set)
        }
    }

    private static let table: [Option] = [
        Option("images_dir_fd", 1, .number(7)) { $0.imageDirectory = 7 },
        Option("pid", 2, .number(77)) { $0.pid = 77 },
        Option("leave_running", 3) { $0.leavesRunning = true },
        Option("ext_unix_sk", 4) { $0.allowsExternalUnixSockets = true },
        Option("tcp_established", 5) { $0.keepsTCPConnections = true },
        Option("shell_job", 7) { $0.isShellJob = true },
        Option("file_locks", 8) { $0.keepsFileLocks = true },
        Option("log_file", 10, .text("l")) { $0.logName = "l" },
        Option("ps", 11, .message([Field(number: 1, value: .text("::1")), Field(number: 2, value: .number(80))])) { $0.pageServer = PageServer("[::1]:80") },
        Option("root", 13, .text("/r")) { $0.root = "/r" },
        Option("parent_img", 14, .text("../p")) { $0.parentImage = "../p" },
        Option("track_mem", 15) { $0.tracksMemory = true },
        Option("auto_dedup", 16) { $0.dropsDuplicates = true },
        Option("work_dir_fd", 17, .number(8)) { $0.workDirectory = 8 },
        Option("link_remap", 18) { $0.remapsLinks = true },
        Option("cg_root", 25, .message([Field(number: 1, value: .text("cpu")), Field(number: 2, value: .text("/c"))])) {
            $0.cgroupRoots = [CRIUOptions.CgroupRoot(controllers: "cpu", path: "/c")]
        },
        Option("inherit_fd", 27, .message([Field(number: 1, value: .text("pipe:[1]")), Field(number: 2, value: .number(4))])) {
            $0.inherited = [CRIUOptions.InheritedDescriptor(key: "pipe:[1]", descriptor: 4)]
        },
        Option("manage_cgroups_mode soft", 34, .number(3)) { $0.cgroupMode = .soft },
        Option("manage_cgroups_mode full", 34, .number(4)) { $0.cgroupMode = .full },
        Option("manage_cgroups_mode strict", 34, .number(5)) { $0.cgroupMode = .strict },
        Option("external", 37, .text("mnt[/a]:/b")) { $0.externals = [.mount("/a", "/b")] },
        // CLONE_NEWNET
        Option("empty_ns", 38, .number(0x4000_0000)) { $0.emptyNamespaces = 0x4000_0000 },
        Option("join_ns", 39, .message([Field(number: 1, value: .text("uts")), Field(number: 2, value: .text("/u"))])) {
            $0.joined = [CRIUOptions.JoinedNamespace(name: "uts", path: "/u")]
        },
        Option("freeze_cgroup", 44, .text("/f")) { $0.freezerDirectory = "/f" },
        Option("tcp_skip_in_flight", 46) { $0.skipsTCPInFlight = true },
        Option("lazy_pages", 48) { $0.movesPagesLazily = true },
        Option("config_file", 51, .text("/o")) { $0.configFile = "/o" },
        Option("lsm_profile", 53, .text("selinux:a")) { $0.lsmProfile = "selinux:a" },
        Option("lsm_mount_context", 63, .text("m")) { $0.lsmMountContext = "m" },
        Option("unprivileged", 67) { $0.isUnprivileged = true },
    ]

    /// It is the only field that is there for it.
    @Test(arguments: table)
    private func anOptionHasItsNumber(_ option: Option) throws {
        let without = try #require(Self.options(.dump, CRIUOptions()))
        var options = CRIUOptions()
        option.set(&options)
        let with = try #require(Self.options(.dump, options))
        #expect(with.filter { !without.contains($0) } == [Field(number: option.number, value: option.value)])
    }

    /// Cgroups that are left alone: no mode but `manage_cgroups` itself, which is older.
    @Test func ignoredCgroupsAreNotManaged() throws {
        var options = CRIUOptions()
        #expect(try #require(Self.options(.dump, options)).contains(Field(number: 24, value: .number(1))))
        options.cgroupMode = .ignore
        let fields = try #require(Self.options(.dump, options))
        #expect(fields.contains(Field(number: 34, value: .number(0))) && !fields.contains(Field(number: 24, value: .number(1))))
    }

    /// log_level, notify_scripts and orphan_pts_master in each direction; evasive_devices and rst_sibling for a restore alone.
    @Test(arguments: [(CRIURequest.Kind.dump, false), (.preDump, false), (.restore, true)])
    func someGoWithoutBeingAskedFor(_ kind: CRIURequest.Kind, _ isRestore: Bool) throws {
        let fields = try #require(Self.options(kind, CRIUOptions()))
        #expect(fields.contains(Field(number: 9, value: .number(4))))
        for (number, holds) in [(12, true), (50, true), (6, isRestore), (26, isRestore)] as [(UInt64, Bool)] {
            #expect(fields.contains(Field(number: number, value: .number(1))) == holds, "\(number)")
        }
    }

    @Test(arguments: [(CRIURequest.Kind.dump, 1), (.restore, 2), (.check, 3), (.featureCheck, 9), (.version, 10), (.preDump, 13)] as [(CRIURequest.Kind, UInt64)])
    func aRequestHasItsNumber(_ kind: CRIURequest.Kind, _ number: UInt64) throws {
        #expect(Self.fields(CRIURequest(kind).encoded())?.first == Field(number: 1, value: .number(number)))
    }

    @Test(arguments: [([CRIUFeature.memoryTracking], [1]), ([.lazyPages], [2])] as [([CRIUFeature], [UInt64])])
    func featuresHaveTheirNumbers(_ features: [CRIUFeature], _ numbers: [UInt64]) throws {
        var request = CRIURequest(.featureCheck)
        request.features = Set(features)
        #expect(Self.fields(request.encoded())?.last == Field(number: 5, value: .message(numbers.map { Field(number: $0, value: .number(1)) })))
    }

    @Test(arguments: [(true, 1), (false, 0)] as [(Bool, UInt64)])
    func aNotificationIsAcknowledged(_ success: Bool, _ number: UInt64) {
        let fields = Self.fields(CRIURequest.acknowledgement(success: success))
        #expect(fields == [Field(number: 1, value: .number(6)), Field(number: 3, value: .number(number))])
    }
}
