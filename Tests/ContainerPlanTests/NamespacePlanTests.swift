import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerPlan

@Suite struct NamespacePlanTests {
    enum Wish: CaseIterable { case none, new, joined }

    private static let path = "/proc/7/ns/x"

    private func plan(_ wishes: [(NamespaceType, Wish)], _ change: (inout Linux) -> Void = { _ in }) throws(PlanError) -> NamespacePlan {
        var linux = Linux()
        for (type, wish) in wishes {
            switch wish {
            case .none: continue
            case .new: linux.namespaces.append(Namespace(type))
            case .joined: linux.namespaces.append(Namespace(type, path: Self.path))
            }
        }
        change(&linux)
        return try NamespacePlan(linux)
    }

    /// Every kind but the user namespace × none, new, joined × user namespace none, new, joined.
    @Test(arguments: NamespaceType.allCases.filter { $0 != .user }, Wish.allCases)
    func routes(_ type: NamespaceType, _ wish: Wish) throws {
        for user in Wish.allCases {
            let plan = try plan([(type, wish), (.user, user)])
            let expected: NamespacePlan.Route =
                switch (user, wish) {
                case (.joined, _): .intermediate
                case (_, .none): .direct
                case (.none, .joined): type == .pid ? .intermediate : .direct
                case (.none, .new), (.new, .new): .direct
                case (.new, .joined): .intermediate
                }
            #expect(plan.route == expected, "\(type) \(wish), user \(user)")

            let kind = type.kind
            #expect(plan.userNamespace == (user == .none ? .none : user == .new ? .new : .joined(path: Self.path)))
            #expect(plan.created == (wish == .new && kind != .cgroup ? [kind] : []))
            #expect(plan.createsCgroupNamespace == (wish == .new && kind == .cgroup))
            #expect(plan.joins == (wish == .joined ? [.init(kind, path: Self.path)] : []))
            #expect(plan.own == Set((wish == .none ? [] : [kind]) + (user == .none ? [] : [.user])))
            #expect(plan.isNew(kind) == (wish == .new))
            #expect(plan.isNew(.user) == (user == .new))
            let flags = (wish == .new && kind != .cgroup ? kind.flag : 0) | (user == .new && expected == .direct ? NamespaceKind.user.flag : 0)
            #expect(plan.cloneFlags == flags)
        }
    }

    @Test func allNewIsOneClone() throws {
        let plan = try plan(NamespaceType.allCases.map { ($0, .new) })
        #expect(plan.route == .direct)
        // All but CLONE_NEWCGROUP.
        #expect(plan.cloneFlags == 0x1000_0000 | 0x2_0000 | 0x2000_0000 | 0x4000_0000 | 0x800_0000 | 0x400_0000 | 0x80)
        #expect(plan.own == Set(NamespaceKind.allCases))
    }

    @Test func theMountNamespaceIsJoinedLastAndThePIDNamespaceBefore() throws {
        let plan = try plan([(.mount, .joined), (.pid, .joined), (.network, .joined), (.time, .joined), (.cgroup, .joined)])
        #expect(plan.joins.map(\.kind).suffix(2) == [.pid, .mount])
        #expect(Set(plan.joins.map(\.kind)) == [.mount, .pid, .network, .time, .cgroup])
    }

    @Test func offsetsAreWrittenByAnIntermediate() throws {
        let plan = try plan([(.time, .new), (.pid, .new)]) { linux in
            linux.timeOffsets["monotonic"] = TimeOffset()
            linux.timeOffsets["boottime"] = TimeOffset()
            linux.timeOffsets["boottime"]?.secs = -5
            linux.timeOffsets["boottime"]?.nanosecs = 7
        }
        #expect(plan.route == .intermediate)
        #expect(plan.timeOffsets == "boottime -5 7\nmonotonic 0 0\n")
        #expect(plan.cloneFlags == NamespaceKind.pid.flag)
        #expect(plan.isNew(.time))
    }

    @Test(arguments: [Wish.none, .joined])
    func offsetsNeedANewTimeNamespace(_ time: Wish) {
        let error = #expect(throws: PlanError.self) { try plan([(.time, time)]) { $0.timeOffsets["boottime"] = TimeOffset() } }
        #expect(error?.message.hasPrefix("linux.timeOffsets") == true && error?.hint != nil)
    }

    @Test func anEmptyPathIsNone() throws {
        let plan = try plan([]) { $0.namespaces = [Namespace(.ipc, path: ""), Namespace(.user, path: "")] }
        #expect(plan.created == [.ipc] && plan.userNamespace == .new)
    }

    @Test func withoutAnyNothingIsDone() throws {
        let plan = try plan([])
        #expect(plan.route == .direct && plan.cloneFlags == 0 && plan.own.isEmpty && plan.joins.isEmpty)
    }
}
