/// One limit as it is written into a cgroup: which field of `linux.resources` it is, and what the kernel is told.
struct LimitWrite: Sendable, Equatable {
    /// A file of the cgroup's directory, and what goes into it.
    struct Entry: Sendable, Equatable {
        let file: String
        let text: String

        init(_ file: String, _ text: String) {
            self.file = file
            self.text = text
        }
    }

    /// What a file that is not there means.
    enum Absence: Sendable, Equatable {
        /// This kernel has no such limit: the person is told.
        case unavailable
        /// Nothing is lost: the value is "no limit", or the file doubles another one.
        case harmless
        /// The value is wrong.
        case invalid(String)
    }

    /// What the file holds, and so how what was there is written again.
    enum Shape: Sendable, Equatable {
        case value
        /// A line for each device or interface, of which `key` is the first word; `none` takes it away.
        case line(key: String, none: String)
        /// Names and values, of which the value of `key` alone is written.
        case valueOf(key: String)
    }

    /// What must hold before it is written: the kernel would not say so, or not say why.
    enum Requirement: Sendable, Equatable {
        /// A list of processors or memory nodes lies within that of the cgroup above, which the file tells.
        case within(parentFile: String)
        /// The usage, which the file tells, is not above the new limit.
        case holds(usageFile: String, limitBytes: Int64)
    }

    /// Below `linux.resources`: `memory.limit`.
    let field: String
    /// As it was asked for.
    let value: String
    /// As the kernel names it: `memory`; empty for what every cgroup of version 2 has.
    let controller: String
    /// The first whose file is there is written: kernels differ in names.
    let entries: [Entry]
    /// Other fields that the same file takes, written with this one.
    var alsoWrites: [String] = []
    var shape = Shape.value
    var absence = Absence.unavailable
    var requirement: Requirement?
    /// With EINVAL: another limit that is set has made it void.
    var mayBeRefused = false

    init(_ field: String, _ value: String, _ controller: String, _ entries: [Entry]) {
        self.field = field
        self.value = value
        self.controller = controller
        self.entries = entries
    }

    init(_ field: String, _ value: some BinaryInteger, _ controller: String, _ file: String, _ text: String? = nil) {
        self.init(field, String(value), controller, [Entry(file, text ?? String(value))])
    }

    init(_ field: String, _ value: String, _ controller: String, _ file: String, requires requirement: Requirement? = nil) {
        self.init(field, value, controller, [Entry(file, value)])
        self.requirement = requirement
    }

    /// One line of a file with a line for each device.
    func replacing(line key: String, none: String) -> LimitWrite { shaped(.line(key: key, none: none)) }

    func shaped(_ shape: Shape) -> LimitWrite {
        var write = self
        write.shape = shape
        return write
    }

    func ifAbsent(_ absence: Absence) -> LimitWrite {
        var write = self
        write.absence = absence
        return write
    }
}
