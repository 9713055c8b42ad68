import Glibc
import LinuxKernel

/// Where the bus is on which a manager is found.
struct BusAddress: Sendable, Equatable {
    /// As libdbus reads it; there may be several places in it. Spec: D-Bus Specification, "Server Addresses".
    let text: String
    /// How it was found, for the person who looks for it.
    let origin: String

    /// The system's: the one address that every distribution has, unless the environment names another.
    static func ofSystem(_ environment: (String) -> String?) -> [BusAddress] {
        if let named = named("DBUS_SYSTEM_BUS_ADDRESS", environment) { return [named] }
        return [BusAddress(text: "unix:path=/run/dbus/system_bus_socket", origin: "/run/dbus/system_bus_socket")]
    }

    /// Those of the user's own, in the order in which they are asked.
    ///
    /// - Parameter uids: as which the user may have a runtime directory: as we see ourselves, and, in a user namespace, as
    ///   those outside see us.
    static func ofUser(_ environment: (String) -> String?, uids: [UInt32]) -> [BusAddress] {
        var addresses: [BusAddress] = []
        if let named = named("DBUS_SESSION_BUS_ADDRESS", environment) { addresses.append(named) }
        var directories: [String] = []
        if let directory = environment("XDG_RUNTIME_DIR"), directory.isAbsolutePath { directories.append(directory) }
        for uid in uids where !directories.contains("/run/user/\(uid)") { directories.append("/run/user/\(uid)") }
        return addresses + directories.map { BusAddress(text: "unix:path=\(escaped($0))/bus", origin: "\($0)/bus") }
    }

    private static func named(_ variable: String, _ environment: (String) -> String?) -> BusAddress? {
        environment(variable).flatMap { $0.isEmpty ? nil : BusAddress(text: $0, origin: variable) }
    }

    /// All but a few bytes must be escaped in an address.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "*"), UInt8(ascii: "."):
                String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}
