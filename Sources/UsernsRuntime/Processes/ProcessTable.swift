import LinuxKernel

/// What ps(1) prints, as far as it is about certain processes.
struct ProcessTable {
    /// Each with its newline; the heading first.
    let text: String

    /// - Parameters:
    ///   - output: of ps, whose first line names the columns.
    ///   - pids: in the PID namespace of ps.
    init(_ output: String, of pids: [Int32]) throws(RuntimeError) {
        let lines = output.parts(at: "\n")
        func fields(_ line: String) -> [Substring] { line.split { $0 == " " || $0 == "\t" } }
        guard let heading = lines.first, let column = fields(heading).firstIndex(of: "PID") else {
            throw RuntimeError("couldn't find PID field in ps output", hint: "choose columns with the pid among them, such as -o pid,args")
        }
        let wanted = Set(pids)
        var text = heading + "\n"
        for line in lines.dropFirst() {
            let fields = fields(line)
            guard fields.indices.contains(column), let pid = Int32(fields[column]) else {
                throw RuntimeError("unable to parse pid in ps output: \(line)", hint: "a column before the pid has spaces in it: choose -o pid,…")
            }
            if wanted.contains(pid) { text += line + "\n" }
        }
        self.text = text
    }
}
