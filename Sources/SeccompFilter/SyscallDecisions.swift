/// What is decided, in one ABI, by a system call's number alone.
struct SyscallDecisions {
    let abi: SyscallABI
    private var returnValues: [UInt32: UInt32] = [:]
    /// The last ordinary number that the profile names, whatever it says of it.
    private var lastKnown: UInt32?

    init(_ abi: SyscallABI) { self.abi = abi }

    /// The profile names this call.
    mutating func know(_ location: SyscallABI.Location) {
        let number: UInt32
        switch location {
        case .number(let own): number = own
        case .multiplexed: number = abi.numberAfterMultiplexed
        case .nowhere: return
        }
        if number <= abi.lastOrdinaryNumber { lastKnown = max(number, lastKnown ?? number) }
    }

    /// The call with this number gets `returnValue`, unless an earlier rule decided on it.
    mutating func decide(_ number: UInt32, _ returnValue: UInt32) {
        if returnValues[number] == nil { returnValues[number] = returnValue }
    }

    /// A run of numbers with one answer, up to where the next run begins.
    struct Run: Equatable {
        var first: UInt32
        /// Nil: whoever comes next decides.
        var returnValue: UInt32?
    }

    /// The answer to one number. `newer` is the answer to calls beyond all that the profile knows.
    private func answer(to number: UInt32, newer: UInt32?) -> UInt32? {
        if let returnValue = returnValues[number] { return returnValue }
        guard let lastKnown, number > lastKnown, number <= abi.lastOrdinaryNumber else { return nil }
        return newer
    }

    /// The runs that cover `abi.numbers`, in order. `newer` is the answer to calls beyond all that the profile knows.
    func runs(newer: UInt32?) -> [Run] {
        // An answer can change only at these numbers.
        var borders = [abi.numbers.lowerBound]
        func borderAfter(_ number: UInt32) {
            if number < abi.numbers.upperBound { borders.append(number + 1) }
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
