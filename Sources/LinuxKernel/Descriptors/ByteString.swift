import Glibc

/// What a call of the kernel takes as a name or a path.
public protocol KernelText: CustomStringConvertible {
    /// Calls `body` with the bytes, the final NUL among them.
    func withBytes<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result
}

extension String: KernelText {
    public func withBytes<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result { withCString(body) }
}

/// A name, a path or the text of a link as the kernel has it: any bytes but NUL, which need not be UTF-8. A `String` of it would
/// name something else. Man: path_resolution(7).
public struct ByteString: KernelText, Equatable, ExpressibleByStringLiteral, Sendable {
    /// Without the final NUL.
    private let bytes: [UInt8]

    public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
    public init(_ text: String) { self.init(text.utf8) }
    public init(stringLiteral text: String) { self.init(text) }

    init(_ pointer: UnsafePointer<CChar>) { self.init(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))) }

    public func withBytes<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (bytes + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
    }

    /// For a person: what is no UTF-8 is U+FFFD.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    var isAbsolutePath: Bool { bytes.first == UInt8(ascii: "/") }

    /// The parts of a path that are not empty.
    var components: [ByteString] { bytes.split(separator: UInt8(ascii: "/")).map { ByteString($0) } }
}
