import Testing

@testable import UsernsRuntime

@Suite struct UserDatabaseTests {
    private static let passwd = """
        root:x:0:0:root:/root:/bin/bash
        broken:x:1000
        :x:1001:1001::/:/bin/sh
        alice:x:1000:1005:Alice,,,:/home/alice:/bin/sh
        second:x:1000:1006::/home/second:/bin/sh
        """

    @Test(arguments: [(UInt32(0), "root", UInt32(0)), (1000, "alice", 1005)])
    func findsTheFirstWholeEntry(uid: UInt32, name: String, gid: UInt32) {
        #expect(UserDatabase.parse(Self.passwd, uid: uid) == UserDatabase.Entry(name: name, uid: uid, gid: gid))
    }

    @Test(arguments: [UInt32(1), 1001, .max])
    func findsNobodyElse(uid: UInt32) {
        #expect(UserDatabase.parse(Self.passwd, uid: uid) == nil)
    }
}
