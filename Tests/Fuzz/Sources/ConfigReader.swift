import ContainerPlan
import RuntimeSpec
import SeccompFilter

/// config.json, from its text to the plan of the container and its seccomp program.
enum ConfigReader {
    static func read(_ bytes: [UInt8]) {
        answer { () throws(SpecError) in
            var spec = try Spec.decode(bytes)
            spec.adoptOldMeanings()
            try spec.validate()
            if let seccomp = spec.linux.seccomp {
                answer { () throws(SeccompError) in _ = try SeccompFilter.compile(seccomp) }
            }
            for facts in FuzzFacts.all {
                answer { () throws(PlanError) in _ = try InitPlan(spec, seccomp: nil, request: InitRequest(id: "fuzz"), facts: facts) }
            }
        }
    }
}
