import Foundation
import Testing

extension IntegrationTests {
    /// attacks.md names tests that are there.
    @Suite struct AttackTableTests {
        private static let directory = "\(RuntimeUnderTest.packageDirectory)/Tests/IntegrationTests"

        /// By suite: its source.
        private static func suites() throws -> [String: String] {
            var suites: [String: String] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: directory) where path.hasSuffix("Tests.swift") {
                let name = String(path.split(separator: "/").last!.dropLast(".swift".count))
                suites[name] = try String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8)
            }
            return suites
        }

        @Test func eachAttackIsShown() throws {
            let suites = try Self.suites()
            let table = try String(contentsOfFile: "\(Self.directory)/Hostile/attacks.md", encoding: .utf8)
            let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
            #expect(rows.count >= 18)
            for row in rows {
                let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                try #require(cells.count == 3, "\(row)")
                let names = cells[2].split(separator: "`").filter { $0.contains("/") }.map { $0.split(separator: "/").map(String.init) }
                #expect(!names.isEmpty, "\(row)")
                for name in names {
                    #expect(suites[name[0]]?.contains("@Suite struct \(name[0])") == true, "\(name)")
                    #expect(suites[name[0]]?.contains("func \(name[1])(") == true, "\(name)")
                }
            }
        }
    }
}
