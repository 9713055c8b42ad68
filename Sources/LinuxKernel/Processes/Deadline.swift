/// A moment until which is waited.
public struct Deadline: Sendable {
    private let milliseconds: Int64

    private init(at milliseconds: Int64) { self.milliseconds = milliseconds }

    /// From now on.
    public init(milliseconds: some BinaryInteger) { self.init(at: CurrentProcess.clockMilliseconds + Int64(milliseconds)) }

    /// What does not wait.
    public static var now: Deadline { Deadline(at: CurrentProcess.clockMilliseconds) }

    /// 0 where it has passed.
    public var leftMilliseconds: Int32 { Int32(clamping: max(0, milliseconds - CurrentProcess.clockMilliseconds)) }

    public var hasPassed: Bool { leftMilliseconds == 0 }

    /// The next of a row. One that came late is not made up for.
    public func next(afterMilliseconds interval: Int64) -> Deadline {
        Deadline(at: max(milliseconds + interval, CurrentProcess.clockMilliseconds))
    }
}
