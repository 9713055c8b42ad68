/// The commands' names, in the order in which help lists them.
enum CommandName: String, CaseIterable {
    case create, run, start, state, list, kill, delete, exec, ps, pause, resume, events, update, spec, features
    case checkpoint, restore

    /// By going through them: what `init(rawValue:)` makes ready for its search takes longer, and is used once.
    static func named(_ name: String) -> CommandName? { allCases.first { $0.rawValue == name } }

    // A switch, not a table: a table of types makes the runtime prepare each of them, and one is needed.
    var command: any RuntimeCommand.Type {
        switch self {
        case .create: CreateCommand.self
        case .run: RunCommand.self
        case .start: StartCommand.self
        case .state: StateCommand.self
        case .list: ListCommand.self
        case .kill: KillCommand.self
        case .delete: DeleteCommand.self
        case .exec: ExecCommand.self
        case .ps: PsCommand.self
        case .pause: PauseCommand.self
        case .resume: ResumeCommand.self
        case .events: EventsCommand.self
        case .update: UpdateCommand.self
        case .spec: SpecCommand.self
        case .features: FeaturesCommand.self
        case .checkpoint: CheckpointCommand.self
        case .restore: RestoreCommand.self
        }
    }
}

extension CommandName {
    /// Whether a command line may be one that puts a process into a container. Told before it is parsed, so it may say
    /// yes too often: a container may be called `run`.
    static func mayStartProcess(_ arguments: [String]) -> Bool {
        arguments.dropFirst().contains { CommandName.named($0)?.startsProcess ?? false }
    }

    private var startsProcess: Bool {
        switch self {
        case .create, .run, .exec, .restore: true
        default: false
        }
    }
}
