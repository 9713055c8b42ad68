import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// Each system call of a command fails once in each way, or is the last before somebody is killed: the command ends in
    /// time, with a word about it or with success, and a forced delete leaves nothing.
    @Suite struct FaultTests {
        enum Subcommand: String, CaseIterable { case create, start, run, exec, delete }

        /// What is made: each has steps, and messages between the runtime and init, that the others have not.
        enum Scene: String {
            case plain
            /// Hooks, volumes, a sysctl, a terminal, a filter with an agent.
            case furnished
            /// Subordinate ids, which newuidmap and newgidmap map.
            case ranges
            /// A process between the runtime and init: for a time namespace, and for root a PID namespace that is joined.
            case between
        }

        struct Row: Sendable, CustomTestStringConvertible {
            let identity: Identity, subcommand: Subcommand, scene: Scene

            init(_ identity: Identity, _ subcommand: Subcommand, _ scene: Scene) {
                (self.identity, self.subcommand, self.scene) = (identity, subcommand, scene)
            }

            var testDescription: String { "\(identity.rawValue), \(subcommand.rawValue), \(scene.rawValue)" }
        }

        /// `RUNC_TEST_FAULT_ROWS`: only rows whose description has this, so that one can be repeated.
        private static func chosen(_ rows: [Row]) -> [Row] {
            guard let part = ProcessInfo.processInfo.environment["RUNC_TEST_FAULT_ROWS"] else { return rows }
            return rows.filter { $0.testDescription.contains(part) }
        }

        private static let rows = chosen([Identity.root, .oneID].flatMap { identity in
            [Scene.plain, .furnished].flatMap { scene in Subcommand.allCases.map { Row(identity, $0, scene) } }
        } + [
            Row(.subordinateRanges, .create, .ranges), Row(.subordinateRanges, .run, .ranges), Row(.root, .create, .between), Row(.oneID, .run, .between),
        ])

        /// Every message that there is, with both ways to init.
        private static let talks = chosen([
            Row(.root, .create, .furnished), Row(.oneID, .exec, .furnished), Row(.oneID, .run, .between),
            Row(.subordinateRanges, .create, .ranges),
        ])

        /// Of all pairs of a call and a fault one of so many is tried (a prime, so that every fault meets other calls): `make
        /// faults` tries each.
        private static let stride = Int(ProcessInfo.processInfo.environment["RUNC_TEST_FAULT_STRIDE"] ?? "") ?? 503
        private static let errors = [EPERM, ENOSYS, ENOMEM, ENOSPC, EINTR, EMFILE].map(Fault.Kind.error)
        private static let kills = [Fault.Kind.killsRuntime, .killsCaller]

        /// What the tracer answers for a command that it has ended.
        private static let hanging: Int32 = 124

        @Test(.needs(.namespace("time")), arguments: Self.rows)
        func aCallThatFailsIsAnErrorOrMadeUpFor(_ row: Row) throws {
            try forEachFault(row, Self.errors, stride: Self.stride) { what, result in
                #expect(result.status != Self.hanging, "\(what)")
                if !result.succeeded { #expect(Self.tellsWhy(result), "\(what)") }
            }
        }

        /// The stride is odd, or only one of the two would ever be killed.
        @Test(.needs(.namespace("time")), arguments: Self.rows)
        func whoIsKilledAfterACallLeavesNothing(_ row: Row) throws {
            try forEachFault(row, Self.kills, stride: Self.stride / 3 | 1) { what, result in
                #expect(result.status != Self.hanging, "\(what)")
            }
        }

        /// Each end of each message of the protocol that Messages.swift draws, and each clone: who was killed then tells nobody of it.
        @Test(.needs(.namespace("time")), arguments: Self.talks)
        func whoIsKilledAtAMessageLeavesNothing(_ row: Row) throws {
            try forEachFault(row, Self.kills, ofMessages: true, stride: 1) { what, result in
                #expect(result.status != Self.hanging, "\(what)")
            }
        }

        /// The Swift runtime reads /proc/self/exe before there is a main, and aborts by itself where it cannot. All others say in
        /// their last line what failed, and how in the kernel's words, or in ours where the kernel's would tell nobody anything.
        private static func tellsWhy(_ result: CommandResult) -> Bool {
            if result.status == 128 + SIGABRT { return result.errors == ["Unable to obtain Swift runtime path"] }
            guard let line = result.errors.last, line.hasPrefix("runc: ") else { return false }
            let error = line.dropFirst("runc: ".count).split(separator: " (hint: ", maxSplits: 1)[0]
            return error.contains(": ") && (kernelTexts.contains { error.hasSuffix(": \($0)") } || ownTexts.contains { error.contains($0) })
        }

        /// As `Errno.text` has them.
        private static let kernelTexts = (1..<Int32(134)).map { number in
            let text = String(cString: strerror(number))
            return text.prefix(1).lowercased() + text.dropFirst()
        }

        /// Of a library that says no more.
        private static let ownTexts = ["libseccomp cannot generate the program"]

        private func forEachFault(
            _ row: Row, _ kinds: [Fault.Kind], ofMessages: Bool = false, stride: Int, _ check: (_ what: String, CommandResult) throws -> Void
        ) throws {
            try withBundle(row.identity) { bundle in
                let holder = row.scene == .between && row.identity == .root ? try Self.pidNamespace() : nil
                defer { holder?.signal(SIGKILL) }
                try furnish(bundle, row.scene, holder)
                let none = try Fault(0, kinds[0], ofMessages: ofMessages)
                let undisturbed = try perform(bundle, row, none)
                try #require(undisturbed.succeeded, "\(undisturbed)")
                try requireNothingLeft(bundle, "\(undisturbed)")
                let calls = Int(try none.report().total)
                try #require(ofMessages ? calls > 1 : calls > 50)

                // Not each row begins with the same call.
                let first = (Self.rows.firstIndex { $0.testDescription == row.testDescription } ?? 0) * 31 % stride
                for index in Swift.stride(from: first, to: calls * kinds.count, by: stride) {
                    let fault = try Fault(UInt32(1 + index / kinds.count), kinds[index % kinds.count], ofMessages: ofMessages)
                    let result = try perform(bundle, row, fault)
                    let report = try fault.report()
                    let what = "\(row.testDescription): call \(fault.number) of \(calls), number \(report.call): \(fault.kind): \(result)"
                    if report.call >= 0 { try check(what, result) }
                    let list = try bundle.runc("list", "-q")
                    #expect(list.succeeded, "\(what): \(list)")
                    try requireNothingLeft(bundle, what)
                }
            }
        }

        private func furnish(_ bundle: Bundle, _ scene: Scene, _ holder: RunningCommand?) throws {
            let source = try scene == .furnished ? bundle.makeSource() : ""
            try bundle.edit { config in
                config.setArguments(["true"])
                config["linux.maskedPaths"] = ["/proc/kcore", "/sys/firmware"]
                config["linux.readonlyPaths"] = ["/proc/sys"]
                switch scene {
                case .plain, .ranges: break
                case .furnished:
                    for kind in ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"] {
                        config.append(["path": "/bin/true"], to: "hooks.\(kind)")
                    }
                    config.addBind(source, to: "/mnt", ["rbind", "ro"])
                    config.addMount("/etc", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"])
                    config.setNamespace("network")
                    config["linux.sysctl"] = ["net.ipv4.ip_unprivileged_port_start": "0"]
                    config["process.terminal"] = true
                    // What no program here calls.
                    config["linux.seccomp"] = [
                        "defaultAction": "SCMP_ACT_ALLOW", "listenerPath": .string(Listeners.agent(bundle)),
                        "syscalls": [["names": ["acct"], "action": "SCMP_ACT_NOTIFY"]],
                    ]
                    config["root.readonly"] = true
                case .between:
                    config.setNamespace("time")
                    config["linux.timeOffsets"] = ["monotonic": ["secs": 7200]]
                }
            }
            guard let holder else { return }
            let target = try eventuallyChild(of: holder)
            try bundle.edit { $0.setNamespace("pid", path: "/proc/\(target)/ns/pid") }
        }

        /// A PID namespace whose first process reaps what is left to it.
        private static func pidNamespace() throws -> RunningCommand {
            try Command(
                arguments: ["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", "while :; do sleep 0.2; done"],
                environment: try Identity.root.environment(mark: "namespace")
            ).start()
        }

        private func eventuallyChild(of command: RunningCommand) throws -> pid_t {
            var child: pid_t?
            _ = try eventually {
                let children = try String(contentsOfFile: "/proc/\(command.pid)/task/\(command.pid)/children", encoding: .utf8)
                child = children.split(separator: " ").first.flatMap { pid_t($0) }
                return child != nil
            }
            return try #require(child)
        }

        /// Who takes the terminal and the filter's listener, and holds them.
        private struct Listeners {
            let console: DescriptorSocket, seccomp: DescriptorSocket

            static func agent(_ bundle: Bundle) -> String { "\(bundle.directory)/agent.sock" }

            init(_ bundle: Bundle) throws {
                for name in ["console.sock", "agent.sock"] { unlink("\(bundle.directory)/\(name)") }
                console = try DescriptorSocket(bundle, "console.sock")
                seccomp = try DescriptorSocket(bundle, "agent.sock")
            }
        }

        /// The command with its fault, on what it needs to find.
        private func perform(_ bundle: Bundle, _ row: Row, _ fault: Fault) throws -> CommandResult {
            let listeners = row.scene == .furnished ? try Listeners(bundle) : nil
            let console = listeners.map { ["--console-socket", $0.console.path] } ?? []
            var arguments: [String]
            switch row.subcommand {
            case .create: arguments = ["create"] + console + [bundle.id]
            case .run: arguments = ["run"] + (console.isEmpty ? [] : ["--detach"] + console) + [bundle.id]
            case .start:
                try bundle.create(options: console)
                arguments = ["start", bundle.id]
            case .exec, .delete:
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let running = try bundle.runtimeCommand(["run", "--detach"] + console + [bundle.id]).run()
                try #require(running.succeeded, "\(running)")
                arguments = ["delete", "--force", bundle.id]
                if row.subcommand == .exec { arguments = ["exec"] + (console.isEmpty ? [] : ["--tty", "--detach"] + console) + [bundle.id, "true"] }
            }
            var command = try bundle.runtimeCommand(arguments)
            command.fault = fault
            return try withExtendedLifetime(listeners) { try command.run() }
        }

        private func requireNothingLeft(_ bundle: Bundle, _ what: String) throws {
            let deleted = try bundle.runc("delete", "--force", bundle.id)
            try #require(deleted.succeeded, "\(what): \(deleted)")
            let left = try Leftovers(of: bundle).afterAWhile()
            try #require(left.isEmpty, "\(what): \(left)")
        }

        /// The next one does what is left to do, or says that it was done; and what runs is not taken for what waits.
        @Test(arguments: [Identity.root, .oneID])
        func aStartThatIsKilledHangsNoOther(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                func startKilled(after number: UInt32) throws -> Fault {
                    try bundle.create()
                    let fault = try Fault(number, .killsRuntime)
                    var command = try bundle.runtimeCommand(["start", bundle.id])
                    command.fault = fault
                    let result = try command.run()
                    try #require(result.status != Self.hanging, "\(result)")
                    return fault
                }
                let calls = try startKilled(after: 0).report().total
                try requireNothingLeft(bundle, "undisturbed")
                // The fifo is dealt with at the end.
                for number in calls - Self.lastCallsOfStart...calls {
                    _ = try startKilled(after: number)
                    let again = try bundle.runtimeCommand(["start", bundle.id]).start().wait(limitSeconds: 20)
                    #expect(again.succeeded || again.stderr.contains("already running"), "\(number) of \(calls): \(again)")
                    #expect(try bundle.status() == "running", "\(number) of \(calls)")
                    let refused = try bundle.runc("delete", bundle.id)
                    #expect(refused.status == 1 && refused.stderr.contains("running"), "\(number) of \(calls): \(refused)")
                    try requireNothingLeft(bundle, "\(number) of \(calls)")
                }
            }
        }

        private static let lastCallsOfStart: UInt32 = 24

        /// Every number of descriptors, from too few to enough.
        @Test(arguments: [Identity.root, .oneID], [Subcommand.create, .run])
        func tooFewDescriptorsAreAnErrorOrEnough(_ identity: Identity, _ subcommand: Subcommand) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["true"]) }
                var enough = 0, tooFew = 0
                for limit in 3...64 where enough < 2 {
                    var command = try bundle.runtimeCommand([subcommand.rawValue, bundle.id])
                    command.arguments = ["prlimit", "--nofile=\(limit):"] + command.arguments
                    let result = try command.run()
                    let isOurs = result.stderr.contains("runc: ")
                    if result.succeeded { enough += 1 } else { tooFew += isOurs ? 1 : 0 }
                    // What starts the runtime needs some as well.
                    #expect(result.succeeded || Self.tellsWhy(result) || (!isOurs && limit < 6), "\(limit): \(result)")
                    try requireNothingLeft(bundle, "\(limit) descriptors: \(result)")
                }
                #expect(enough == 2 && tooFew > 2)
            }
        }
    }
}
