import Glibc
import LinuxKernel

/// systemd, the system's or a user's own, over its bus. Man: org.freedesktop.systemd1(5).
final class SystemdManager {
    private static let jobMilliseconds: Int32 = 30_000
    private static let path = "/org/freedesktop/systemd1"
    private static let name = "org.freedesktop.systemd1"

    private let bus: BusConnection
    private var hearsOfJobs = false

    /// Errors: forgivable ones where nobody answers.
    init(ofUser: Bool) throws(CgroupError) { bus = try Self.connect(ofUser: ofUser) }

    private static func connect(ofUser: Bool) throws(CgroupError) -> BusConnection {
        let environment = { (name: String) in getenv(name).map { String(cString: $0) } }
        let addresses = ofUser ? BusAddress.ofUser(environment, uids: ownUIDs) : BusAddress.ofSystem(environment)
        var tried: [String] = []
        for address in addresses {
            do throws(BusError) { return try BusConnection(address: address.text) } catch {
                tried.append("\(address.origin): \(error.message)")
            }
        }
        throw CgroupError(
            "no bus of \(ofUser ? "the user's own" : "the system's") systemd: \(tried.joined(separator: "; "))", isForgivable: true,
            hint: ofUser
                ? "log in rather than su (Debian: dbus-user-session), or as root: loginctl enable-linger USER; "
                    + "set DBUS_SESSION_BUS_ADDRESS or XDG_RUNTIME_DIR, or leave out --systemd-cgroup"
                : "boot with systemd and start dbus, or leave out --systemd-cgroup")
    }

    /// As we see ourselves, then as the user namespace above ours does. Man: user_namespaces(7).
    private static var ownUIDs: [UInt32] {
        let own = CurrentProcess.effectiveUID
        let map: String
        do throws(KernelError) { map = try ProcessFileSystem().read("self/uid_map") } catch { return [own] }
        for line in map.split(separator: "\n") {
            let numbers = line.split(separator: " ").compactMap { UInt32($0) }
            guard numbers.count == 3, own >= numbers[0], own - numbers[0] < numbers[2] else { continue }
            let outer = numbers[1] &+ (own - numbers[0])
            return outer == own ? [own] : [own, outer]
        }
        return [own]
    }

    // MARK: what it is

    /// The uid that the bus knows the manager by: as those outside of a user namespace of ours see it.
    func ownerUID() throws(CgroupError) -> UInt32 {
        let answer = try ask(.bus("GetConnectionUnixUser"), [.string(Self.name)])
        guard case .uint32(let uid)? = answer.first else { throw Self.misunderstood("GetConnectionUnixUser") }
        return uid
    }

    /// 252 of `252.33-1~deb12u1`.
    func version() throws(CgroupError) -> Int {
        let text = try managerProperty("Version")
        guard let version = Int(text.drop { !$0.isNumber }.prefix { $0.isNumber }) else { throw Self.misunderstood("Version \(text)") }
        return version
    }

    /// The cgroup below which its slices lie; `/` or empty where it is the system's, of the whole hierarchy.
    func controlGroup() throws(CgroupError) -> String { try managerProperty("ControlGroup") }

    private func managerProperty(_ property: String) throws(CgroupError) -> String {
        guard let text = try self.property(property, of: Self.path, interface: "Manager")?.string else { throw Self.misunderstood(property) }
        return text
    }

    private func property(_ property: String, of object: String, interface: String) throws(CgroupError) -> BusValue? {
        let get = BusMethod(destination: Self.name, path: object, interface: "org.freedesktop.DBus.Properties", member: "Get")
        return try ask(get, [.string("\(Self.name).\(interface)"), .string(property)]).first?.content
    }

    // MARK: units

    /// What a unit is doing: `active`, `failed`…; nil where it is not loaded.
    func activeState(_ unit: String) throws(CgroupError) -> String? {
        guard let object = try object(unit) else { return nil }
        return try property("ActiveState", of: object, interface: "Unit")?.string
    }

    /// Which run of the unit it is; nil where it is not loaded.
    func invocation(of unit: String) throws(CgroupError) -> String? {
        guard let object = try object(unit) else { return nil }
        guard case .array(_, let bytes)? = try property("InvocationID", of: object, interface: "Unit") else { throw Self.misunderstood("InvocationID") }
        return bytes.map { if case .byte(let byte) = $0 { byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16) } else { "" } }.joined()
    }

    /// The values of those properties that the unit's type has.
    func values(_ names: [String], of unit: String) throws(CgroupError) -> [UnitProperty] {
        guard let object = try object(unit) else { return [] }
        let getAll = BusMethod(destination: Self.name, path: object, interface: "org.freedesktop.DBus.Properties", member: "GetAll")
        let interface = unit.isSliceName ? "Slice" : "Scope"
        guard case .array(_, let entries)? = try ask(getAll, [.string("\(Self.name).\(interface)")]).first else { throw Self.misunderstood("GetAll") }
        return entries.compactMap { entry in
            guard case .entry(.string(let name), .variant(let value)) = entry, names.contains(name) else { return nil }
            return UnitProperty(name, value)
        }
    }

    /// Makes a unit for this moment, and waits until it has started. A failed one of its name is put away first.
    func startTransient(_ unit: String, _ properties: [UnitProperty]) throws(CgroupError) {
        let arguments: [BusValue] = [
            .string(unit), .string("replace"), .array(of: "(sv)", properties.map(\.busValue)), .array(of: "(sa(sv))", []),
        ]
        let result: String
        do throws(BusError) {
            do throws(BusError) { result = try run("StartTransientUnit", arguments) } catch {
                guard error.name == BusErrorName.unitExists else { throw error }
                _ = try bus.call(.manager("ResetFailedUnit"), [.string(unit)])
                result = try run("StartTransientUnit", arguments)
            }
        } catch { throw CgroupError("start", unit, error) }
        guard result == "done" else {
            let error = CgroupError("cannot start \(unit): its job ended as \(result)", hint: "journalctl --unit \(unit) tells why")
            throw error.after { () throws(CgroupError) in try stop(unit) }
        }
    }

    /// Ends what is left of it, and forgets it; one that is gone is stopped.
    func stop(_ unit: String) throws(CgroupError) {
        do throws(BusError) {
            let result = try run("StopUnit", [.string(unit), .string("replace")])
            // A unit that is stopped otherwise meanwhile, or that somebody starts: not ours to wait for.
            if result != "done" { throw .refused(name: "job", message: "ended as \(result)") }
        } catch { guard error.name == BusErrorName.noSuchUnit else { throw CgroupError("stop", unit, error) } }
        do throws(BusError) { _ = try bus.call(.manager("ResetFailedUnit"), [.string(unit)]) } catch {
            guard error.name == BusErrorName.noSuchUnit else { throw CgroupError("reset", unit, error) }
        }
    }

    /// Until the next boot.
    func setProperties(_ properties: [UnitProperty], of unit: String) throws(CgroupError) {
        do throws(BusError) {
            _ = try bus.call(.manager("SetUnitProperties"), [.string(unit), .boolean(true), .array(of: "(sv)", properties.map(\.busValue))])
        } catch { throw CgroupError("set \(properties.map(\.name).joined(separator: ", ")) of", unit, error) }
    }

    /// - Parameters:
    ///   - pid: in our PID namespace, which must be the manager's.
    ///   - path: a cgroup below the unit's: empty, or with a slash before it.
    func attach(pid: Int32, to unit: String, below path: String) throws(CgroupError) {
        do throws(BusError) {
            _ = try bus.call(.manager("AttachProcessesToUnit"), [.string(unit), .string(path), .array(of: "u", [.uint32(UInt32(pid))])])
        } catch {
            // Whatever the kernel told systemd, it tells us only that it did not work.
            throw CgroupError("attach process \(pid) to", unit + path, error).asBusy
        }
    }

    private func object(_ unit: String) throws(CgroupError) -> String? {
        do throws(BusError) { return try bus.call(.manager("GetUnit"), [.string(unit)]).first?.string } catch {
            if error.name == BusErrorName.noSuchUnit { return nil }
            throw CgroupError("look for", unit, error)
        }
    }

    // MARK: jobs

    /// Asks for a job and waits for its end. Returns its result: `done`, `failed`, `timeout`, `canceled`, `dependency`, `skipped`.
    private func run(_ member: String, _ arguments: [BusValue]) throws(BusError) -> String {
        if !hearsOfJobs {
            // Before the job is there: its end may come before the answer to the call.
            _ = try bus.call(.bus("AddMatch"), [.string("type='signal',sender='\(Self.name)',interface='\(Self.name).Manager',member='JobRemoved'")])
            hearsOfJobs = true
        }
        guard let job = try bus.call(.manager(member), arguments).first?.string else { throw .malformed("the answer to \(member)") }
        let deadline = Deadline(milliseconds: Self.jobMilliseconds)
        while let signal = try bus.nextSignal(until: deadline) {
            // JobRemoved: its number, its object, the unit, the result.
            guard signal.name == "\(Self.name).Manager.JobRemoved", signal.body.count == 4, signal.body[1].string == job else { continue }
            return signal.body[3].string ?? "unknown"
        }
        return "timeout"
    }

    private func ask(_ method: BusMethod, _ arguments: [BusValue]) throws(CgroupError) -> [BusValue] {
        do throws(BusError) { return try bus.call(method, arguments) } catch { throw CgroupError("ask", "systemd", error) }
    }

    private static func misunderstood(_ what: String) -> CgroupError { CgroupError("systemd's answer is not understood: \(what)") }
}

extension BusMethod {
    fileprivate static func manager(_ member: String) -> BusMethod {
        BusMethod(
            destination: "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager", member: member)
    }
}

extension CgroupError {
    /// - Parameter action: `start`, `stop`…
    fileprivate init(_ action: String, _ unit: String, _ error: BusError) {
        let isRefusal = error.name.map(BusErrorName.refusals.contains) ?? false
        self.init(
            "cannot \(action) \(unit): \(error.message)", isForgivable: isRefusal,
            hint: isRefusal ? "this systemd does not take it from us: use the one of the user's own (--rootless=true), or be root" : nil)
    }
}
