import Glibc

/// Points in time as RFC 3339 text, in UTC: no time zone is looked up, so nothing of the host's files is read.
public enum Timestamp {
    /// The wall clock's time, to the nanosecond: `2026-01-31T23:59:59.123456789Z`.
    public static func now() -> String {
        var time = timespec()
        // It fails only for a clock that does not exist.
        guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { fatalError("clock_gettime: no CLOCK_REALTIME") }
        return rfc3339(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    /// `seconds` since 1970-01-01T00:00:00Z.
    static func rfc3339(seconds: Int64, nanoseconds: Int64) -> String {
        let day = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let second = seconds - day * 86_400
        let date = gregorianDate(day: day)
        let time = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(nanoseconds, 9))"
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(time)Z"
    }

    /// `day` counts from 1970-01-01.
    private static func gregorianDate(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years are counted from March, so that the leap day is a year's last; the calendar repeats every 400 years.
        let sinceMarchOfYear0 = day + 719_468
        let era = (sinceMarchOfYear0 >= 0 ? sinceMarchOfYear0 : sinceMarchOfYear0 - 146_096) / 146_097
        let dayOfEra = sinceMarchOfYear0 - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // The months from March have 31, 30, 31, 30, 31 days, twice over: 153 days for five of them.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
