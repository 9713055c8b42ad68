import LinuxKernel
import SystemPackage

/// Who gets the terminal of a process, by the rules of `-d`.
enum ConsoleDestination {
    /// The process has none.
    case none
    /// The person's own terminal: copied to and fro while `run` or `exec` waits.
    case foreground
    /// An engine waits for it.
    case socket(SharedDescriptor)

    init(terminal: Bool, detach: Bool, socket: String?) throws(RuntimeError) {
        if let socket {
            guard terminal && detach else {
                throw RuntimeError(
                    "--console-socket: cannot be used where runc does not detach, or the process has no terminal",
                    hint: "set process.terminal (exec: --tty) and --detach, or leave out --console-socket")
            }
            do throws(KernelError) { self = .socket(SharedDescriptor(try MessageSocket.connectStream(to: socket))) } catch {
                throw RuntimeError("--console-socket \(socket)", error)
            }
        } else if terminal && detach {
            throw RuntimeError(
                "cannot allocate a terminal where runc detaches and no --console-socket is given",
                hint: "give --console-socket, or set process.terminal to false")
        } else {
            self = terminal ? .foreground : .none
        }
    }

    private static let missing = RuntimeError("the container's process sent no terminal")

    /// Hands the controlling side over, or gives it back for the foreground.
    func deliver(_ terminal: consuming OwnedDescriptor?) throws(RuntimeError) -> OwnedDescriptor? {
        switch self {
        case .none: return nil
        case .foreground:
            guard let terminal else { throw Self.missing }
            // Before the process runs: it may ask for its size at once.
            do throws(KernelError) { try Foreground.prepare(terminal) } catch { throw RuntimeError("the container's terminal", error) }
            return terminal
        case .socket(let socket):
            guard let terminal else { throw Self.missing }
            do throws(KernelError) { try MessageSocket.send(Array("/dev/ptmx".utf8), passing: terminal, over: socket) } catch {
                throw RuntimeError("--console-socket", error)
            }
            return nil
        }
    }
}
