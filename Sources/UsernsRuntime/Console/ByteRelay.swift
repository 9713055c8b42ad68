import Glibc
import LinuxKernel
import SystemPackage

/// Copies one direction of a terminal without ever waiting for one end while the other has something to say.
struct ByteRelay {
    let source: FileDescriptor
    let destination: FileDescriptor
    private var pending: ArraySlice<UInt8> = []
    private(set) var sourceEnded = false

    init(from source: FileDescriptor, to destination: FileDescriptor) {
        self.source = source
        self.destination = destination
    }

    var wantsToRead: Bool { !sourceEnded && pending.isEmpty }
    var wantsToWrite: Bool { !pending.isEmpty }

    /// Called where poll(2) says that there is something; a terminal whose other side is gone answers EIO.
    mutating func read() {
        let chunk = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            let read = Glibc.read(source.rawValue, buffer.baseAddress, buffer.count)
            if read == 0 || (read < 0 && errno != EAGAIN && errno != EINTR) { sourceEnded = true }
            count = max(0, read)
        }
        pending = chunk[...]
    }

    /// What nobody takes any more is dropped: a closed standard output does not stop the container.
    mutating func write() {
        let written = pending.withUnsafeBytes { Glibc.write(destination.rawValue, $0.baseAddress, $0.count) }
        if written >= 0 {
            pending = pending.dropFirst(written)
        } else if errno != EAGAIN && errno != EINTR {
            pending = []
        }
    }

    /// All that is left, once nobody writes any more.
    mutating func drain() {
        while true {
            while wantsToWrite { write() }
            if sourceEnded { return }
            var polled = pollfd(fd: source.rawValue, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, 0) > 0 else { return }
            read()
        }
    }
}
