import CHarness
import Foundation

/// Removes whatever a test process has put on the machine, also where that process was killed.
///
/// A shell in a session of its own waits for end-of-file on a pipe whose only other end the test process holds.
final class Janitor: Sendable {
    private let pipe: Int32
    private let process: pid_t

    /// Kills by pid only what carries the test process's mark: in its environment, or in its mount table.
    private static let script = """
        owner=$1
        base=/tmp/runc-itest-$owner
        [ "$2" = now ] || read -r _
        round=0
        while [ $round -lt 20 ]; do
            found=
            for process in /proc/[0-9]*; do
                pid=${process#/proc/}
                [ "$pid" = $$ ] && continue
                [ "$pid" = "$owner" ] && continue
                if grep -qsz "^RUNC_ITEST=$owner-" $process/environ || grep -qs "$base/" $process/mountinfo; then
                    if [ $process/ns/mnt -ef /proc/$$/ns/mnt ] && ! grep -qsz "^RUNC_ITEST=$owner-" $process/environ; then continue; fi
                    kill -KILL "$pid" 2>/dev/null && found=1
                fi
            done
            [ -z "$found" ] && break
            round=$((round + 1))
            sleep 0.1
        done
        while mount=$(grep -o " $base/[^ ]* " /proc/self/mountinfo | tail -n 1) && [ -n "$mount" ]; do
            umount -l $mount || break
        done
        find /sys/fs/cgroup -depth -type d -path "*it-$owner-*" 2>/dev/null | while read -r cgroup; do rmdir "$cgroup"; done
        for name in rit$owner rit${owner}b rit${owner}m; do
            if [ -e "/var/lib/systemd/linger/$name" ]; then
                loginctl disable-linger $name
                systemctl stop "user@$(id -u $name).service"
            fi
            if grep -q "^$name:" /etc/passwd; then userdel "$name" 2>/dev/null || { sleep 1; userdel -f "$name"; }; fi
        done
        rm -rf --one-file-system "$base"
        """

    init(testProcess: pid_t) throws {
        var ends: [Int32] = [-1, -1]
        guard ch_pipe(&ends) == 0 else { throw HarnessError("no pipe for the janitor") }
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        process = try Command.spawn(
            ["/bin/sh", "-c", Self.script, "janitor", "\(testProcess)"],
            environment: ["PATH": PlainCommand.path, "LC_ALL": "C"], descriptors: [ends[0], nowhere, nowhere])
        close(nowhere)
        close(ends[0])
        pipe = ends[1]
        Self.atExit = (pipe, process)
        // So that all is gone when the test process is.
        atexit {
            guard let (pipe, process) = Janitor.atExit else { return }
            close(pipe)
            var status: Int32 = 0
            waitpid(process, &status, 0)
        }
    }

    nonisolated(unsafe) private static var atExit: (pipe: Int32, process: pid_t)?

    /// Cleans up after test processes that are no more and whose janitor is not either.
    static func sweep() throws {
        var owners = Set<pid_t>()
        for name in try FileManager.default.contentsOfDirectory(atPath: "/tmp") where name.hasPrefix("runc-itest-") {
            if let owner = pid_t(name.dropFirst("runc-itest-".count)) { owners.insert(owner) }
        }
        for line in try String(contentsOfFile: "/etc/passwd", encoding: .utf8).split(separator: "\n") {
            let name = line.prefix { $0 != ":" }
            if name.hasPrefix("rit"), let owner = pid_t(name.dropFirst(3).prefix { $0.isNumber }) { owners.insert(owner) }
        }
        for owner in owners where kill(owner, 0) != 0 {
            try PlainCommand.run(["/bin/sh", "-c", script, "janitor", "\(owner)", "now"])
        }
    }
}
