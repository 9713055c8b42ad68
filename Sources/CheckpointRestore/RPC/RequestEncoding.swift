import CCriuRPC

extension CRIURequest {
    /// The message as CRIU reads it.
    func encoded() -> [UInt8] {
        let memory = MessageMemory()
        var request = CriuReq()
        criu_req__init(&request)
        request.type = kind.code
        if let options { request.opts = memory.keep(options.message(memory, isRestore: kind == .restore)) }
        if kind == .featureCheck {
            var message = CriuFeatures()
            criu_features__init(&message)
            (message.has_mem_track, message.mem_track) = flag(features.contains(.memoryTracking))
            (message.has_lazy_pages, message.lazy_pages) = flag(features.contains(.lazyPages))
            request.features = memory.keep(message)
        }
        return request.packed()
    }

    /// The answer to a notification.
    static func acknowledgement(success: Bool) -> [UInt8] {
        var request = CriuReq()
        criu_req__init(&request)
        request.type = CRIU_REQ_TYPE__NOTIFY
        request.has_notify_success = 1
        request.notify_success = success ? 1 : 0
        return request.packed()
    }
}

extension CriuReq {
    fileprivate func packed() -> [UInt8] {
        var request = self
        return [UInt8](unsafeUninitializedCapacity: criu_req__get_packed_size(&request)) { buffer, count in
            count = criu_req__pack(&request, buffer.baseAddress)
        }
    }
}

/// An optional field: written only where it is set.
private func flag(_ isSet: Bool) -> (has: protobuf_c_boolean, value: protobuf_c_boolean) { isSet ? (1, 1) : (0, 0) }

extension CRIUOptions {
    fileprivate func message(_ memory: MessageMemory, isRestore: Bool) -> CriuOpts {
        var opts = CriuOpts()
        criu_opts__init(&opts)
        opts.images_dir_fd = imageDirectory
        if let workDirectory { (opts.has_work_dir_fd, opts.work_dir_fd) = (1, workDirectory) }
        // All that CRIU has to say: it is what a failure is told with.
        (opts.has_log_level, opts.log_level) = (1, 4)
        opts.log_file = memory.keep(logName)
        opts.config_file = memory.keep(configFile)
        if let pid { (opts.has_pid, opts.pid) = (1, pid) }
        opts.root = memory.keep(root)

        (opts.has_notify_scripts, opts.notify_scripts) = flag(true)
        // A restored process is our child, not CRIU's; devices that moved are found again.
        (opts.has_rst_sibling, opts.rst_sibling) = flag(isRestore)
        (opts.has_evasive_devices, opts.evasive_devices) = flag(isRestore)
        (opts.has_orphan_pts_master, opts.orphan_pts_master) = flag(true)
        (opts.has_leave_running, opts.leave_running) = flag(leavesRunning)
        (opts.has_ext_unix_sk, opts.ext_unix_sk) = flag(allowsExternalUnixSockets)
        (opts.has_tcp_established, opts.tcp_established) = flag(keepsTCPConnections)
        (opts.has_tcp_skip_in_flight, opts.tcp_skip_in_flight) = flag(skipsTCPInFlight)
        (opts.has_shell_job, opts.shell_job) = flag(isShellJob)
        (opts.has_file_locks, opts.file_locks) = flag(keepsFileLocks)
        (opts.has_link_remap, opts.link_remap) = flag(remapsLinks)
        (opts.has_lazy_pages, opts.lazy_pages) = flag(movesPagesLazily)
        (opts.has_track_mem, opts.track_mem) = flag(tracksMemory)
        (opts.has_auto_dedup, opts.auto_dedup) = flag(dropsDuplicates)
        (opts.has_unprivileged, opts.unprivileged) = flag(isUnprivileged)
        opts.parent_img = memory.keep(parentImage)
        if let pageServer {
            var message = CriuPageServerInfo()
            criu_page_server_info__init(&message)
            message.address = memory.keep(pageServer.address)
            (message.has_port, message.port) = (1, Int32(pageServer.port))
            opts.ps = memory.keep(message)
        }

        if let cgroupMode { (opts.has_manage_cgroups_mode, opts.manage_cgroups_mode) = (1, cgroupMode.code) }
        (opts.has_manage_cgroups, opts.manage_cgroups) = flag(cgroupMode != .ignore)
        (opts.n_cg_root, opts.cg_root) = memory.keep(cgroupRoots.map { root in
            var message = CgroupRoot_()
            cgroup_root__init(&message)
            message.ctrl = memory.keep(root.controllers)
            message.path = memory.keep(root.path)
            return message
        })
        opts.freeze_cgroup = memory.keep(freezerDirectory)
        if emptyNamespaces != 0 { (opts.has_empty_ns, opts.empty_ns) = (1, emptyNamespaces) }
        (opts.n_external, opts.external) = memory.keepStrings(externals.map(\.text))
        (opts.n_inherit_fd, opts.inherit_fd) = memory.keep(inherited.map { inherited in
            var message = InheritFd()
            inherit_fd__init(&message)
            message.key = memory.keep(inherited.key)
            message.fd = inherited.descriptor
            return message
        })
        (opts.n_join_ns, opts.join_ns) = memory.keep(joined.map { joined in
            var message = JoinNamespace()
            join_namespace__init(&message)
            message.ns = memory.keep(joined.name)
            message.ns_file = memory.keep(joined.path)
            return message
        })
        opts.lsm_profile = memory.keep(lsmProfile)
        opts.lsm_mount_context = memory.keep(lsmMountContext)
        return opts
    }
}

/// Within `CRIUOptions` its own type has the name.
private typealias CgroupRoot_ = CCriuRPC.CgroupRoot

/// What a message points at, until it is packed.
private final class MessageMemory {
    private var blocks: [UnsafeMutableRawPointer] = []

    func keep(_ text: String?) -> UnsafeMutablePointer<CChar>? {
        guard let text else { return nil }
        return array(Array(text.utf8CString))
    }

    func keep<Message>(_ message: Message) -> UnsafeMutablePointer<Message> { array([message])! }

    func keep<Message>(_ messages: [Message]) -> (count: Int, UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?) {
        (messages.count, array(messages.map { keep($0) }))
    }

    func keepStrings(_ strings: [String]) -> (count: Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        (strings.count, array(strings.map { keep($0) }))
    }

    /// nil for an empty one.
    private func array<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element>? {
        if elements.isEmpty { return nil }
        let block = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
        block.initialize(from: elements, count: elements.count)
        blocks.append(UnsafeMutableRawPointer(block))
        return block
    }

    deinit { for block in blocks { block.deallocate() } }
}
