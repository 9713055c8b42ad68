import LinuxKernel
import RuntimeSpec
import SystemPackage

/// The process that `exec` is asked for: what the options do not say is the container's own.
struct ExecProcessDescription {
    let process: RuntimeSpec.Process

    init(_ request: ExecRequest, container: RuntimeSpec.Process) throws(RuntimeError) {
        var process: RuntimeSpec.Process
        if let file = request.processFile {
            process = try Self.read(file)
            process.complete(from: container)
        } else {
            process = container
            process.args = request.arguments
            process.terminal = request.tty
            process.consoleSize = nil
            process.env += request.environment
            if let cwd = request.cwd { process.cwd = cwd }
            if let label = request.processLabel { process.selinuxLabel = label }
            if let profile = request.apparmor { process.apparmorProfile = profile }
            if request.noNewPrivs { process.noNewPrivileges = true }
            if let user = request.user { try Self.setUser(user, &process) }
            process.user.additionalGids += request.additionalGIDs
            for name in request.capabilities { Self.add(capability: name, &process) }
        }
        do throws(SpecError) { try process.validate() } catch { throw RuntimeError("process.\(error)") }
        self.process = process
    }

    private static func read(_ file: String) throws(RuntimeError) -> RuntimeSpec.Process {
        let bytes: [UInt8]
        do throws(KernelError) { bytes = try FileDescriptor.currentDirectory.open(file, .readOnly).readAll() } catch {
            throw RuntimeError("--process \(file)", error)
        }
        do throws(SpecError) { return try RuntimeSpec.Process.decode(bytes) } catch { throw RuntimeError("--process \(file): \(error)") }
    }

    /// `UID[:GID]`, numbers only: names of an image are not to be trusted, and there is nobody else to ask.
    private static func setUser(_ text: String, _ process: inout RuntimeSpec.Process) throws(RuntimeError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let ids = parts.map { part in part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt32(part) : nil }
        guard let uid = ids[0], ids.count == 1 || ids[1] != nil else {
            throw RuntimeError("--user \(text.debugDescription): must be UID[:GID], in numbers from 0 to 4294967294")
        }
        process.user.uid = uid
        if ids.count == 2, let gid = ids[1] { process.user.gid = gid }
    }

    /// Not to the inheritable set: with it a file's own capabilities could give it back to who gave it up (CVE-2022-29162).
    /// To the ambient one, of which the plan leaves what is inheritable already. A name that is none is warned of there.
    private static func add(capability name: String, _ process: inout RuntimeSpec.Process) {
        let upper = name.uppercased()
        let capability = Capability(rawValue: upper.hasPrefix("CAP_") ? upper : "CAP_" + upper)?.rawValue ?? name
        var sets = process.capabilities ?? Capabilities()
        for path in [\Capabilities.bounding, \.effective, \.permitted, \.ambient] where !sets[keyPath: path].contains(capability) {
            sets[keyPath: path].append(capability)
        }
        process.capabilities = sets
    }
}

extension RuntimeSpec.Process {
    /// What a process.json does not say of confinement, limits and scheduling is the container's own: another process of a
    /// confined container must not run unconfined because nobody thought of it. An empty label or profile says nothing.
    fileprivate mutating func complete(from container: RuntimeSpec.Process) {
        capabilities = capabilities ?? container.capabilities
        if rlimits.isEmpty { rlimits = container.rlimits }
        apparmorProfile = apparmorProfile ?? container.apparmorProfile
        selinuxLabel = selinuxLabel ?? container.selinuxLabel
        oomScoreAdj = oomScoreAdj ?? container.oomScoreAdj
        scheduler = scheduler ?? container.scheduler
        ioPriority = ioPriority ?? container.ioPriority
        execCPUAffinity = execCPUAffinity ?? container.execCPUAffinity
    }
}
