import Testing

extension IntegrationTests {
    /// What has to be seen on more than one cgroup hierarchy, or with systemd, or CRIU: `make test-vm` runs these suites again in
    /// its guest, on v2 and on v1. A test that the host lacks something for is skipped on the host; .ci/run fails where it ran nowhere.
    @Suite enum GuestTests {}
}
