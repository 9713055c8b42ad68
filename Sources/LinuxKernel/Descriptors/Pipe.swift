import CLinux
import Glibc
import SystemPackage

/// A pipe whose ends are CLOEXEC, each closed on its own or with the pipe. Man: pipe2(2).
public final class Pipe {
    public private(set) var readEnd: FileDescriptor
    public private(set) var writeEnd: FileDescriptor

    public init() throws(KernelError) {
        var fds: [Int32] = [-1, -1]
        try check(.pipe2, cl_pipe2(&fds, cl_O_CLOEXEC))
        readEnd = FileDescriptor(rawValue: fds[0])
        writeEnd = FileDescriptor(rawValue: fds[1])
    }

    deinit {
        closeReadEnd()
        closeWriteEnd()
    }

    public func closeReadEnd() { Self.close(&readEnd) }
    public func closeWriteEnd() { Self.close(&writeEnd) }

    private static func close(_ end: inout FileDescriptor) {
        if end.rawValue >= 0 { Glibc.close(end.rawValue) }
        end = FileDescriptor(rawValue: -1)
    }
}
