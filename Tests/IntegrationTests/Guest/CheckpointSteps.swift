import Foundation
import Testing

/// The steps of the tests that save and restore.
extension Bundle {
    /// A line of a shell that tells the number in `i` to the host, all at once: a checkpoint may come at any moment. A link, for
    /// CRIU restores nothing that had a file open which is no longer there, as after an earlier restore of the same image.
    static let tellCount = "ln -sf $i /tmp/new; mv /tmp/new /tmp/count"
    /// Counts for ever.
    static let counting = "i=0; while :; do i=$((i+1)); \(tellCount); sleep 0.1; done"

    /// As a link or, from who does not fork for it, in a file.
    func count() throws -> Int {
        let path = "\(rootfs)/tmp/count"
        let text = try (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? read(path)
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    /// Waits until the container has counted on, and returns how far.
    func waitForCount(above number: Int) throws -> Int {
        var last = number
        guard eventually(withinSeconds: 60, {
            last = (try? count()) ?? 0
            return last > number
        }) else { throw HarnessError("the count stays at \(last)") }
        return last
    }

    func checkpoint(_ options: String..., image: String = "image", parent: String? = nil) throws {
        try checkpoint(options: options, image: image, parent: parent)
    }

    func checkpoint(options: [String], image: String, parent: String?) throws {
        let arguments = ["checkpoint", "--image-path", "\(directory)/\(image)"] + (parent.map { ["--parent-path", $0] } ?? []) + options
        let result = try runtimeCommand(arguments + [id]).run()
        try #require(result.succeeded, "\(result)")
    }

    func restore(_ options: String..., id: String? = nil, image: String = "image") throws {
        let result = try runtimeCommand(["restore", "--detach", "--image-path", "\(directory)/\(image)"] + options + [id ?? self.id]).run()
        try #require(result.succeeded, "\(result)")
    }

    /// What the images of memory take on the disk.
    func pageBytes(_ image: String) throws -> Int {
        let path = "\(directory)/\(image)"
        return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix("pages-") }.reduce(0) {
            var status = stat()
            guard stat("\(path)/\($1)", &status) == 0 else { throw HarnessError("no \($1)") }
            return $0 + Int(status.st_blocks) * 512
        }
    }

    /// Copies the workload of Tests/Workload in, and makes it the container's process.
    func setWorkload(_ arguments: String...) throws {
        guard let program = ProcessInfo.processInfo.environment["RUNC_TEST_WORKLOAD"] else { throw HarnessError("RUNC_TEST_WORKLOAD is not set") }
        try PlainCommand.run(["install", "-m", "0755", program, "\(rootfs)/bin/workload"])
        try edit { $0.setArguments(["workload"] + arguments) }
    }

    func startDetached() throws {
        let result = try runtimeCommand(["run", "--detach", id]).run()
        try #require(result.succeeded, "\(result)")
    }

    /// Waits for the next round, and that none of what the workload looks at was lost.
    @discardableResult
    func requireProgress(above number: Int) throws -> Int {
        let failure = "\(rootfs)/tmp/failure"
        do { return try waitForCount(above: number) } catch {
            throw FileManager.default.fileExists(atPath: failure) ? HarnessError("the workload has lost: \(try read(failure))") : error
        }
    }
}
