import ArgumentParser

/// What `run` and `restore` share.
struct DetachOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: .flag("Return when the container's process has been started."))
    var detach = false

    @Flag(help: .flag("Don't become the parent of the processes that the container leaves behind."))
    var noSubreaper = false
}
