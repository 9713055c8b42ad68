import Foundation
import Testing

extension IntegrationTests.GuestTests {
    /// `exec --cgroup`: a cgroup below the container's.
    @Suite struct ExecCgroupTests {
        /// A cgroup `sub` below the container's, in the hierarchy that has processes everywhere, and its option.
        private func withSubCgroup(_ setting: CgroupSetting, _ body: (Bundle, _ option: String, _ directory: String) throws -> Void) throws {
            try withBundle(setting) { bundle in
                try bundle.runDetached()
                let cgroup = try bundle.cgroup()
                let isVersion1 = setting.view == .asMounted && cgroup.directories["pids"] != nil
                let directory = try #require(cgroup.directories[isVersion1 ? "pids" : ""]) + "/sub"
                try bundle.makeDirectory(directory)
                for file in ["cgroup.procs"] { #expect(chown("\(directory)/\(file)", try setting.identity.hostUID, try setting.identity.hostGID) == 0) }
                try body(bundle, isVersion1 ? "pids:" : "", directory)
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func theProcessIsInTheSubCgroup(_ setting: CgroupSetting) throws {
            try withSubCgroup(setting) { bundle, controller, directory in
                for path in ["sub", "/sub", "./other/../sub"] {
                    let result = try bundle.runtimeCommand(["exec", "--detach", "--cgroup", controller + path, bundle.id, "sleep", "1000"]).run()
                    #expect(result.succeeded, "\(result)")
                }
                #expect(try bundle.read("\(directory)/cgroup.procs").split(separator: "\n").count == 3)
            }
        }

        /// Without a controller it is that of every hierarchy: it must be in all of them.
        @Test(.needs(.cgroupV1)) func withoutAControllerItIsInEveryHierarchy() throws {
            try withBundle(CgroupSetting(identity: .root, driver: .cgroupfs)) { bundle in
                try bundle.runDetached()
                let directories = Set(try bundle.cgroup().directories.values.filter { $0.hasSuffix(bundle.id) })
                try #require(directories.count > 1)
                let missing = try bundle.exec(["true"], options: ["--cgroup", "sub"])
                #expect(missing.status == 255 && missing.errors.count == 1 && missing.stderr.contains("/sub"), "\(missing)")
                for directory in directories {
                    try bundle.makeDirectory(directory + "/sub")
                    for file in ["cpuset.cpus", "cpuset.mems"] where directory.contains("/cpuset/") {
                        try bundle.write(bundle.read("\(directory)/\(file)"), to: "\(directory)/sub/\(file)")
                    }
                }
                #expect(try bundle.runc("exec", "--detach", "--cgroup", "sub", bundle.id, "sleep", "1000").succeeded)
                for directory in directories { #expect(try bundle.read(directory + "/sub/cgroup.procs").split(separator: "\n").count == 1, "\(directory)") }
            }
        }

        @Test(arguments: CgroupSetting.controlling)
        func whatIsNotBelowTheContainersIsRefused(_ setting: CgroupSetting) throws {
            try withSubCgroup(setting) { bundle, controller, _ in
                for (value, text) in [
                    (controller + "..", "leads out"), (controller + "sub/../../x", "leads out"), (controller + "missing", "missing"), ("nothing:sub", "nothing"),
                ] {
                    let result = try bundle.exec(["true"], options: ["--cgroup", value])
                    #expect(result.status == 255 && result.errors.count == 1 && result.stderr.contains(text), "\(result)")
                }
                let twice = try bundle.exec(["true"], options: ["--cgroup", "pids:a", "--cgroup", "pids:b"])
                #expect(twice.status != 0 && twice.errors.count == 1 && twice.stderr.contains("--cgroup"), "\(twice)")
            }
        }
    }
}
