import LinuxKernel
import RuntimeSpec
import SystemPackage

/// Writes limits into one cgroup, which it opened once, and can take them back.
struct LimitWriter {
    let directory: SharedDescriptor
    let path: String
    /// Where limits change that hold already: what is there is read before it is overwritten.
    let remembers: Bool
    /// What was there, in the order of the writes.
    private var replaced: [(entry: LimitWrite.Entry, shape: LimitWrite.Shape)] = []

    init(_ path: String, remembers: Bool) throws(CgroupError) {
        directory = try attempt("open", path) { () throws(KernelError) in
            SharedDescriptor(try FileDescriptor.currentDirectory.open(path, [.path, .directory]))
        }
        self.path = path
        self.remembers = remembers
    }

    /// Writes all of them. Returns the names of those that this kernel has not.
    ///
    /// The kernel checks some values against others of the same cgroup (memory against memory and swap, a burst against the
    /// quota, a weight against idle), and refuses with EINVAL what comes too early: that is written again after the others.
    /// Errors: the first that fails; what was written before is still there.
    mutating func write(_ writes: [LimitWrite]) throws(CgroupError) -> [String] {
        for write in writes { try require(write) }
        var unavailable: [String] = []
        var pending = writes
        while !pending.isEmpty {
            var refused: [(write: LimitWrite, error: CgroupError)] = []
            for write in pending {
                let written: Bool
                do throws(KernelError) { written = try put(write) } catch {
                    let worded = CgroupError(write, path, error)
                    guard error.errno == .invalidArgument else { throw worded }
                    refused.append((write, worded))
                    continue
                }
                guard !written else { continue }
                switch write.absence {
                case .harmless: break
                case .unavailable: unavailable.append(write.shortName)
                case .invalid(let why): throw CgroupError("\(write.name): \(why)")
                }
            }
            if refused.count == pending.count {
                guard let meant = refused.first(where: { !$0.write.mayBeRefused }) else { break }
                throw meant.error
            }
            pending = refused.map(\.write)
        }
        return unavailable
    }

    /// Writes again what was there and is not any more, the last first; what comes too early is written again, as in `write`.
    /// All is tried; the first error is thrown.
    mutating func restore() throws(CgroupError) {
        var first: CgroupError?
        var pending = Array(replaced.reversed())
        replaced = []
        while !pending.isEmpty {
            var refused: [(LimitWrite.Entry, LimitWrite.Shape)] = []
            var refusal: CgroupError?
            for (entry, shape) in pending {
                do throws(KernelError) {
                    let now = try directory.open(entry.file, .readOnly).readText()
                    if shape.restoring(now) != entry.text { try putBack(entry) }
                } catch {
                    let worded = CgroupError("restore \(entry.file) of", path, error)
                    if error.errno == .invalidArgument { refused.append((entry, shape)) } else { first = first ?? worded }
                    refusal = refusal ?? worded
                }
            }
            if refused.count == pending.count {
                first = first ?? refusal
                break
            }
            pending = refused
        }
        if let first { throw first }
    }

    private func putBack(_ entry: LimitWrite.Entry) throws(KernelError) {
        do throws(KernelError) { try directory.open(entry.file, .writeOnly).writeAll(entry.text) } catch {
            // With processes a cpuset cannot be without a list again: what held then is that of the cgroup above.
            guard error.errno == .noSpace, entry.text.trimmingNewline.isEmpty else { throw error }
            try directory.open(entry.file, .writeOnly).writeAll(try directory.open("../\(entry.file).effective", .readOnly).readText())
        }
    }

    /// Reads what is there, for `restore` to write it again whoever has changed it meanwhile.
    mutating func remember(_ file: String, _ shape: LimitWrite.Shape) throws(KernelError) {
        guard let text = try directory.openIfThere(file, .readOnly)?.readText(), let old = shape.restoring(text) else { return }
        // The kernel takes an idle cgroup's weight away, and takes none while it is idle.
        if file == "cpu.idle", text.trimmingNewline == "0" {
            for weight in ["cpu.weight", "cpu.shares"] {
                if let text = try directory.openIfThere(weight, .readOnly)?.readText() { replaced.append((.init(weight, text), .value)) }
            }
        }
        replaced.append((.init(file, old), shape))
    }

    /// The text of a file; nil where it is not there.
    func read(_ file: String) throws(CgroupError) -> String? {
        try attempt("read", path) { () throws(KernelError) in try directory.openIfThere(file, .readOnly)?.readText() }
    }

    /// False where none of its files is there.
    private mutating func put(_ write: LimitWrite) throws(KernelError) -> Bool {
        for entry in write.entries {
            guard let file = try directory.openIfThere(entry.file, .writeOnly) else { continue }
            if remembers { try remember(entry.file, write.shape) }
            try file.writeAll(entry.text)
            return true
        }
        return false
    }

    func require(_ write: LimitWrite) throws(CgroupError) {
        switch write.requirement {
        case nil: return
        case .within(let file):
            guard let asked = NumberList(write.value), let text = try read("../" + file)?.trimmingNewline, let parent = NumberList(text) else { return }
            if let outside = asked.firstOutside(parent) {
                throw CgroupError("\(write.name): \(outside) is not one of \(text), which the cgroup above \(path) has")
            }
        case .holds(let file, let limit):
            guard let usage = try read(file).flatMap({ Int64($0.trimmingNewline) }), usage > limit else { return }
            throw CgroupError("\(write.name): \(usage) bytes are in use, and memory.checkBeforeUpdate is set", hint: "give a higher limit")
        }
    }
}

extension LimitWrite.Shape {
    /// What brings back, of a file's text, the part that a write replaces.
    func restoring(_ text: String) -> String? {
        switch self {
        case .value: text
        case .line(let key, let none): line(key, text) ?? none
        case .valueOf(let key): line(key, text).map { String($0.dropFirst(key.utf8.count + 1)) }
        }
    }

    private func line(_ key: String, _ text: String) -> String? { text.parts(at: "\n").first { $0.hasPrefix(key + " ") } }
}

extension String {
    var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
