import ArgumentParser

/// The help of an option says its kind of value and its default. ArgumentParser adds a default that the option's property
/// has; these say those that it can't know.
extension ArgumentHelp {
    /// An option whose property is nil or empty unless it is given.
    static func option(_ abstract: String, kind: String, default defaultText: String = "none") -> ArgumentHelp {
        ArgumentHelp("\(abstract) (default: \(defaultText))", valueName: kind)
    }

    static func flag(_ abstract: String) -> ArgumentHelp {
        ArgumentHelp("\(abstract) (default: off)")
    }
}

/// The help of what several commands have.
extension ArgumentHelp {
    static let containerID = ArgumentHelp("The container's id: letters, digits and _+-., at most 1,024.", valueName: "id")
    static let bundle = option("The bundle: the directory of config.json.", kind: "dir", default: "here")
    static let consoleSocket = option("Send the master of the container's terminal to this socket.", kind: "sock")
    static let pidfdSocket = option("Send the pidfd of the process to this socket.", kind: "sock")
    static let pidFile = option("Write the pid of the process to this file.", kind: "file")
    static let noPivot = flag("Don't use pivot_root: for a root file system on a ramdisk.")
    static let preserveFDs = option("Pass this many descriptors to the process, from 3 on.", kind: "n", default: "0")
    static let detach = flag("Return when the process has been started.")
    static let noSubreaper = flag("Don't become the parent of the processes that the container leaves behind.")
    static let listFormat = ArgumentHelp("Write the list in this format.", valueName: "format")
}
