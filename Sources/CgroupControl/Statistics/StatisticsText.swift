import LinuxKernel
import RuntimeSpec

/// The formats of the kernel's files that count. Lines of another form than expected are passed over: they are newer than
/// this program.
enum StatisticsText {
    /// A number; `max` is the highest there is.
    static func number(_ text: String) -> UInt64? {
        let word = text.parts(at: "\n").first ?? ""
        return word == "max" ? .max : UInt64(word)
    }

    /// `key value`, a line each.
    static func flatKeyed(_ text: String) -> [String: UInt64] {
        var values: [String: UInt64] = [:]
        for line in text.parts(at: "\n") {
            let fields = line.parts(at: " ")
            if fields.count == 2, let value = UInt64(fields[1]) { values[fields[0]] = value }
        }
        return values
    }

    /// Numbers and ranges: `0-2,7`.
    static func list(_ text: String) -> [UInt16] {
        (text.parts(at: "\n").first ?? "").parts(at: ",").flatMap { part -> [UInt16] in
            let ends = part.parts(at: "-").compactMap { UInt16($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return Array(first...last)
        }
    }

    /// The columns below a heading: `cpu user system`.
    static func columns(_ text: String) -> [String: [UInt64]] {
        let lines = text.parts(at: "\n").map { $0.parts(at: " ") }
        guard let heading = lines.first else { return [:] }
        var columns: [String: [UInt64]] = [:]
        for line in lines.dropFirst() where line.count == heading.count {
            for (name, field) in zip(heading, line) { columns[name, default: []].append(UInt64(field) ?? 0) }
        }
        return columns
    }

    /// `some avg10=0.12 avg60=0.00 avg300=0.00 total=34`, and the same of `full`. Kernel: accounting/psi.rst.
    static func pressure(_ text: String) -> ContainerStatistics.Pressure {
        var pressure = ContainerStatistics.Pressure()
        for line in text.parts(at: "\n") {
            var values = ContainerStatistics.Pressure.Line()
            let fields = line.parts(at: " ")
            for field in fields.dropFirst() {
                let pair = field.parts(at: "=")
                guard pair.count == 2 else { continue }
                switch pair[0] {
                case "avg10": values.avg10 = Double(pair[1]) ?? 0
                case "avg60": values.avg60 = Double(pair[1]) ?? 0
                case "avg300": values.avg300 = Double(pair[1]) ?? 0
                case "total": values.total = UInt64(pair[1]) ?? 0
                default: break
                }
            }
            switch fields.first {
            case "some": pressure.some = values
            case "full": pressure.full = values
            default: break
            }
        }
        return pressure
    }

    /// Version 1: `8:0 Read 4096`, or `8:0 4096`; the sum of all devices, `Total 4096`, is left out.
    static func blockIO(_ text: String) -> [ContainerStatistics.BlockIO.Entry] {
        text.parts(at: "\n").compactMap { line in
            let fields = line.parts(at: " ")
            guard fields.count == 2 || fields.count == 3, let device = device(fields[0]), let value = UInt64(fields[fields.count - 1])
            else { return nil }
            return ContainerStatistics.BlockIO.Entry(
                major: device.major, minor: device.minor, op: fields.count == 3 ? fields[1] : nil, value: value)
        }
    }

    /// Version 2, `8:0 rbytes=1 wbytes=2 rios=3 wios=4 …`: told as version 1 has it, in tables of bytes and of operations.
    static func ioStat(_ text: String) -> ContainerStatistics.BlockIO {
        var blockIO = ContainerStatistics.BlockIO()
        for line in text.parts(at: "\n") {
            let fields = line.parts(at: " ")
            guard let name = fields.first, let device = device(name) else { continue }
            for field in fields.dropFirst() {
                let pair = field.parts(at: "=")
                guard pair.count == 2, let value = UInt64(pair[1]) else { continue }
                let entry = { ContainerStatistics.BlockIO.Entry(major: device.major, minor: device.minor, op: $0, value: value) }
                switch pair[0] {
                case "rbytes": blockIO.ioServiceBytesRecursive.append(entry("Read"))
                case "wbytes": blockIO.ioServiceBytesRecursive.append(entry("Write"))
                case "rios": blockIO.ioServicedRecursive.append(entry("Read"))
                case "wios": blockIO.ioServicedRecursive.append(entry("Write"))
                default: break
                }
            }
        }
        return blockIO
    }

    private static func device(_ text: String) -> (major: UInt64, minor: UInt64)? {
        let numbers = text.parts(at: ":").compactMap { UInt64($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }
}
