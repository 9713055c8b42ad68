import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerPlan

@Suite struct MountOptionsTests {
    private typealias Row = (option: String, set: MountAttributes, clear: MountAttributes)

    private static let attributes: [(String, MountAttributes, MountAttributes)] = [
        ("ro", .readOnly, []), ("rw", [], .readOnly), ("nosuid", .noSetuid, []), ("suid", [], .noSetuid), ("nodev", .noDevices, []),
        ("dev", [], .noDevices), ("noexec", .noExecution, []), ("exec", [], .noExecution), ("nodiratime", .noDirectoryAccessTime, []),
        ("diratime", [], .noDirectoryAccessTime), ("nosymfollow", .noSymbolicLinkFollow, []), ("symfollow", [], .noSymbolicLinkFollow),
        // A time is chosen by clearing the whole field: relatime is its zero.
        ("relatime", [], .accessTimeField), ("norelatime", .strictAccessTime, .accessTimeField), ("noatime", .noAccessTime, .accessTimeField),
        ("atime", [], .accessTimeField), ("strictatime", .strictAccessTime, .accessTimeField), ("nostrictatime", [], .accessTimeField),
    ]

    private func options(_ options: String...) -> MountOptions { MountOptions(options) }

    @Test(arguments: attributes) func attribute(_ option: String, _ set: MountAttributes, _ clear: MountAttributes) throws {
        var expected = MountOptions()
        (expected.set, expected.clear) = (set, clear)
        #expect(options(option) == expected)
    }

    @Test(arguments: attributes) func recursiveAttribute(_ option: String, _ set: MountAttributes, _ clear: MountAttributes) throws {
        var expected = MountOptions()
        (expected.recursiveSet, expected.recursiveClear) = (set, clear)
        #expect(options("r" + option) == expected)
    }

    @Test(arguments: [("private", MountPropagation.privately), ("slave", .slave), ("shared", .shared), ("unbindable", .unbindable)])
    func propagation(_ option: String, _ type: MountPropagation) throws {
        var expected = MountOptions()
        expected.propagation = [.init(type: type, recursive: false), .init(type: type, recursive: true)]
        #expect(options(option, "r" + option) == expected)
    }

    @Test(arguments: ["sync", "async", "dirsync", "lazytime", "nolazytime", "mand", "nomand", "iversion", "acl"])
    func superblockFlagsAreTheFileSystems(_ option: String) throws {
        var expected = MountOptions()
        expected.data = [FileSystemOption(option)]
        #expect(options(option) == expected)
    }

    @Test(arguments: ["defaults", "silent", "loud", "noiversion", "noacl", ""])
    func saysNothing(_ option: String) throws { #expect(options(option) == MountOptions()) }

    @Test func bindings() throws {
        #expect(options("bind").binding == .plain)
        #expect(options("rbind").binding == .recursive)
        #expect(options("bind", "rbind").binding == .recursive)
        #expect(options("rbind", "bind").binding == .plain)
        #expect(options("remount").remount)
        #expect(!options("ro").remount)
        #expect(options("tmpcopyup").copiesUp)
        #expect(!options("ro").copiesUp)
    }

    @Test(arguments: [
        ("mode=755", "mode", "755"), ("size=65536k", "size", "65536k"), ("lowerdir=/a=b", "lowerdir", "/a=b"), ("empty=", "empty", ""),
        ("newinstance", "newinstance", nil), ("rnonsense", "rnonsense", nil), ("rsync", "rsync", nil), ("rremount", "rremount", nil), ("RO", "RO", nil),
    ] as [(String, String, String?)])
    func theRestIsTheFileSystems(_ option: String, _ key: String, _ value: String?) throws {
        var expected = MountOptions()
        expected.data = [FileSystemOption(key, value)]
        #expect(options(option) == expected)
    }

    @Test(arguments: [
        (["ro", "rw"], [], .readOnly), (["rw", "ro"], .readOnly, []), (["nosuid", "suid", "nodev"], .noDevices, .noSetuid),
        (["noatime", "relatime"], [], .accessTimeField), (["relatime", "noatime"], .noAccessTime, .accessTimeField),
        (["noatime", "strictatime"], .strictAccessTime, .accessTimeField), (["strictatime", "nodiratime"], [.strictAccessTime, .noDirectoryAccessTime], .accessTimeField),
        (["ro", "ro"], .readOnly, []),
    ] as [([String], MountAttributes, MountAttributes)])
    func whatComesLaterWins(_ given: [String], _ set: MountAttributes, _ clear: MountAttributes) throws {
        let options = MountOptions(given)
        #expect(options.set == set)
        #expect(options.clear == clear)
        let recursive = MountOptions(given.map { "r" + $0 })
        #expect(recursive.recursiveSet == set)
        #expect(recursive.recursiveClear == clear)
    }

    @Test func theMountAndAllBelowItAreApart() throws {
        let options = options("ro", "rrw", "rnosuid", "suid")
        #expect(options.set == .readOnly && options.clear == .noSetuid)
        #expect(options.recursiveSet == .noSetuid && options.recursiveClear == .readOnly)
    }

    @Test(arguments: [("idmap", MountOptions.Binding.plain), ("ridmap", .recursive)])
    func mapsIDs(_ option: String, _ mapping: MountOptions.Binding) {
        var expected = MountOptions()
        expected.idMapping = mapping
        #expect(options(option) == expected)
    }

    @Test func whatIsKnownIsWhatIsUnderstood() throws {
        let known = MountOptions.known
        #expect(known == Array(Set(known)).sorted())
        for option in ["ro", "rro", "bind", "rbind", "remount", "rprivate", "rnoatime", "sync", "defaults", "rnosymfollow", "idmap", "ridmap"] { #expect(known.contains(option)) }
        for option in ["mode", "rsync", "rdefaults", "rremount"] { #expect(!known.contains(option)) }
        // What a file system is told is among them by its own name only.
        for option in known {
            let data = options(option).data
            #expect(data.isEmpty || data == [FileSystemOption(option)])
        }
    }
}
