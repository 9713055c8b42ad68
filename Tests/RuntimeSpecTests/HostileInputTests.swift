import Foundation
import Testing

@testable import RuntimeSpec

@Suite(.serialized) struct HostileInputTests {
    @Test func textTruncatedAnywhereIsAnError() throws {
        let bytes = Array(try Spec.decode(Array(maximalConfig.utf8)).encoded(pretty: false).utf8)
        for end in bytes.indices {
            #expect(throws: SpecError.self, "cut at \(end)") { try Spec.decode(Array(bytes[..<end])) }
        }
    }

    /// Every kind of value, and every byte that means something in JSON or in UTF-8 at every place.
    @Test func anyByteReplacedIsReadOrRefused() throws {
        let original = Array(
            #"""
            {"args": ["ä\n\u00e9", ""], "cwd": "/", "terminal": true, "user": {"uid": 10, "additionalGids": [1, 2]}, "x": -1.5e3,
            "rlimits": [{"type": "RLIMIT_CPU", "hard": 18446744073709551615, "soft": 0}], "oomScoreAdj": -5, "selinuxLabel": null}
            """#.utf8)
        let replacements = Array("\"\\{}[]:,09-+.eE'NItfnu/ \n\0\u{1}".utf8) + [0x80, 0xC3, 0xE2, 0xFF]
        for index in original.indices {
            for replacement in replacements {
                var bytes = original
                bytes[index] = replacement
                let process: RuntimeSpec.Process
                do throws(SpecError) { process = try Process.decode(bytes) } catch {
                    #expect(!error.problem.isEmpty)
                    continue
                }
                // What was accepted is a document: it is written as one that means the same.
                #expect(try Process.decode(Array(process.encoded(pretty: false).utf8)) == process)
            }
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
        try exercise(500)
        // A leak of any of the four trees would be some 20 KiB a round.
        #expect(try residentBytes() - before < 8 << 20)
    }

    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
