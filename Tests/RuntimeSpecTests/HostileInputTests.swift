import Foundation
import Testing

@testable import RuntimeSpec

@Suite(.serialized) struct HostileInputTests {
    @Test func textTruncatedAnywhereIsAnError() {
        let bytes = Array(maximalConfig.utf8)
        for end in bytes.indices {
            #expect(throws: SpecError.self, "cut at \(end)") { try Spec.decode(Array(bytes[..<end])) }
        }
    }

    @Test(arguments: [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "}"), UInt8(ascii: "9"), 0, 0xFF])
    func anyByteReplacedIsReadOrRefused(byte: UInt8) throws {
        let original = Array(maximalConfig.utf8)
        for index in original.indices {
            var bytes = original
            bytes[index] = byte
            let spec: Spec
            do throws(SpecError) { spec = try Spec.decode(bytes) } catch {
                #expect(!error.problem.isEmpty)
                continue
            }
            // What was accepted is a document: it is written as one that means the same.
            #expect(try Spec.decode(Array(spec.encoded(pretty: false).utf8)) == spec)
        }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")]) func nestingHasALimit(open: String, close: String) {
        func nested(_ depth: Int) -> String {
            #"{"ociVersion":"1.0.0","x":"# + String(repeating: open, count: depth) + "1"
                + String(repeating: close, count: depth) + "}"
        }
        #expect(decodingError(Spec.self, nested(60)) == nil)
        #expect(decodingError(Spec.self, nested(64))?.hasSuffix("nested deeper than 64 levels") == true)
        #expect(decodingError(Spec.self, nested(500_000))?.hasSuffix("nested deeper than 64 levels") == true)
    }

    @Test func sizeHasALimit() {
        let fits = #"{"ociVersion":"\#(String(repeating: "1", count: 1 << 20))"}"#
        #expect(decodingError(Spec.self, fits) == nil)
        let tooLarge = String(repeating: " ", count: 16 << 20) + "{}"
        #expect(decodingError(Spec.self, tooLarge) == "is larger than 16777216 bytes")
    }

    @Test func manyNumbersBeyond64BitsAreReadInOnePass() throws {
        let numbers = Array(repeating: "99999999999999999999", count: 100_000).joined(separator: ",")
        #expect(try Spec.decode(Array(#"{"ociVersion":"1.0.0","x":[\#(numbers)]}"#.utf8)).ociVersion == "1.0.0")
    }

    /// Reading, failing to read and writing each free all that they made.
    @Test func nothingIsLeaked() throws {
        let good = Array(maximalConfig.utf8)
        let wrongType = Array(maximalConfig.replacingOccurrences(of: "\"secs\": 604800", with: "\"secs\": true").utf8)
        let malformed = Array(good.dropLast(2))
        func exercise(_ rounds: Int) throws {
            for _ in 0..<rounds {
                _ = try Spec.decode(good).encoded(pretty: false)
                #expect(throws: SpecError.self) { try Spec.decode(wrongType) }
                #expect(throws: SpecError.self) { try Spec.decode(malformed) }
            }
        }
        try exercise(100)
        let before = try residentBytes()
        try exercise(1000)
        // A leak of any of the four trees would be some 20 KiB a round.
        #expect(try residentBytes() - before < 8 << 20)
    }

    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
