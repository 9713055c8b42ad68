import Glibc

/// A moment until which is waited, by the clock that nobody sets. Man: clock_gettime(2), CLOCK_MONOTONIC.
public struct Deadline: Sendable {
    private let milliseconds: Int64

    /// From now on.
    public init(milliseconds: Int32) { self.milliseconds = Self.now() + Int64(milliseconds) }

    /// 0 where it has passed.
    public var leftMilliseconds: Int32 { Int32(clamping: max(0, milliseconds - Self.now())) }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
