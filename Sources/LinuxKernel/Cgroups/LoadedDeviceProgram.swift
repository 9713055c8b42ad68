import CLinux
import SystemPackage

/// A program that the kernel runs for each access to a device from a cgroup of version 2.
/// Man: bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE.
public struct LoadedDeviceProgram: ~Copyable {
    private let program: OwnedDescriptor

    /// Loads it. Errors: EPERM without CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, over the host; EINVAL, EACCES where the kernel rejects it.
    ///
    /// - Parameters:
    ///   - instructions: 8 bytes each, as the kernel lays them out.
    ///   - name: at most 15 bytes, by which it is found again.
    public init<Instruction>(_ instructions: [Instruction], name: String) throws(KernelError) {
        let result = instructions.withUnsafeBytes { cl_bpf_load_device_program($0.baseAddress, $0.count / 8, name) }
        program = OwnedDescriptor(owning: try check(.bpf, result, "load \(name)"))
    }

    /// Attaches it to a cgroup, in one step with taking away the one of the same name that is there. Other programs stay:
    /// an access must pass all of them.
    public func attach(to cgroup: borrowing some Descriptor & ~Copyable, name: String) throws(KernelError) {
        let old = try Self.attached(to: cgroup, name: name)
        try check(.bpf, cl_bpf_attach_device_program(cgroup.rawValue, program.rawValue, old?.rawValue ?? -1), "attach \(name)")
    }

    private static func attached(to cgroup: borrowing some Descriptor & ~Copyable, name: String) throws(KernelError) -> SharedDescriptor? {
        // As many as the kernel lets attach to one cgroup (BPF_CGROUP_MAX_PROGS).
        var ids = [UInt32](repeating: 0, count: 64)
        var count = ids.count
        try check(.bpf, cl_bpf_query_device_programs(cgroup.rawValue, &ids, &count), "query")
        for id in ids.prefix(count) {
            let program = SharedDescriptor(OwnedDescriptor(owning: try check(.bpf, cl_bpf_program_by_id(id), "program \(id)")))
            var bytes = [CChar](repeating: 0, count: 16)
            try check(.bpf, cl_bpf_program_name(program.rawValue, &bytes), "program \(id)")
            if bytes.prefix(while: { $0 != 0 }).map({ UInt8(bitPattern: $0) }) == Array(name.utf8) { return program }
        }
        return nil
    }
}
