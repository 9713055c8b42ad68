extension Process {
    /// The rules for a process of config.json or process.json; errors name the field as seen from the process.
    public func validate() throws(SpecError) {
        try require(!args.isEmpty, "args", "is missing or empty")
        try requireAbsolute(cwd, "cwd")
        try withinEach(env, in: "env") { (entry) throws(SpecError) in
            // Seen from the entry itself there is no further path.
            try require(entry.contains("=") && !entry.hasPrefix("="), "", "must be NAME=VALUE, is \(entry.debugDescription)")
        }
        try within("user") { () throws(SpecError) in try user.validate() }
        try validateRlimits()
        if let oomScoreAdj {
            try require((-1000...1000).contains(oomScoreAdj), "oomScoreAdj", "must be a number from -1000 to 1000")
        }
        if let scheduler { try within("scheduler") { () throws(SpecError) in try scheduler.validate() } }
        if let ioPriority {
            try require((0...7).contains(ioPriority.priority), "ioPriority.priority", "must be a number from 0 to 7")
        }
        if let affinity = execCPUAffinity {
            try within("execCPUAffinity") { () throws(SpecError) in
                try requireList(affinity.initial, "initial")
                try requireList(affinity.final, "final")
            }
        }
    }

    private func validateRlimits() throws(SpecError) {
        try withinEach(rlimits, in: "rlimits") { (index, rlimit) throws(SpecError) in
            let isRepeated = rlimits[..<index].contains { $0.type == rlimit.type }
            try require(!isRepeated, "type", "\(rlimit.type.rawValue) is given twice")
            try require(rlimit.soft <= rlimit.hard, "soft", "\(rlimit.soft) is above the hard limit, \(rlimit.hard)")
        }
    }
}

extension User {
    /// The highest number is no id: setresuid(2) and its kin take it for "no change", and the process would stay root.
    func validate() throws(SpecError) {
        for (name, isID) in [("uid", uid != .max), ("gid", gid != .max), ("additionalGids", !additionalGids.contains(.max))] {
            try require(isID, name, "must be a number from 0 to 4294967294")
        }
        // Of any other umask(2) takes these bits, and tells nobody.
        if let umask { try require(umask <= 0o777, "umask", "must be a number from 0 to 511 (0777), is \(umask)") }
    }
}

extension Scheduler {
    func validate() throws(SpecError) {
        try require((-20...19).contains(nice), "nice", "must be a number from -20 to 19")
        let hasPriority = policy == .fifo || policy == .roundRobin
        try require(priority == 0 || hasPriority, "priority", "is only for SCHED_FIFO and SCHED_RR")
        let hasDeadline = policy == .deadline
        try require(runtime == 0 || hasDeadline, "runtime", "is only for SCHED_DEADLINE")
        try require(deadline == 0 || hasDeadline, "deadline", "is only for SCHED_DEADLINE")
        try require(period == 0 || hasDeadline, "period", "is only for SCHED_DEADLINE")
    }
}
