import Testing

@testable import CommandLineInterface
@testable import UsernsRuntime

@Suite struct ContainerTableTests {
    @Test func noContainer() {
        #expect(
            ContainerTable.rendered([])
                == "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n")
    }

    @Test func columnsAreAsWideAsTheirWidestCell() {
        let containers = [
            ContainerListing(
                id: "a", pid: 7, status: "running", bundle: "/srv/bundle", created: "2026-01-31T23:59:59Z", owner: "root"),
            ContainerListing(
                id: "a-much-longer-id", pid: 0, status: "stopped", bundle: "/b", created: "2026-01-31T23:59:59.5Z", owner: "#1000"),
        ]
        #expect(
            ContainerTable.rendered(containers) == """
                ID                 PID         STATUS      BUNDLE        CREATED                  OWNER
                a                  7           running     /srv/bundle   2026-01-31T23:59:59Z     root
                a-much-longer-id   0           stopped     /b            2026-01-31T23:59:59.5Z   #1000

                """)
    }
}
