import CSeccomp

/// The rules of a profile in one ABI: what a system call's number alone decides, and for the rest a filter of libseccomp.
struct ABIRules {
    let abi: SyscallABI
    private let defaultReturnValue: UInt32
    /// By the ABI's own numbers: the first rule without comparisons.
    private var returnValues: [UInt32: UInt32] = [:]
    /// The multiplexed calls for which a rule without comparisons was seen.
    private var decidedMultiplexed: Set<String> = []
    /// The last ordinary number that the profile names, whatever it says of it.
    private var lastKnown: UInt32?
    private let library: LibseccompFilter

    /// `path` is where the profile names the ABI.
    init(_ abi: SyscallABI, defaultReturnValue: UInt32, mayHang: Bool, path: String) throws(SeccompError) {
        self.abi = abi
        self.defaultReturnValue = defaultReturnValue
        library = try LibseccompFilter(abi, defaultReturnValue: defaultReturnValue, mayHang: mayHang, path: path)
    }

    /// Adds a rule for a call, which may be one that this ABI lacks.
    ///
    /// Any of the `alternatives` suffices; there are none for a rule without comparisons.
    mutating func add(_ returnValue: UInt32, name: String, alternatives: [[scmp_arg_cmp]], path: String) throws(SeccompError) {
        let location = abi.location(of: name)
        switch location {
        case .number(let number): know(number)
        case .multiplexed(let call): if let number = call.ownNumber { know(number) }
        case .nowhere: return
        }
        // libseccomp refuses a rule that says what the default says. After one without comparisons, others mean nothing.
        if returnValue == defaultReturnValue || isDecided(location, name) { return }

        for comparisons in alternatives {
            try library.add(returnValue, name: name, location: location, comparisons: comparisons, path: path)
        }
        guard alternatives.isEmpty else { return }
        if case .number(let number) = location {
            returnValues[number] = returnValue
            // Rules for the calls inside a multiplexer can contradict each other only while it is not decided as a whole.
            guard SyscallABI.Multiplexer(rawValue: name) != nil else { return }
        } else {
            decidedMultiplexed.insert(name)
        }
        try library.add(returnValue, name: name, location: location, comparisons: [], path: path)
    }

    private mutating func know(_ number: UInt32) {
        if number <= abi.lastOrdinaryNumber { lastKnown = max(number, lastKnown ?? number) }
    }

    private func isDecided(_ location: SyscallABI.Location, _ name: String) -> Bool {
        guard case .number(let number) = location else { return decidedMultiplexed.contains(name) }
        return returnValues[number] != nil
    }

    /// libseccomp's program for what the runs leave open.
    func export() throws(SeccompError) -> BPFProgram { try library.export() }

    /// A run of numbers with one answer, up to where the next run begins.
    struct Run: Equatable {
        var first: UInt32
        /// Nil: libseccomp's program decides.
        var returnValue: UInt32?
    }

    /// The answer to one number. `newer` is the answer to calls beyond all that the profile knows.
    private func answer(to number: UInt32, newer: UInt32?) -> UInt32? {
        if let returnValue = returnValues[number] { return returnValue }
        guard let lastKnown, number > lastKnown, number <= abi.lastOrdinaryNumber else { return nil }
        return newer
    }

    /// The runs from the first of `abi.numbers` on, in order; beyond its last, all is open. `newer` is the answer to calls beyond
    /// all that the profile knows; nil leaves them open.
    func runs(newer: UInt32?) -> [Run] {
        // An answer can change only at these numbers.
        var borders = [abi.numbers.lowerBound]
        func borderAfter(_ number: UInt32) {
            if number < UInt32.max { borders.append(number + 1) }
        }
        for number in returnValues.keys {
            borders.append(number)
            borderAfter(number)
        }
        if let lastKnown { borderAfter(lastKnown) }
        borderAfter(abi.lastOrdinaryNumber)
        borders.sort()

        var runs: [Run] = []
        for border in borders {
            let answer = answer(to: border, newer: newer)
            if runs.isEmpty || runs[runs.count - 1].returnValue != answer { runs.append(Run(first: border, returnValue: answer)) }
        }
        return runs
    }
}
