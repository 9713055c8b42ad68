/// The runtime's commands, each one call: request in, result or `RuntimeError` out.
///
/// One process, one thread. The caller's standard descriptors are the container's, where the command says so.
public struct Runtime: ~Copyable {
    let request: GlobalRequest
    let log: RuntimeLog

    public init(_ request: GlobalRequest, log: RuntimeLog) {
        self.request = request
        self.log = log
    }
}
