import Glibc
import LinuxKernel
import SystemPackage

/// What CRIU wrote of its work: the last errors in it say why it failed.
public struct CRIULog {
    public let path: String

    public init(path: String) { self.path = path }

    /// Where it cannot be removed, CRIU cannot write it either, and says so.
    func remove() { unlink(path) }

    /// One line; nil where there is no log, or nothing in it.
    var excerpt: String? {
        do throws(KernelError) {
            let bytes = try FileDescriptor.currentDirectory.open(path, [.readOnly, .noFollow]).readEnd(256 << 10)
            return Self.excerpt(of: String(decoding: bytes, as: UTF8.self))
        } catch { return nil }
    }

    /// Its last errors, or where it tells of none, its last line: `(00.031) 1: Error (criu/x.c:1): why`, without time and pid.
    static func excerpt(of text: String, lines limit: Int = 4) -> String? {
        let lines = text.parts(at: "\n").map(\.withoutMark).filter { !$0.isEmpty }
        let errors = lines.filter { $0.hasPrefix("Error") }
        return errors.isEmpty ? lines.last : errors.suffix(limit).joined(separator: "; ")
    }
}

extension String {
    /// A log line without the time, `(00.000001)`, and the pid, `     42: `, that it begins with.
    fileprivate var withoutMark: String {
        var rest = utf8[...]
        if rest.first == UInt8(ascii: "("), let end = rest.firstIndex(of: UInt8(ascii: ")")),
            rest[rest.index(after: rest.startIndex)..<end].allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }) {
            rest = rest[rest.index(after: end)...]
        }
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let afterDigits = rest.drop(while: \.isDigit)
        if afterDigits.count < rest.count, afterDigits.first == UInt8(ascii: ":") {
            rest = afterDigits.dropFirst().drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        }
        return String(decoding: rest, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
