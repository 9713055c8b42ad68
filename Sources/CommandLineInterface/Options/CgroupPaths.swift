/// The values of `exec --cgroup`: `CTRL[,CTRL]:PATH` each, or one PATH alone, for every hierarchy.
enum CgroupPaths {
    /// By controller; the empty one is all. Nil where the values are none.
    static func parse(_ values: [String]) -> [String: String]? {
        var paths: [String: String] = [:]
        for value in values {
            let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                guard values.count == 1, !value.isEmpty else { return nil }
                return ["": value]
            }
            for controller in parts[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
                guard !controller.isEmpty, !parts[1].isEmpty, paths.updateValue(parts[1], forKey: controller) == nil else { return nil }
            }
        }
        return paths
    }
}
