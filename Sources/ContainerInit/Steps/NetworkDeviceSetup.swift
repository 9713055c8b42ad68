import ContainerPlan
import LinuxKernel

extension NetworkDevicePlan {
    /// By a process of the container's network namespace. Up it was or not: it is up from now on.
    /// Spec: config-linux.md, "Network Devices"
    public func setUp() throws(KernelError) {
        let socket = try RouteSocket()
        let index: UInt32
        switch target {
        case .named(let name): index = try socket.index(of: name)
        case .numbered(let number, _): index = number
        }
        for address in addresses { try socket.add(address, to: index) }
        try socket.bringUp(index)
    }
}
