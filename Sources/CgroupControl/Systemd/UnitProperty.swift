/// A property of a unit, as it is given to systemd. Man: org.freedesktop.systemd1(5), systemd.resource-control(5).
struct UnitProperty: Sendable, Equatable {
    let name: String
    let value: BusValue

    init(_ name: String, _ value: BusValue) {
        self.name = name
        self.value = value
    }

    var busValue: BusValue { .structure([.string(name), .variant(value)]) }
}
