import RuntimeSpec

/// What every container has below /dev. Spec: config-linux.md, "Default Devices"; runtime-linux.md, "Dev symbolic links".
enum Devices {
    private static let defaults: [(String, UInt32, UInt32)] = [
        ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8), ("/dev/urandom", 1, 9), ("/dev/tty", 5, 0),
    ]

    private static let links: [(String, String)] = [
        ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"),
        ("/dev/stderr", "/proc/self/fd/2"), ("/dev/ptmx", "pts/ptmx"),
    ]

    /// The host's would open terminals of the host: what a container has at that path is the link to its own devpts.
    private static func isOfDevpts(_ device: Device) -> Bool { device.path.pathComponentsResolvingDots == ["dev", "ptmx"] }

    /// Of what is asked of devices that are the host's own.
    static func warnings(_ devices: [Device]) -> [String] {
        devices.enumerated().compactMap { index, device in
            let isAsked = device.fileMode != nil || device.uid ?? 0 != 0 || device.gid ?? 0 != 0
            guard device.type != .fifo, isAsked, !isOfDevpts(device) else { return nil }
            return "linux.devices[\(index)]: \(device.path) is the host's in a user namespace, with its owner and mode: fileMode, uid and gid are left out"
        }
    }

    static func steps(_ configured: [Device], areBound: Bool) -> [InitStep] {
        let devices = configured.filter { !isOfDevpts($0) }
        let asked = Set(devices.map(\.path))
        var steps: [InitStep] = defaults.filter { !asked.contains($0.0) }.map { path, major, minor in
            .makeDevice(DeviceStep(
                path: path, type: .character, permissions: 0o666, major: major, minor: minor, uid: 0, gid: 0, isBound: areBound))
        }
        steps += devices.map { device in
            .makeDevice(DeviceStep(
                path: device.path, type: device.type, permissions: (device.fileMode ?? 0o666) & 0o7777,
                // In range, as the validation has it.
                major: UInt32(device.major), minor: UInt32(device.minor),
                uid: device.uid ?? 0, gid: device.gid ?? 0, isBound: areBound && device.type != .fifo))
        }
        return steps + links.map { .makeLink(path: $0.0, target: $0.1) }
    }
}
