// in-process ROOT BUNDLE IMAGE ID ANSWERS: a container's life by calls of one `Runtime`, where the command line makes a process
// of each. The file ANSWERS gets the step and, on the next line, what `state` says then: the standard descriptors are the
// container's, too, and a file that has grown since the checkpoint is none that CRIU opens again.
import CheckpointRestore
import Glibc
import UsernsRuntime

/// Unbuffered: clones of ours must not have it to print, too.
func say(_ text: String, on descriptor: Int32) {
    let line = text + "\n"
    guard write(descriptor, line, line.utf8.count) == line.utf8.count else { exit(74) }
}

func fail(_ text: String) -> Never {
    say("in-process: \(text)", on: STDERR_FILENO)
    exit(1)
}

func live(_ runtime: borrowing Runtime, bundle: String, image: String, id: String, answers: Int32) throws(RuntimeError) {
    func tell(_ step: String) {
        let state: String
        do throws(RuntimeError) { state = try runtime.state(id: id).split(separator: "\n").joined() } catch { state = error.line }
        say(step, on: answers)
        say(state, on: answers)
    }
    let settings = ImageSettings(imagePath: image), create = CreateRequest(id: id, bundle: bundle)
    try runtime.create(create)
    tell("create")
    try runtime.start(id: id)
    tell("start")
    try runtime.pause(id: id)
    tell("pause")
    try runtime.resume(id: id)
    tell("resume")
    var checkpoint = CheckpointRequest(id: id, image: settings)
    checkpoint.dump.leavesRunning = true
    try runtime.checkpoint(checkpoint)
    tell("checkpoint --leave-running")
    checkpoint.dump.leavesRunning = false
    try runtime.checkpoint(checkpoint)
    tell("checkpoint")
    var restore = RestoreRequest(create: create, image: settings)
    restore.detach = true
    guard try runtime.restore(restore) == 0 else { fail("restore") }
    tell("restore")
    try runtime.checkpoint(checkpoint)
    tell("checkpoint")
    guard try runtime.restore(restore) == 0 else { fail("restore") }
    tell("restore")
    try runtime.delete(id: id, force: true)
    tell("delete --force")
}

let arguments = CommandLine.arguments.dropFirst().map { String($0) }
guard arguments.count == 5 else { fail("ROOT BUNDLE IMAGE ID ANSWERS are missing") }
let answers = open(arguments[4], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
guard answers >= 0 else { fail("\(arguments[4]) cannot be made") }
do throws(RuntimeError) {
    // Later, it would begin anew in the middle.
    try ExecutableProtection.protectAsRoot()
    let runtime = Runtime(
        GlobalRequest(root: arguments[0]), log: RuntimeLog(warning: { say("in-process: \($0)", on: STDERR_FILENO) }, debug: { _ in }))
    try live(runtime, bundle: arguments[1], image: arguments[2], id: arguments[3], answers: answers)
} catch { fail(error.line) }
