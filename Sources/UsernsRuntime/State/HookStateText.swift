import RuntimeSpec

/// What hooks get on their standard input. Spec: runtime.md, "State".
enum HookStateText {
    static func text(id: String, status: String, pid: Int32?, bundle: String, annotations: [String: String]) -> String {
        var state = HookState()
        state.id = id
        state.status = status
        state.pid = pid
        state.bundle = bundle
        state.annotations = annotations
        return state.encoded(pretty: false)
    }
}
