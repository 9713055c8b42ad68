// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors in everything that is ours; the Swift 6 language mode is the default of this tools version.
let swiftStrict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let cStrict: [CSetting] = [.treatAllWarnings(as: .error), .unsafeFlags(["-Wall", "-Wextra"])]
// RapidJSON has a template with an error in it, which nobody instantiates.
let cxxStrict: [CXXSetting] = [.treatAllWarnings(as: .error), .unsafeFlags(["-Wall", "-Wextra", "-fno-exceptions", "-fno-rtti", "-fdelayed-template-parsing"])]

/// A library target of ours, in the order in which data flows (no target imports one below it).
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftStrict)
}

/// The unit tests of one target: tables, without root and without a clone.
func tests(of name: String, _ more: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + more, swiftSettings: swiftStrict)
}

let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "runc",
    dependencies: [
        // Exactly: CFoundationAbsent has the mangled names that this version asks FoundationEssentials for.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    ],
    targets: [
        .target(name: "CLinux", cSettings: cStrict),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        // Generated code, which keeps its compiler's warnings to itself.
        .target(name: "CCriuRPC", exclude: ["criu_rpc.proto"], linkerSettings: [.linkedLibrary("protobuf-c")]),
        .target(name: "CRapidJSON", cxxSettings: cxxStrict),
        .systemLibrary(name: "CDBus", pkgConfig: "dbus-1", providers: [.apt(["libdbus-1-dev"])]),
        .target(name: "CDBusAbsent", cSettings: cStrict),
        .target(name: "CFoundationAbsent", cSettings: cStrict),
        .target(name: "CProtectedStart", dependencies: ["CLinux"], cSettings: cStrict),

        library("LinuxKernel", ["CLinux", systemPackage]),
        library("RuntimeSpec", ["CRapidJSON"]),
        library("IDMapping"),
        library("SeccompFilter", ["RuntimeSpec", "CSeccomp"]),
        library("CgroupControl", ["LinuxKernel", "RuntimeSpec", "CDBus", "CDBusAbsent"]),
        library("ContainerPlan", ["LinuxKernel", "RuntimeSpec", "IDMapping", "CgroupControl"]),
        library("ContainerInit", ["LinuxKernel", "RuntimeSpec", "CgroupControl", "ContainerPlan"]),
        library("CheckpointRestore", ["LinuxKernel", "RuntimeSpec", "CCriuRPC", systemPackage]),
        library("UsernsRuntime", [
            "LinuxKernel", "RuntimeSpec", "IDMapping", "SeccompFilter", "CgroupControl", "ContainerPlan", "ContainerInit", "CheckpointRestore",
        ]),
        library("CommandLineInterface", [
            "UsernsRuntime", "RuntimeSpec", "SeccompFilter", "CheckpointRestore", "LinuxKernel", systemPackage,
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Logging", package: "swift-log"),
        ]),
        // On another platform it is a program that refuses: everything beneath it needs Linux.
        .executableTarget(
            name: "runc",
            dependencies: [
                .target(name: "CommandLineInterface", condition: .when(platforms: [.linux])),
                .target(name: "CFoundationAbsent", condition: .when(platforms: [.linux])),
                .target(name: "CProtectedStart", condition: .when(platforms: [.linux])),
            ],
            swiftSettings: swiftStrict),

        .target(name: "CHarness", path: "Tests/CHarness", cSettings: cStrict),
        // What the tests of in-process use start: such a program has one thread, which a test bundle has not.
        .executableTarget(
            name: "in-process", dependencies: ["UsernsRuntime", "CheckpointRestore"], path: "Tests/InProcess", swiftSettings: swiftStrict),
        .testTarget(
            name: "IntegrationTests", dependencies: ["CHarness"], exclude: ["Hostile/attacks.md"], swiftSettings: swiftStrict),
        // cli.md is the command line's document, which the tests read.
        .testTarget(
            name: "CommandLineInterfaceTests", dependencies: ["CommandLineInterface", "UsernsRuntime"],
            exclude: ["cli.md"], swiftSettings: swiftStrict),
        tests(of: "IDMapping"),
        tests(of: "LinuxKernel", [systemPackage]),
        tests(of: "CgroupControl", [systemPackage]),
        tests(of: "ContainerPlan"),
        tests(of: "RuntimeSpec"),
        tests(of: "SeccompFilter", ["CSeccomp", "RuntimeSpec"]),
        tests(of: "ContainerInit", ["LinuxKernel", systemPackage]),
        tests(of: "CheckpointRestore", ["LinuxKernel", "RuntimeSpec"]),
        tests(of: "UsernsRuntime", ["ContainerInit", "ContainerPlan", "LinuxKernel", systemPackage]),
    ],
    cxxLanguageStandard: .cxx17
)

// `make fuzz` only: it is linked with libFuzzer.
if Context.environment["RUNC_FUZZ"] != nil {
    package.targets += [
        .target(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer", cSettings: cStrict),
        .executableTarget(
            name: "fuzz",
            dependencies: ["CLibFuzzer", "UsernsRuntime", "CgroupControl", "ContainerPlan", "IDMapping", "LinuxKernel", "RuntimeSpec", "SeccompFilter"],
            path: "Tests/Fuzz/Sources", swiftSettings: swiftStrict),
    ]
}
