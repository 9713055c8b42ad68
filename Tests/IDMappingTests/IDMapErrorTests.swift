import Testing

@testable import IDMapping

/// The words: each names the field or file and the id, and says what to do where something can be done.
@Suite struct IDMapErrorTests {
    @Test(arguments: [
        (.empty(.gid), "linux.gidMappings has no entry", nil),
        (.zeroSize(.uid, index: 2), "linux.uidMappings[2].size is 0", nil),
        (.pastLastID(.uid, index: 0, .hostID), "linux.uidMappings[0]: hostID + size passes the last uid, 4294967294", nil),
        (.overlap(.gid, index: 2, with: 0, .containerID, id: 7),
            "linux.gidMappings[2] and [0] overlap: both have containerID 7", nil),
        (.containerIDNotMapped(.gid, containerID: 5, field: "mounts[1] gid="),
            "mounts[1] gid=: gid 5 is not mapped by linux.gidMappings",
            "add it to linux.gidMappings, or use an id that is there"),
        (.noneGranted(.uid, user: "alice"), "no range for alice in /etc/subuid",
            "as root: usermod --add-subuids 100000-165535 alice"),
        (.notGranted(.gid, user: "alice", range: line(1, 90, 10), firstMissing: 95, granted: granted()),
            "linux.gidMappings: 90-99 is not granted to alice in /etc/subgid: 95 is missing",
            "as root: usermod --add-subgids 100000-165535 alice"),
        // Never the advice to grant what was asked for: it may be root's own id.
        (.notGranted(.uid, user: "alice", range: line(1, 0, 1), firstMissing: 0, granted: granted((10, 5), (20, 1))),
            "linux.uidMappings: 0 is not granted to alice in /etc/subuid", "alice has 10-14, 20"),
        (.helperMissing(.uid),
            "linux.uidMappings maps more than the caller's own uid, which takes newuidmap, and that is not in PATH",
            "apt install uidmap, or map only your own uid"),
        (.helperUnprivileged(.gid, path: "/usr/bin/newgidmap"),
            "/usr/bin/newgidmap has no privilege to write gid_map: it has neither its setuid bit (with owner root) nor the"
                + " file capability CAP_SETGID",
            "as root: chmod u+s /usr/bin/newgidmap; or apt install --reinstall uidmap; or map only your own gid"),
    ] as [(IDMapError, String, String?)])
    func words(_ error: IDMapError, _ message: String, _ hint: String?) {
        #expect(error.message == message)
        #expect(error.hint == hint)
    }

    /// A hint on each refusal that a person without privileges meets with a map that is well formed.
    @Test(arguments: [
        .tooManyRanges(.uid, count: 341), .textTooLong(.uid, bytes: 4096), .setgroupsDenied(gid: 4),
        .hostIDNotOurs(.uid, hostID: 4), .hostRootNeedsCapSetFCap, .helperOnNosuidMount(.uid, path: "/mnt/newuidmap"),
        .noNewPrivileges(.uid), .callerUnknown(.uid, uid: 4), .callerInOtherGroup(.uid, realGID: 4, primaryGID: 5),
    ] as [IDMapError])
    func hasHint(_ error: IDMapError) {
        #expect(error.hint?.isEmpty == false)
        #expect(!error.message.isEmpty && !error.message.contains("\n"))
    }
}
