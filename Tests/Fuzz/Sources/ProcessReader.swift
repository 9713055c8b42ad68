import ContainerPlan
import LinuxKernel
import RuntimeSpec

/// process.json, from its text to the plan of a further process in a container with each of the namespaces that decide.
enum ProcessReader {
    private static let namespaces: [Set<NamespaceKind>] = [[], [.mount, .pid], [.user, .mount, .pid]]

    static func read(_ bytes: [UInt8]) {
        answer { () throws(SpecError) in
            let process = try RuntimeSpec.Process.decode(bytes)
            try process.validate()
            let again = try RuntimeSpec.Process.decode(Array(process.encoded(pretty: false).utf8))
            precondition(again == process, "\(process)")
            for facts in FuzzFacts.all {
                for own in namespaces {
                    answer { () throws(PlanError) in
                        _ = try ExecPlan(
                            process, Linux(), own: own, setgroupsDenied: facts.privilege.rootlessEUID, seccomp: nil, keyring: nil,
                            preservedDescriptors: 0, facts: facts)
                    }
                }
            }
        }
    }
}
