import ContainerInit
import ContainerPlan
import LinuxKernel
import RuntimeSpec
import SystemPackage
import Testing

@testable import UsernsRuntime

/// The words that engines and people get for a child's numbers.
@Suite struct FailureWordingTests {
    private func wording(program: String = "sh", namespaces: Set<NamespaceKind> = [], mounts: [MountInfo] = []) -> FailureWording {
        FailureWording(
            steps: [.setHostname("box"), .mount(Self.mount("proc", on: "/proc")), .mount(Self.mount("sysfs", on: "/sys")), .openSources, .joinSessionKeyring(SessionKeyring(container: "box", RuntimeSpec.Process()))],
            sources: [MountSource(path: "/bundle/rootfs", recursive: true), MountSource(path: "/data", recursive: true)],
            namespaces: namespaces, program: program, cwd: "/work", mountInfo: { mounts })
    }

    private static func mount(_ type: String, on destination: String) -> MountStep {
        MountStep(
            destination: destination, content: .fileSystem(type: type, source: nil, options: []), options: MountOptions(),
            name: "mounts[0] (\(type) on \(destination))")
    }

    private func line(_ place: ChildFailure.Place, _ call: KernelCall, _ errno: Errno, _ subject: String = "", _ wording: FailureWording) -> String {
        wording.error(ChildFailure(place, KernelError(call, errno, subject))).line
    }

    /// Podman and Docker make 127 and 126 of these texts.
    @Test(arguments: [
        ("nosuch", Errno.noSuchFileOrDirectory, #"exec "nosuch": executable file not found in $PATH"#),
        ("/nosuch", .noSuchFileOrDirectory, #"exec "/nosuch": no such file or directory"#),
        ("/etc/passwd", .permissionDenied, #"exec "/etc/passwd": permission denied"#),
        ("/etc", .isDirectory, #"exec "/etc": is a directory: permission denied"#),
    ])
    func namesWhyAProgramCannotBeRun(program: String, errno: Errno, expected: String) {
        #expect(line(.process(.findExecutable), .execve, errno, program, wording(program: program)) == expected)
    }

    @Test func namesTheStep() {
        #expect(line(.step(0), .sethostname, .notPermitted, "box", wording()) == "setting hostname box: sethostname box: operation not permitted")
        #expect(line(.process(.changeDirectory), .chdir, .noSuchFileOrDirectory, "/work", wording()) == "process.cwd /work: no such file or directory")
    }

    @Test func saysWhatToDoWhereAUserHasTooManyKeys() {
        for place in [ChildFailure.Place.step(4), .process(.joinSessionKeyring)] {
            #expect(line(place, .keyctl, .diskQuotaExceeded, "", wording()).hasSuffix("raise it, or create the container with --no-new-keyring)"))
        }
    }

    @Test(arguments: [("/bundle/rootfs", "root.path /bundle/rootfs: "), ("/data", "the source of a bind mount: /data: ")])
    func namesTheSource(path: String, prefix: String) {
        #expect(line(.step(3), .open_tree, .noSuchFileOrDirectory, path, wording()) == prefix + "no such file or directory")
    }

    @Test func namesTheMountsThatMaskProc() {
        let masking = MountInfo.parse("1 2 0:1 / /proc rw - proc proc rw\n3 1 0:2 / /proc/kcore rw - tmpfs tmpfs rw\n")
        let text = line(.step(1), .fsmount, .notPermitted, "proc", wording(namespaces: [.user, .pid], mounts: masking))
        #expect(text.contains("mounts[0] (proc on /proc)") && text.contains("hidden by mounts on /proc/kcore"))
    }

    @Test func namesTheMissingNetworkNamespace() {
        #expect(line(.step(2), .fsmount, .notPermitted, "sysfs", wording(namespaces: [.user])).contains("network namespace of its own"))
    }

    /// A number that is no step's does not crash the parent.
    @Test func survivesAnUnknownStep() {
        #expect(line(.step(99), .mount, .ioError, "", wording()).contains("setting up the container"))
    }
}
