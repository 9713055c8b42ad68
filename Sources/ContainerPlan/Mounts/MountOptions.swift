import LinuxKernel
import RuntimeSpec

/// What the options of one mount say, sorted by who understands them.
public struct MountOptions: Sendable, Equatable {
    public enum Binding: Sendable { case plain, recursive }

    public var binding: Binding?
    /// The ids of the mount, or of all below it too, are mapped.
    public var idMapping: Binding?
    public var remount = false
    /// What the image has at the destination is copied to the new tmpfs.
    public var copiesUp = false
    /// Set and cleared on the mount itself.
    public var set: MountAttributes = []
    public var clear: MountAttributes = []
    /// Set and cleared on the mount and all below it.
    public var recursiveSet: MountAttributes = []
    public var recursiveClear: MountAttributes = []
    public var propagation: [PropagationChange] = []
    /// For the file system.
    public var data: [FileSystemOption] = []

    public struct PropagationChange: Sendable, Equatable {
        public let type: MountPropagation
        public let recursive: Bool
    }

    public init() {}

    private enum Meaning {
        case nothing
        case bind(Binding)
        case remount
        case copyUp
        case attribute(MountAttributes, clear: Bool)
        case accessTime(MountAttributes)
        case propagation(MountPropagation)
        /// A flag of the superblock: the file system is configured with it.
        case superblock
        case idMapping(Binding)
    }

    /// Without the recursive forms, which are these names behind an `r`.
    private static let attributes: [(String, Meaning)] = [
        ("ro", .attribute(.readOnly, clear: false)), ("rw", .attribute(.readOnly, clear: true)),
        ("nosuid", .attribute(.noSetuid, clear: false)), ("suid", .attribute(.noSetuid, clear: true)),
        ("nodev", .attribute(.noDevices, clear: false)), ("dev", .attribute(.noDevices, clear: true)),
        ("noexec", .attribute(.noExecution, clear: false)), ("exec", .attribute(.noExecution, clear: true)),
        ("nodiratime", .attribute(.noDirectoryAccessTime, clear: false)), ("diratime", .attribute(.noDirectoryAccessTime, clear: true)),
        ("nosymfollow", .attribute(.noSymbolicLinkFollow, clear: false)), ("symfollow", .attribute(.noSymbolicLinkFollow, clear: true)),
        ("relatime", .accessTime([])), ("norelatime", .accessTime(.strictAccessTime)),
        ("noatime", .accessTime(.noAccessTime)), ("atime", .accessTime([])),
        ("strictatime", .accessTime(.strictAccessTime)), ("nostrictatime", .accessTime([])),
    ]

    private static let others: [(String, Meaning)] = [
        ("defaults", .nothing), ("bind", .bind(.plain)), ("rbind", .bind(.recursive)), ("remount", .remount),
        ("private", .propagation(.privately)), ("slave", .propagation(.slave)), ("shared", .propagation(.shared)),
        ("unbindable", .propagation(.unbindable)),
        ("sync", .superblock), ("async", .superblock), ("dirsync", .superblock), ("lazytime", .superblock),
        ("nolazytime", .superblock), ("mand", .superblock), ("nomand", .superblock),
        ("iversion", .superblock), ("noiversion", .nothing), ("acl", .superblock), ("noacl", .nothing), ("silent", .nothing), ("loud", .nothing),
        ("tmpcopyup", .copyUp), ("idmap", .idMapping(.plain)), ("ridmap", .idMapping(.recursive)),
    ]

    /// By going through the table: for the few options of a container a dictionary of it does not pay.
    private static func meaning(of option: String) -> Meaning? { (attributes.first { $0.0 == option } ?? others.first { $0.0 == option })?.1 }

    /// The options that are understood here and not by a file system: what `features` lists.
    public static var known: [String] {
        let propagations = others.filter { if case .propagation = $0.1 { true } else { false } }.map { "r" + $0.0 }
        return ((attributes + others).map(\.0) + propagations + attributes.map { "r" + $0.0 }).sorted()
    }

    public init(_ options: [String]) {
        for option in options where !option.isEmpty {
            if let meaning = Self.meaning(of: option) {
                apply(meaning, option, recursive: false)
            } else if option.first == "r", let meaning = Self.recursiveMeaning(of: option) {
                apply(meaning, option, recursive: true)
            } else if let equals = option.firstIndex(of: "=") {
                data.append(FileSystemOption(String(option[..<equals]), String(option[option.index(after: equals)...])))
            } else {
                data.append(FileSystemOption(option))
            }
        }
    }

    private static func recursiveMeaning(of option: String) -> Meaning? {
        switch meaning(of: String(option.dropFirst())) {
        case .attribute(let attribute, let clear): .attribute(attribute, clear: clear)
        case .accessTime(let attribute): .accessTime(attribute)
        case .propagation(let type): .propagation(type)
        default: nil
        }
    }

    /// What comes later wins over what it contradicts.
    private mutating func apply(_ meaning: Meaning, _ option: String, recursive: Bool) {
        switch meaning {
        case .nothing: break
        case .bind(let binding): self.binding = binding
        case .remount: remount = true
        case .copyUp: copiesUp = true
        case .superblock: data.append(FileSystemOption(option))
        case .propagation(let type): propagation.append(PropagationChange(type: type, recursive: recursive))
        case .attribute(let attribute, let clears):
            change(recursive, set: clears ? [] : attribute, clear: attribute)
            if clears { change(recursive, clearing: attribute) }
        case .accessTime(let attribute):
            change(recursive, set: attribute, clear: .accessTimeField)
            change(recursive, clearing: .accessTimeField)
        case .idMapping(let mapping): idMapping = mapping
        }
    }

    private mutating func change(_ recursive: Bool, set newly: MountAttributes, clear old: MountAttributes) {
        if recursive {
            recursiveSet.subtract(old)
            recursiveSet.formUnion(newly)
            recursiveClear.subtract(old)
        } else {
            set.subtract(old)
            set.formUnion(newly)
            clear.subtract(old)
        }
    }

    private mutating func change(_ recursive: Bool, clearing old: MountAttributes) {
        if recursive { recursiveClear.formUnion(old) } else { clear.formUnion(old) }
    }
}
