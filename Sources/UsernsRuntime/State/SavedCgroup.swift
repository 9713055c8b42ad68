import CgroupControl
import Glibc
import RuntimeSpec

/// The cgroup of a container that is there, from its state.
struct SavedCgroup {
    private let driver = CgroupfsDriver()
    private let cgroup: ContainerCgroup
    private let forgiveness: CgroupForgiveness

    init(_ state: SavedState) {
        cgroup = ContainerCgroup(directories: state.cgroupPaths, made: Set(state.config.cgroups.paths.values))
        forgiveness = CgroupForgiveness(
            rootlessCgroups: state.config.rootlessCgroups, limitsAsked: false, pathAsked: state.config.cgroups.path.map { !$0.isEmpty } ?? false)
    }

    func join(pid: Int32) throws(RuntimeError) {
        // Nothing is marked as made: what a further process may not join is still the container's.
        var cgroup = ContainerCgroup(directories: self.cgroup.directories)
        do throws(CgroupError) { try driver.join(pid: pid, &cgroup, forgiveness: forgiveness) } catch { throw RuntimeError(error) }
    }

    func signalAll(_ signal: Int32) throws(RuntimeError) {
        do throws(CgroupError) { try driver.signalAll(cgroup, signal) } catch { try unlessForgiven(error) }
    }

    /// Without waiting for their end.
    func sendKill() throws(RuntimeError) {
        do throws(CgroupError) { try driver.sendKill(cgroup) } catch { try unlessForgiven(error) }
    }

    func killAll() throws(RuntimeError) {
        do throws(CgroupError) { try driver.killAll(cgroup) } catch { try unlessForgiven(error) }
    }

    func remove() throws(RuntimeError) {
        do throws(CgroupError) { try driver.remove(cgroup) } catch { try unlessForgiven(error) }
    }

    /// Whether the caller may move processes into it: it was delegated.
    var isWritable: Bool { cgroup.mainDirectory.map { access($0 + "/cgroup.procs", W_OK) == 0 } ?? false }

    // MARK: freezer

    /// False too where the container has no cgroup that could be frozen.
    func isFrozen() throws(RuntimeError) -> Bool {
        do throws(CgroupError) { return try cgroup.freezer?.isFrozen() ?? false } catch {
            try unlessForgiven(error)
            return false
        }
    }

    func freeze() throws(RuntimeError) {
        guard let freezer = cgroup.freezer else {
            throw RuntimeError("the container has no cgroup that can be frozen", hint: "mount the freezer hierarchy of cgroup v1, or use cgroup v2")
        }
        do throws(CgroupError) { try freezer.freeze() } catch { throw RuntimeError(error) }
    }

    func thaw() throws(RuntimeError) {
        do throws(CgroupError) { try cgroup.freezer?.thaw() } catch { throw RuntimeError(error) }
    }

    private func unlessForgiven(_ error: CgroupError) throws(RuntimeError) {
        if forgiveness.decide(error) == .fail { throw RuntimeError(error) }
    }
}
