/// The interface that every new network namespace has, and has down.
public enum LoopbackInterface {
    /// It is the first of each network namespace. Source: net/net_namespace.h, LOOPBACK_IFINDEX
    private static let index: UInt32 = 1

    public static func bringUp() throws(KernelError) { try RouteSocket().bringUp(index) }
}
