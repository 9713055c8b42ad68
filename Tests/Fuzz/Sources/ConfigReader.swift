import CgroupControl
import ContainerPlan
import IDMapping
import RuntimeSpec
import SeccompFilter

/// config.json, from its text to the plan of the container and its seccomp program.
enum ConfigReader {
    private static let facts: [HostFacts] = [(UInt32(0), true), (1000, true), (0, false)].map { uid, initial in
        let identity = Identity(effectiveUID: uid, effectiveGID: uid, inInitialUserNamespace: initial)
        return HostFacts(
            identity: identity, privilege: Privilege(of: identity, explicit: nil, systemdManagerOwner: nil),
            permittedCapabilities: uid == 0 ? (1 << 41) - 1 : 0, lastCapability: 40, bundle: "/bundle",
            cgroupHierarchies: CgroupHierarchies([.init(controllers: "", mountPoint: "/sys/fs/cgroup", root: "/")]))
    }

    static func read(_ bytes: [UInt8]) {
        answer { () throws(SpecError) in
            var spec = try Spec.decode(bytes)
            spec.adoptAnnotations()
            try spec.validate()
            if let seccomp = spec.linux.seccomp {
                answer { () throws(SeccompError) in _ = try SeccompFilter.compile(seccomp) }
            }
            for facts in facts {
                answer { () throws(PlanError) in _ = try InitPlan(spec, seccomp: nil, request: InitRequest(id: "fuzz"), facts: facts) }
            }
        }
    }
}
