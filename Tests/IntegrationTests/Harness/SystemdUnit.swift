/// What systemd says of a bundle's container.
extension Bundle {
    func savedState() throws -> JSONValue { try JSONValue(parsing: read("\(stateRoot)/\(id)/state.json")) }

    /// The unit that the container is in.
    func unit() throws -> String {
        guard let unit = try savedState()["config.cgroups.unit"]?.string else { throw HarnessError("no unit in the state of \(id)") }
        return unit
    }

    /// Of the manager that the bundle's identity has.
    func systemctl(_ arguments: String...) throws -> CommandResult {
        try command(["systemctl"] + (identity == .root ? [] : ["--user"]) + arguments).run()
    }
}
