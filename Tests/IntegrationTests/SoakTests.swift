import Foundation
import Testing

extension IntegrationTests {
    /// A container's whole life again and again, several at a time: nothing may be more afterwards.
    @Suite struct SoakTests {
        /// `RUNC_TEST_SOAK_CYCLES`: how many lives.
        private static let cycles = Int(ProcessInfo.processInfo.environment["RUNC_TEST_SOAK_CYCLES"] ?? "") ?? 40
        private static let atOnce = 4
        /// A leak shows each time; what the machine does besides, which can be more than a leak of few cycles, does not.
        private static let attempts = 4

        /// Arguments: the container's id, how many cycles, the runtime's command line.
        private static let lane = """
            set -e
            id=$1 cycles=$2
            shift 2
            while [ "$cycles" -gt 0 ]; do
                cycles=$((cycles - 1))
                "$@" create "$id"
                "$@" start "$id"
                "$@" exec "$id" true
                "$@" kill "$id" KILL
                until "$@" state "$id" | grep -q '"stopped"'; do sleep 0.01; done
                "$@" delete "$id"
            done
            """

        @Test(arguments: [Identity.root, .oneID])
        func nothingGrows(_ identity: Identity) throws {
            try withBundle(identity) { bundle in
                try bundle.edit { $0.setArguments(["sleep", "1000"]) }
                // The first ones fill the kernel's caches.
                try live(bundle, cycles: 2)
                let files = try Self.files(of: bundle)
                var growth: [[String]] = []
                // In the first turn the kernel also frees what others have left, which can be more than these leave.
                while growth.count < 2 || (growth.count < Self.attempts && growth.last?.isEmpty == false) {
                    growth.append(try growthOfCycles(bundle))
                    #expect(try Self.files(of: bundle) == files)
                }
                #expect(growth.last?.isEmpty == true, "\(growth)")
            }
        }

        /// What is more after them than before, for as long as it is waited for: the kernel frees what a cgroup and a namespace had when
        /// it comes to it.
        private func growthOfCycles(_ bundle: Bundle) throws -> [String] {
            let before = try Self.settledUse(of: bundle)
            try live(bundle, cycles: Self.cycles / Self.atOnce)
            let left = try Leftovers(of: bundle).afterAWhile()
            #expect(left.isEmpty)
            var after = before
            _ = try eventually(withinSeconds: 15) {
                after = try KernelUse(uid: bundle.identity.hostUID)
                return after.growth(since: before, cycles: Self.cycles).isEmpty
            }
            print("\(Self.cycles) cycles as \(bundle.identity.rawValue): \(left.count) left; before: \(before); after: \(after)")
            return after.growth(since: before, cycles: Self.cycles)
        }

        /// What is still being freed would hide what comes.
        private static func settledUse(of bundle: Bundle) throws -> KernelUse {
            var use = try KernelUse(uid: bundle.identity.hostUID)
            _ = try eventually(withinSeconds: 5) {
                usleep(200_000)
                let last = use
                use = try KernelUse(uid: bundle.identity.hostUID)
                return use.cgroups >= last.cgroups && use.files >= last.files && use.keys >= last.keys
            }
            return use
        }

        private func live(_ bundle: Bundle, cycles: Int) throws {
            let lanes = try (0..<Self.atOnce).map { _ in
                try bundle.runtimeCommand([], through: ["sh", "-c", Self.lane, "lane", bundle.anotherID(), "\(cycles)"]).start()
            }
            for lane in lanes {
                let result = try lane.wait(limitSeconds: 90 + 2 * Double(cycles * Self.atOnce))
                try #require(result.succeeded, "\(result)")
            }
        }

        /// All that is below the bundle's directory: configuration, root, state.
        private static func files(of bundle: Bundle) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: bundle.directory).sorted()
        }
    }
}
