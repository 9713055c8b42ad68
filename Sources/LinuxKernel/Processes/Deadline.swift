/// A moment until which is waited.
public struct Deadline: Sendable {
    private let milliseconds: Int64

    /// From now on.
    public init(milliseconds: Int32) { self.milliseconds = CurrentProcess.clockMilliseconds + Int64(milliseconds) }

    /// 0 where it has passed.
    public var leftMilliseconds: Int32 { Int32(clamping: max(0, milliseconds - CurrentProcess.clockMilliseconds)) }
}
