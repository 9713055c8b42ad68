import Glibc
import LinuxKernel
import SystemPackage

/// Copies one direction of a terminal without ever waiting for one end while the other has something to say.
struct ByteRelay {
    private let source: any Descriptor
    private let destination: any Descriptor
    private var pending: ArraySlice<UInt8> = []
    private var sourceEnded = false

    init(from source: some Descriptor, to destination: some Descriptor) {
        self.source = source
        self.destination = destination
    }

    private var wantsToRead: Bool { !sourceEnded && pending.isEmpty }
    private var wantsToWrite: Bool { !pending.isEmpty }

    /// What it waits for to `read`, and to `write`.
    var awaited: [Readiness.Awaited] { [(wantsToRead ? source : nil, .readable), (wantsToWrite ? destination : nil, .writable)] }

    /// - Parameter ready: the answers for what is `awaited`.
    mutating func copy(_ ready: ArraySlice<Readiness.Answer>) {
        if ready.first != .nothing { read() }
        switch ready.last {
        case .event: write()
        // A terminal that nobody has open takes no more than it holds, and says so without end.
        case .end: pending = []
        default: break
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
        let written = pending.withUnsafeBytes { Glibc.write(destination.rawValue, $0.baseAddress, $0.count) }
        if written >= 0 {
            pending = pending.dropFirst(written)
        } else if errno != EAGAIN && errno != EINTR {
            pending = []
        }
    }

    /// All that is left, once nobody writes any more.
    mutating func drain() throws(KernelError) {
        while true {
            while wantsToWrite { write() }
            if sourceEnded { return }
            guard try source.waitUntilReadable(until: .now) else { return }
            read()
        }
    }
}
