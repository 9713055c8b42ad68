import ContainerPlan
import IDMapping
import LinuxKernel

/// Writes the maps of a child's user namespace, as the plan says. The child waits, and is dumpable.
struct IDMapWriter {
    let procfs: ProcessFileSystem

    /// gid first: `deny` to setgroups has to come before its map, and init may become root only when both are there.
    func write(_ plan: InitPlan, pid: Int32) throws(RuntimeError) {
        if let gid = plan.gidMapWriting { try write(gid, pid: pid) }
        if let uid = plan.uidMapWriting { try write(uid, pid: pid) }
    }

    private func write(_ writing: MapWriting, pid: Int32) throws(RuntimeError) {
        let kind = writing.map.kind
        switch writing.writer {
        case .direct:
            do throws(KernelError) {
                if writing.deniesSetgroupsFirst { try procfs.write("\(pid)/setgroups", "deny") }
                try procfs.write("\(pid)/\(kind.procFileName)", writing.map.text)
            } catch { throw RuntimeError("writing \(kind.specField)", error) }
        case .helper(let path):
            let spawn = Spawn(path, arguments: [path, "\(pid)"] + writing.map.helperArguments, environment: ["PATH=/usr/bin:/bin"])
            let outcome: Spawn.Outcome
            do throws(KernelError) { outcome = try spawn.run() } catch { throw RuntimeError("writing \(kind.specField): running \(path)", error) }
            if outcome.succeeded { return }
            let printed = outcome.errors.split(separator: "\n").joined(separator: "; ")
            throw RuntimeError("writing \(kind.specField): \(path) failed: \(outcome.termination)", cause: printed.isEmpty ? nil : printed)
        }
    }
}
