import CHarness
import Foundation
import Testing

extension IntegrationTests {
    /// Each system call of a command fails once in each way, or is the last before somebody is killed: the command ends in
    /// time, with a word about it or with success, and a forced delete leaves nothing.
    @Suite struct FaultTests {
        enum Subcommand: String, CaseIterable { case create, start, run, exec, delete }

        /// Of all pairs of a call and a fault one of so many is tried (a prime, so that every fault meets other calls): `make
        /// faults` tries each.
        private static let stride = Int(ProcessInfo.processInfo.environment["RUNC_TEST_FAULT_STRIDE"] ?? "") ?? 97
        private static let errors = [EPERM, ENOSYS, ENOMEM, ENOSPC, EINTR, EMFILE].map(Fault.Kind.error)

        /// What the tracer answers for a command that it has ended.
        private static let hanging: Int32 = 124

        @Test(arguments: [Identity.root, .oneID], Subcommand.allCases)
        func aCallThatFailsIsAnErrorOrMadeUpFor(_ identity: Identity, _ subcommand: Subcommand) throws {
            try forEachFault(identity, subcommand, Self.errors, stride: Self.stride) { what, result in
                #expect(result.status != Self.hanging, "\(what)")
                if !result.succeeded { #expect(Self.tellsWhy(result), "\(what)") }
            }
        }

        @Test(arguments: [Identity.root, .oneID], Subcommand.allCases)
        func whoIsKilledAfterACallLeavesNothing(_ identity: Identity, _ subcommand: Subcommand) throws {
            try forEachFault(identity, subcommand, [.killsRuntime, .killsCaller], stride: max(1, Self.stride / 3)) { what, result in
                #expect(result.status != Self.hanging, "\(what)")
            }
        }

        /// The Swift runtime reads /proc/self/exe before there is a main, and aborts by itself where it cannot.
        private static func tellsWhy(_ result: CommandResult) -> Bool {
            if result.status == 128 + SIGABRT { return result.errors == ["Unable to obtain Swift runtime path"] }
            return result.errors.contains { $0.hasPrefix("runc: ") && $0.contains(": ", after: "runc: ") }
        }

        private func forEachFault(
            _ identity: Identity, _ subcommand: Subcommand, _ kinds: [Fault.Kind], stride: Int,
            _ check: (_ what: String, CommandResult) throws -> Void
        ) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { config in
                    config.setArguments(["true"])
                    config["linux.maskedPaths"] = ["/proc/kcore", "/sys/firmware"]
                    config["linux.readonlyPaths"] = ["/proc/sys"]
                }
                let none = try Fault(0, kinds[0])
                let undisturbed = try perform(bundle, subcommand, none)
                try #require(undisturbed.succeeded, "\(undisturbed)")
                try requireNothingLeft(bundle, "\(undisturbed)")
                let calls = Int(try none.report().total)
                try #require(calls > 50)

                for index in Swift.stride(from: 0, to: calls * kinds.count, by: stride) {
                    let fault = try Fault(UInt32(1 + index / kinds.count), kinds[index % kinds.count])
                    let result = try perform(bundle, subcommand, fault)
                    let report = try fault.report()
                    let what = "\(subcommand.rawValue): call \(fault.number) of \(calls), number \(report.call): \(fault.kind): \(result)"
                    if report.met != 0 { try check(what, result) }
                    let list = try bundle.runc("list", "-q")
                    #expect(list.succeeded, "\(what): \(list)")
                    try requireNothingLeft(bundle, what)
                }
            }
        }

        /// The command with its fault, on what it needs to find.
        private func perform(_ bundle: Bundle, _ subcommand: Subcommand, _ fault: Fault) throws -> CommandResult {
            var arguments = [subcommand.rawValue, bundle.id]
            switch subcommand {
            case .create, .run: break
            case .start: try bundle.create()
            case .exec, .delete:
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                let running = try bundle.runtimeCommand(["run", "--detach", bundle.id]).run()
                try #require(running.succeeded, "\(running)")
                arguments = subcommand == .exec ? ["exec", bundle.id, "true"] : ["delete", "--force", bundle.id]
            }
            var command = try bundle.runtimeCommand(arguments)
            command.fault = fault
            return try command.run()
        }

        private func requireNothingLeft(_ bundle: Bundle, _ what: String) throws {
            let deleted = try bundle.runc("delete", "--force", bundle.id)
            try #require(deleted.succeeded, "\(what): \(deleted)")
            let left = try Leftovers(of: bundle).afterAWhile()
            try #require(left.isEmpty, "\(what): \(left)")
        }

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

extension String {
    /// Whether `text` comes again after a prefix.
    fileprivate func contains(_ text: String, after prefix: String) -> Bool { dropFirst(prefix.count).contains(text) }
}
