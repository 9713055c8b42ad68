import Foundation
import Testing

@testable import RuntimeSpec

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00.000000000Z"),
        (1, 1, "1970-01-01T00:00:01.000000001Z"),
        (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
        (951_782_399, 0, "2000-02-28T23:59:59.000000000Z"),
        (951_782_400, 0, "2000-02-29T00:00:00.000000000Z"),
        (951_868_800, 0, "2000-03-01T00:00:00.000000000Z"),
        (1_709_164_800, 0, "2024-02-29T00:00:00.000000000Z"),
        (4_107_542_400, 0, "2100-03-01T00:00:00.000000000Z"),
        (-2_208_988_801, 0, "1899-12-31T23:59:59.000000000Z"),
        (1_767_225_599, 120_000_000, "2025-12-31T23:59:59.120000000Z"),
    ])
    func textIsUTC(seconds: Int64, nanoseconds: Int64, expected: String) {
        #expect(Timestamp.rfc3339(seconds: seconds, nanoseconds: nanoseconds) == expected)
    }

    @Test func everyDayAgreesWithFoundation() throws {
        let formatter = ISO8601DateFormatter()
        for day in Int64(-30_000)..<60_000 {
            let ours = Timestamp.rfc3339(seconds: day * 86_400 + 43_200, nanoseconds: 0).replacingOccurrences(of: ".000000000", with: "")
            let theirs = formatter.string(from: Date(timeIntervalSince1970: Double(day) * 86_400 + 43_200))
            guard ours == theirs else {
                Issue.record("day \(day): \(ours), Foundation says \(theirs)")
                return
            }
        }
    }

    @Test func nowIsNow() throws {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        let now = try #require(formatter.date(from: Timestamp.now()))
        #expect(abs(now.timeIntervalSinceNow) < 60)
    }
}
