import LinuxKernel
import SystemPackage

/// What makes the processes of a cgroup, and of those below it, stand still. Man: cgroups(7).
public struct Freezer: Sendable, Equatable {
    enum Version: Sendable, Equatable {
        /// The controller `freezer`. Kernel: cgroup-v1/freezer-subsystem.rst.
        case v1
        /// `cgroup.freeze`, since Linux 5.2. Kernel: cgroup-v2.rst, "Core Interface Files".
        case v2
    }

    let version: Version
    /// On the host.
    public let directory: String
    /// How long the processes are waited for.
    public var patienceMilliseconds = usualPatienceMilliseconds
    public static let usualPatienceMilliseconds: Int32 = 2000

    /// Whether a process in the cgroup stands still or is about to, be it for a cgroup above. One that is gone is not frozen.
    ///
    /// - Parameter atAGlance: by one file, for who looks at many containers: on v2 what is about to does not count.
    public func isFrozen(atAGlance: Bool = false) throws(CgroupError) -> Bool {
        try attempt("read", directory) { () throws(KernelError) in
            switch version {
            case .v1:
                // FREEZING counts: some processes still go on, but not for long.
                return try read("freezer.state").map { !$0.hasPrefix("THAWED") } ?? false
            case .v2:
                if !atAGlance, let own = try read("cgroup.freeze"), own.hasPrefix("1") { return true }
                return try CgroupFile.readRecordIfThere(directory + "/cgroup.events")?.saysFrozen ?? false
            }
        }
    }

    /// Returns when every process stands still. Where one does not in time, all go on, and that is an error.
    public func freeze() throws(CgroupError) {
        let stoodStill = try attempt("freeze", directory) { () throws(KernelError) in
            do throws(KernelError) {
                let stoodStill = switch version {
                case .v1: try freezeV1()
                case .v2: try freezeV2()
                }
                if !stoodStill { try release() }
                return stoodStill
            } catch {
                try release()
                throw error
            }
        }
        guard stoodStill else {
            throw CgroupError(
                "cannot freeze cgroup \(directory): a process does not stand still within \(patienceMilliseconds) ms",
                hint: "it may be waiting for a disk or be traced: try again")
        }
    }

    /// Lets them go on. Errors: a cgroup above is frozen.
    public func thaw() throws(CgroupError) {
        let stillFrozen = try attempt("thaw", directory) { () throws(KernelError) in
            try release()
            return switch version {
            case .v1: try read("freezer.parent_freezing")?.hasPrefix("1") ?? false
            // Thawed is told some time after, unless nothing has to be waited for.
            case .v2: try !wait(untilFrozen: false)
            }
        }
        guard !stillFrozen else {
            throw CgroupError("cannot thaw cgroup \(directory): a cgroup above it is frozen", hint: "resume whatever that one belongs to")
        }
    }

    /// After a kill: in version 1 whoever stands still does not die, in version 2 he does, whatever is frozen above. A container
    /// that may write its cgroup may have frozen others below it, and who still lives does so again: wherever somebody's end is
    /// waited for, this is asked again. Returns whether anything stood still.
    @discardableResult
    public func letKilledDie() throws(CgroupError) -> Bool {
        guard version == .v1, try attempt("thaw", directory, { () throws(KernelError) in try CgroupTree(directory: directory).thaw() }) else { return false }
        // Says so where it cannot be done.
        try thaw()
        return true
    }

    private func release() throws(KernelError) {
        let (file, text) = version == .v1 ? ("freezer.state", "THAWED") : ("cgroup.freeze", "0")
        _ = try CgroupFile.writeIfThere(text, to: directory + "/" + file)
    }

    /// The kernel tries once for each write. A process that forks meanwhile, or sleeps where it cannot be stopped, leaves
    /// the cgroup FREEZING: then another write is wanted, and now and then a thaw, to let it leave that place.
    private func freezeV1() throws(KernelError) -> Bool {
        var patience = Patience(milliseconds: patienceMilliseconds)
        var attempts = 0
        repeat {
            attempts += 1
            if attempts.isMultiple(of: 10) { try write("freezer.state", "THAWED") }
            try write("freezer.state", "FROZEN")
            if try read("freezer.state")?.hasPrefix("FROZEN") ?? false { return true }
        } while try patience.pause()
        return false
    }

    private func freezeV2() throws(KernelError) -> Bool {
        try write("cgroup.freeze", "1")
        return try wait(untilFrozen: true)
    }

    /// The kernel tells of each change of `cgroup.events`; false where the time is over.
    private func wait(untilFrozen wanted: Bool) throws(KernelError) -> Bool {
        do throws(KernelError) {
            let events = try open("cgroup.events", .readOnly)
            let deadline = Deadline(milliseconds: patienceMilliseconds)
            while try events.readFromStart().utf8.saysFrozen != wanted {
                if deadline.hasPassed { return false }
                try events.waitForChange(until: deadline)
            }
            return true
        } catch {
            // What is gone does not stand still.
            guard error.isMissingFile else { throw error }
            return !wanted
        }
    }

    // MARK: files

    private func open(_ file: String, _ flags: OpenFlags) throws(KernelError) -> OwnedDescriptor {
        try FileDescriptor.currentDirectory.open(directory + "/" + file, flags)
    }

    private func write(_ file: String, _ text: String) throws(KernelError) { try open(file, .writeOnly).writeAll(text) }

    private func read(_ file: String) throws(KernelError) -> String? { try CgroupFile.readIfThere(directory + "/" + file) }
}

extension Collection<UInt8> {
    /// Of the contents of `cgroup.events`.
    fileprivate var saysFrozen: Bool { split(separator: UInt8(ascii: "\n")).contains { $0.elementsEqual("frozen 1".utf8) } }
}

extension Freezer {
    /// - Parameter keys: of a place; nil where its hierarchy freezes nothing.
    init?(keys: [String], directory: String) {
        if keys.contains("freezer") {
            self.init(version: .v1, directory: directory)
        } else if keys == [""] {
            self.init(version: .v2, directory: directory)
        } else {
            return nil
        }
    }
}

extension ContainerCgroup {
    /// On hybrid hosts that of version 1, as all engines take it; nil where there is no cgroup that can be frozen.
    public var freezer: Freezer? {
        if let directory = directories["freezer"] { return Freezer(version: .v1, directory: directory) }
        return directories[""].map { Freezer(version: .v2, directory: $0) }
    }
}
