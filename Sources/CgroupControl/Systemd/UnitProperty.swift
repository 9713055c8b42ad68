/// A property of a unit, as it is given to systemd. Man: org.freedesktop.systemd1(5), systemd.resource-control(5).
struct UnitProperty: Sendable, Equatable {
    let name: String
    let value: BusValue

    init(_ name: String, _ value: BusValue) {
        self.name = name
        self.value = value
    }

    var busValue: BusValue { .structure([.string(name), .variant(value)]) }

    /// What makes the unit a container's, whatever its limits. Source: runc's docs/systemd.md.
    ///
    /// - Parameter pid: the first process, as the manager numbers it.
    static func ofNewUnit(
        _ location: UnitLocation, pid: Int32, containerID: String, isUnified: Bool, managerVersion: Int
    ) -> [UnitProperty] {
        var properties = [
            UnitProperty("Description", .string("OCI container \(containerID)")),
            // Whoever runs containers orders their ends; systemd would end them all at the beginning of a shutdown.
            UnitProperty("DefaultDependencies", .boolean(false)),
        ]
        // Or a unit that has failed would stay until somebody asks for it.
        if managerVersion >= 236 { properties.append(UnitProperty("CollectMode", .string("inactive-or-failed"))) }
        if location.isSlice {
            properties.append(UnitProperty("Wants", .array(of: "s", [.string(location.slice)])))
        } else {
            properties += [
                UnitProperty("Slice", .string(location.slice)), UnitProperty("Delegate", .boolean(true)),
                UnitProperty("PIDs", .array(of: "u", [.uint32(UInt32(pid))])),
            ]
        }
        // Statistics need the controllers, limits or not.
        let accounting = ["CPUAccounting", "MemoryAccounting", isUnified ? "IOAccounting" : "BlockIOAccounting", "TasksAccounting"]
        return properties + accounting.map { UnitProperty($0, .boolean(true)) }
    }
}

extension [UnitProperty] {
    /// For values that are there: a list takes the place of the old one instead of being added to it.
    var replacing: [UnitProperty] {
        flatMap { property -> [UnitProperty] in
            if case .array(let element, _) = property.value { return [UnitProperty(property.name, .array(of: element, [])), property] }
            return [property]
        }
    }
}
