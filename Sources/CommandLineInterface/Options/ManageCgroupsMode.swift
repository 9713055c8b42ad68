import ArgumentParser

/// `--manage-cgroups-mode` of `checkpoint` and `restore`: what CRIU does about cgroups.
enum ManageCgroupsMode: String, Sendable, CaseIterable, ExpressibleByArgument {
    case soft
    case full
    case strict
    case ignore
}
