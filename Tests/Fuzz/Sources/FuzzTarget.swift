import CgroupControl
import IDMapping
import LinuxKernel
import RuntimeSpec

@testable import UsernsRuntime

/// A text that comes from a bundle, an image, an engine or the kernel, and what reads it.
enum FuzzTarget: String, CaseIterable {
    case config, process, resources, state, mountinfo, subid, idmap, user, annotations

    func read(_ bytes: UnsafeBufferPointer<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch self {
        case .config: ConfigReader.read(Array(bytes))
        case .process: ProcessReader.read(Array(bytes))
        case .resources: ResourcesReader.read(Array(bytes))
        case .state:
            answer { () throws(SpecError) in
                // What was written is read as what it was.
                let state = try SavedState.decode(Array(bytes))
                let again = try SavedState.decode(Array(state.encoded(pretty: false).utf8))
                precondition(again == state, "\(state)")
            }
            answer { () throws(SpecError) in
                let process = try SavedProcess.decode(Array(bytes))
                let again = try SavedProcess.decode(Array(process.encoded(pretty: false).utf8))
                precondition(again == process, "\(process)")
            }
        case .mountinfo:
            let halves = text.split(separator: "\0", maxSplits: 1).map(String.init)
            let hierarchies = CgroupHierarchies.find(
                mounts: MountInfo.parse(halves.first ?? ""), memberships: CgroupMembership.parse(halves.count > 1 ? halves[1] : "0::/user/a\n"))
            for hierarchy in hierarchies.hierarchies { _ = hierarchy.directory(of: "/user/a") }
        case .subid:
            _ = SubordinateRanges(fileText: text, name: "alice", uid: 1000)
            answer { () throws(IDMapError) in _ = try SubordinateRanges(getsubidsOutput: text) }
        case .idmap:
            answer { () throws(IDMapError) in
                let own = try IDMap(procText: text, kind: .uid)
                _ = try own.placed(within: own)
            }
        case .user:
            var request = ExecRequest(id: "c", arguments: ["true"])
            request.user = text
            answer { () throws(RuntimeError) in _ = try ExecProcessDescription(request, container: RuntimeSpec.Process()) }
            _ = UserDatabase.parse(text, uid: 1000)
        case .annotations: AnnotationReader.read(text)
        }
    }
}

/// An error is as good as a value.
func answer<Failure: Error>(_ read: () throws(Failure) -> Void) {
    do throws(Failure) { try read() } catch {}
}
