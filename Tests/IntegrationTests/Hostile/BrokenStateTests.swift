import Foundation
import Testing

extension IntegrationTests {
    /// A state.json that is none: a full disk, or somebody's editor.
    @Suite struct BrokenStateTests {
        /// What cannot be read is named, hides no other container, and is removed with all that runs.
        @Test(arguments: Identity.allCases, ["", "{", "{}", "[]", "null"])
        func aBrokenStateIsRemovedByForce(_ identity: Identity, _ text: String) throws {
            try withBundle(identity) { bundle in
                try bundle.runDetached()
                let pid = try bundle.initPID()
                try bundle.write(text, to: "\(bundle.stateRoot)/\(bundle.id)/state.json", mode: 0o600)
                let list = try bundle.runc("list")
                #expect(list.succeeded && list.stderr.contains(bundle.id), "\(list)")
                #expect(try bundle.runc("state", bundle.id).status == 1)
                #expect(try bundle.runc("delete", bundle.id).status == 1)
                // Without a cgroup of its own nothing tells what ran.
                if identity != .root { kill(pid, SIGKILL) }
                let deleted = try bundle.runc("delete", "--force", bundle.id)
                #expect(deleted.succeeded, "\(deleted)")
            }
        }
    }
}
