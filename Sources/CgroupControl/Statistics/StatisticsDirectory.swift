import LinuxKernel
import SystemPackage

/// The files of one cgroup that count; one that is not there counts nothing.
struct StatisticsDirectory {
    let path: String

    func text(_ file: String) throws(KernelError) -> String? {
        do throws(KernelError) { return try CgroupFile.readIfThere(path + "/" + file) } catch {
            // Switched off at boot: psi=0.
            guard error.errno == .notSupportedOnSocket else { throw error }
            return nil
        }
    }

    func number(_ file: String) throws(KernelError) -> UInt64 { try text(file).flatMap(StatisticsText.number) ?? 0 }
    func flatKeyed(_ file: String) throws(KernelError) -> [String: UInt64] { try text(file).map(StatisticsText.flatKeyed) ?? [:] }

    /// The page sizes of which the cgroup counts something in a file `hugetlb.SIZE.NAME`.
    func hugePageSizes(_ name: String) throws(KernelError) -> [String] {
        let names: [String]
        do throws(KernelError) { names = try FileDescriptor.currentDirectory.open(path, [.readOnly, .directory]).directoryEntries().map(\.description) } catch {
            guard error.isMissingFile else { throw error }
            return []
        }
        return names.compactMap { file in
            let parts = file.parts(at: ".")
            return parts.count == 3 && parts[0] == "hugetlb" && parts[2] == name ? parts[1] : nil
        }
    }
}
