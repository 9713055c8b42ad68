import RuntimeSpec
import Testing

@Suite struct ResourcesValidationTests {
    private func validate(_ json: String) throws(SpecError) { try Resources.decode(Array(json.utf8)).validate() }

    @Test(arguments: [
        (#"{"memory":{"limit":-2}}"#, "memory.limit"), (#"{"memory":{"limit":10,"swap":9}}"#, "memory.swap"), (#"{"memory":{"limit":-1,"swap":9}}"#, "memory.swap"),
        (#"{"memory":{"swappiness":101}}"#, "memory.swappiness"), (#"{"cpu":{"shares":1}}"#, "cpu.shares"), (#"{"cpu":{"shares":262145}}"#, "cpu.shares"),
        (#"{"cpu":{"quota":-5}}"#, "cpu.quota"), (#"{"cpu":{"quota":999}}"#, "cpu.quota"), (#"{"cpu":{"period":1000001}}"#, "cpu.period"),
        (#"{"cpu":{"quota":1000,"burst":1001}}"#, "cpu.burst"), (#"{"cpu":{"realtimeRuntime":2,"realtimePeriod":1}}"#, "cpu.realtimeRuntime"),
        (#"{"cpu":{"idle":2}}"#, "cpu.idle"), (#"{"pids":{"limit":-2}}"#, "pids.limit"), (#"{"blockIO":{"weight":9}}"#, "blockIO.weight"),
        (#"{"blockIO":{"leafWeight":1001}}"#, "blockIO.leafWeight"), (#"{"blockIO":{"weightDevice":[{"major":8,"minor":0}]}}"#, "blockIO.weightDevice[0].weight"),
        (#"{"blockIO":{"throttleReadBpsDevice":[{"major":-1,"minor":0,"rate":1}]}}"#, "blockIO.throttleReadBpsDevice[0].major"),
        (#"{"hugepageLimits":[{"pageSize":"2mb","limit":1}]}"#, "hugepageLimits[0].pageSize"),
        (#"{"network":{"priorities":[{"name":"a b","priority":1}]}}"#, "network.priorities[0].name"), (#"{"rdma":{"a":{}}}"#, #"rdma["a"]"#),
        (#"{"unified":{"../x":"1"}}"#, #"unified["../x"]"#), (#"{"unified":{"memory.high":""}}"#, #"unified["memory.high"]"#),
        (#"{"devices":[{"allow":true,"access":"rx"}]}"#, "devices[0].access"), (#"{"devices":[{"allow":true,"major":-2}]}"#, "devices[0].major"),
    ])
    func namesTheField(_ json: String, _ field: String) {
        let error = #expect(throws: SpecError.self) { try validate(json) }
        #expect(error?.description.hasPrefix(field) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        "{}", #"{"memory":{"limit":-1,"swap":-1,"reservation":0}}"#, #"{"memory":{"limit":5,"swap":0}}"#, #"{"cpu":{"shares":0,"quota":-1,"period":0}}"#,
        #"{"cpu":{"shares":2,"quota":1000,"burst":1000,"period":1000000}}"#, #"{"pids":{"limit":0}}"#, #"{"blockIO":{"weight":0}}"#,
        #"{"devices":[{"allow":false,"major":-1,"minor":-1,"access":"rwm"}]}"#,
    ])
    func accepts(_ json: String) throws { try validate(json) }
}
