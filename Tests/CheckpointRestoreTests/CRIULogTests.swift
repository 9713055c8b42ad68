import Testing

@testable import CheckpointRestore

struct CRIULogTests {
    private static let cases: [(String, String?)] = [
        ("", nil),
        ("\n\n", nil),
        ("(00.000031) Version: 3.17.1\n(00.000040) Running on host\n", "Running on host"),
        ("(00.1) Error (criu/mount.c:7): mnt: why\n(00.2) Unlock network\n", "Error (criu/mount.c:7): mnt: why"),
        ("(00.10)      1: Error (criu/files.c:2): gone\n(00.11) Error (criu/cr-restore.c:1): failed\n", "Error (criu/files.c:2): gone; Error (criu/cr-restore.c:1): failed"),
        ("(00.1)     42: done\n", "done"),
        ("(not a time) text\n", "(not a time) text"),
        ("Error (criu/vdso.c:381): vdso: odd\n", "Error (criu/vdso.c:381): vdso: odd"),
        (String(repeating: "(0.1) Error (x): a\n", count: 9), "Error (x): a; Error (x): a; Error (x): a; Error (x): a"),
    ]

    @Test(arguments: cases)
    func theLastErrorsAreTold(_ text: String, _ expected: String?) {
        #expect(CRIULog.excerpt(of: text) == expected)
    }
}
