import Glibc
import LinuxKernel
import SystemPackage

/// Copies one direction of a terminal without ever waiting for one end while the other has something to say.
struct ByteRelay {
    private let source: any Descriptor
    private let destination: NonBlockingOutput
    private var pending: ArraySlice<UInt8> = []
    private var sourceEnded = false

    init(from source: some Descriptor, to destination: NonBlockingOutput) {
        self.source = source
        self.destination = destination
    }

    private var wantsToRead: Bool { !sourceEnded && pending.isEmpty }
    private var wantsToWrite: Bool { !pending.isEmpty }

    /// What it waits for to `read`, and to `write`.
    var awaited: [Readiness.Awaited] { [(wantsToRead ? source : nil, .readable), (wantsToWrite ? destination.descriptor : nil, .writable)] }

    /// - Parameter ready: the answers for what is `awaited`.
    mutating func copy(_ ready: ArraySlice<Readiness.Answer>) {
        if ready.first != .nothing { read() }
        if let last = ready.last { deliver(last) }
    }

    /// - Parameter ready: the answer for the destination.
    mutating func deliver(_ ready: Readiness.Answer) {
        switch ready {
        case .event: write()
        // A terminal that nobody has open takes no more than it holds, and says so without end.
        case .end: pending = []
        case .nothing: break
        }
    }

    /// Called where there is something; a terminal whose other side is gone answers EIO.
    private mutating func read() {
        let chunk = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            let read = Glibc.read(source.rawValue, buffer.baseAddress, buffer.count)
            if read == 0 || (read < 0 && errno != EAGAIN && errno != EINTR) { sourceEnded = true }
            count = max(0, read)
        }
        pending = chunk[...]
    }

    /// What nobody takes any more is dropped: a closed standard output does not stop the container.
    private mutating func write() {
        do throws(KernelError) { pending = pending.dropFirst(try destination.write(pending)) } catch { pending = [] }
    }

    /// What has to take something yet, once nobody writes to the source any more; nil where all that there was has arrived.
    mutating func undelivered() throws(KernelError) -> Readiness.Awaited? {
        while wantsToRead, try source.waitUntilReadable(until: .now) { read() }
        return wantsToWrite ? (destination.descriptor, .writable) : nil
    }
}
