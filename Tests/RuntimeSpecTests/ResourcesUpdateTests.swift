import RuntimeSpec
import Testing

@Suite struct ResourcesUpdateTests {
    @Test(arguments: [
        (#"{"memory":{"limit":1,"swap":2},"pids":{"limit":3}}"#, #"{"memory":{"limit":9},"cpu":{"shares":4}}"#, #"{"memory":{"limit":9,"swap":2},"cpu":{"shares":4},"pids":{"limit":3}}"#),
        (#"{"cpu":{"quota":1,"period":2,"cpus":"0"}}"#, #"{"cpu":{"quota":-1}}"#, #"{"cpu":{"quota":-1,"period":2,"cpus":"0"}}"#),
        (#"{"devices":[{"allow":false}]}"#, "{}", #"{"devices":[{"allow":false}]}"#),
        (#"{"devices":[{"allow":false}]}"#, #"{"devices":[{"allow":true}]}"#, #"{"devices":[{"allow":true}]}"#),
        (#"{"hugepageLimits":[{"pageSize":"2MB","limit":1},{"pageSize":"1GB","limit":2}]}"#, #"{"hugepageLimits":[{"pageSize":"2MB","limit":3}]}"#,
         #"{"hugepageLimits":[{"pageSize":"1GB","limit":2},{"pageSize":"2MB","limit":3}]}"#),
        (#"{"unified":{"a":"1","b":"2"}}"#, #"{"unified":{"b":"3"}}"#, #"{"unified":{"a":"1","b":"3"}}"#),
        (#"{"blockIO":{"weight":10}}"#, #"{"blockIO":{"leafWeight":20}}"#, #"{"blockIO":{"weight":10,"leafWeight":20}}"#),
    ])
    func whatIsGivenReplacesWhatWas(_ before: String, _ change: String, _ after: String) throws {
        var resources = try Resources.decode(Array(before.utf8))
        resources.update(with: try Resources.decode(Array(change.utf8)))
        #expect(resources.encoded(pretty: false) == after)
    }
}
