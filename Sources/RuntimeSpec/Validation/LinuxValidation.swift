extension Linux {
    func validate() throws(SpecError) {
        try validateNamespaces()
        try uidMappings.validate("uidMappings")
        try gidMappings.validate("gidMappings")
        try require(sysctl[""] == nil, "sysctl", "has an empty key")
        try withinEach(maskedPaths, in: "maskedPaths") { (path) throws(SpecError) in try requireAbsolute(path, "") }
        try withinEach(readonlyPaths, in: "readonlyPaths") { (path) throws(SpecError) in try requireAbsolute(path, "") }
        try withinEach(devices, in: "devices") { (device) throws(SpecError) in
            try require(!device.path.isEmpty, "path", "is empty")
            if device.type == .fifo { return }
            // As the kernel's own numbers of devices: 12 and 20 bits.
            try require((0...4095).contains(device.major), "major", "must be a number from 0 to 4095, is \(device.major)")
            try require((0...1_048_575).contains(device.minor), "minor", "must be a number from 0 to 1048575, is \(device.minor)")
        }
        for (name, device) in netDevices.sorted(by: { $0.key < $1.key }) {
            try requireInterfaceName(name, "netDevices[\(name.debugDescription)]")
            guard let newName = device.name else { continue }
            try requireInterfaceName(newName, "netDevices[\(name.debugDescription)].name")
            try requireTemplate(newName, "netDevices[\(name.debugDescription)].name")
        }
        if let resources { try within("resources") { () throws(SpecError) in try resources.validate() } }
        if let schema = intelRdt?.memBwSchema {
            try require(schema.hasPrefix("MB:") && !schema.contains("\n"), "intelRdt.memBwSchema", "must be one line that begins with MB:, is \(schema.debugDescription)")
        }
        if let seccomp { try within("seccomp") { () throws(SpecError) in try seccomp.validate() } }
        if let memoryPolicy { try within("memoryPolicy") { () throws(SpecError) in try memoryPolicy.validate() } }
        if let personality {
            try require(personality.flags.isEmpty, "personality.flags", "must be empty: the specification defines none")
        }
    }

    private func validateNamespaces() throws(SpecError) {
        try withinEach(namespaces, in: "namespaces") { (index, namespace) throws(SpecError) in
            let isRepeated = namespaces[..<index].contains { $0.type == namespace.type }
            try require(!isRepeated, "type", "\(namespace.type.rawValue) is given twice")
            if let path = namespace.path { try requireAbsolute(path, "path") }
        }
        let hasUserNamespace = namespaces.contains { $0.type == .user }
        try require(uidMappings.isEmpty || hasUserNamespace, "uidMappings", "need a user namespace in linux.namespaces")
        try require(gidMappings.isEmpty || hasUserNamespace, "gidMappings", "need a user namespace in linux.namespaces")
        if timeOffsets.isEmpty { return }
        let hasTimeNamespace = namespaces.contains { $0.type == .time }
        try require(hasTimeNamespace, "timeOffsets", "need a time namespace in linux.namespaces")
        for (clock, offset) in timeOffsets.sorted(by: { $0.key < $1.key }) {
            let name = "timeOffsets[\(clock.debugDescription)]"
            try require(["monotonic", "boottime"].contains(clock), name, "must be monotonic or boottime")
            try require(offset.nanosecs < 1_000_000_000, "\(name).nanosecs", "must be a number from 0 to 999999999")
        }
    }
}

/// What the kernel takes for a name: dev_valid_name, and a template.
private func requireInterfaceName(_ name: String, _ field: String) throws(SpecError) {
    let isPlain = name.utf8.allSatisfy { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") && $0 != 0x7F }
    try require(
        (1...15).contains(name.utf8.count) && isPlain && name != "." && name != "..", field,
        "must be 1 to 15 bytes without spaces, / and :, is \(name.debugDescription)")
}

/// Wherever in a name the kernel finds a percent sign, it takes the name for a template: __dev_alloc_name.
private func requireTemplate(_ name: String, _ field: String) throws(SpecError) {
    var isTemplate = false
    for (index, byte) in name.utf8.enumerated() where byte == UInt8(ascii: "%") {
        let isNumber = name.utf8.dropFirst(index + 1).first == UInt8(ascii: "d")
        try require(isNumber && !isTemplate, field, "can have % only once, as %d, is \(name.debugDescription)")
        isTemplate = true
    }
}

extension [LinuxIDMapping] {
    /// What holds for every map, whoever writes it; whether the ids may be mapped at all is not asked here.
    func validate(_ name: String) throws(SpecError) {
        try withinEach(self, in: name) { (mapping) throws(SpecError) in
            try require(mapping.size > 0, "size", "must be above 0")
        }
    }
}

extension MemoryPolicy {
    /// Man: set_mempolicy(2)
    func validate() throws(SpecError) {
        try requireList(nodes, "nodes")
        switch mode {
        case .default, .local: try require(nodes == nil, "nodes", "must be empty with \(mode.rawValue)")
        case .bind, .interleave, .weightedInterleave, .preferredMany: try require(nodes != nil, "nodes", "is needed with \(mode.rawValue)")
        case .preferred: break
        }
        try require(
            !flags.contains(.staticNodes) || !flags.contains(.relativeNodes), "flags",
            "\(MemoryPolicyFlag.staticNodes.rawValue) and \(MemoryPolicyFlag.relativeNodes.rawValue) exclude each other")
    }
}

extension Seccomp {
    func validate() throws(SpecError) {
        try require(listenerMetadata == nil || listenerPath != nil, "listenerMetadata", "is only for a listenerPath")
        if usesNotify {
            guard let listenerPath else { throw SpecError(path: "listenerPath", "is missing, and \(SeccompAction.notify.rawValue) needs one") }
            try requireAbsolute(listenerPath, "listenerPath")
        }
        try withinEach(syscalls, in: "syscalls") { (syscall) throws(SpecError) in
            try require(!syscall.names.isEmpty, "names", "is empty")
            try withinEach(syscall.args, in: "args") { (arg) throws(SpecError) in
                // A system call has six arguments.
                try require(arg.index < 6, "index", "must be a number from 0 to 5")
            }
        }
    }
}
