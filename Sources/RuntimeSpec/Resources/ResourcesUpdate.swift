extension Resources {
    /// What is given replaces what was; what is not given stays.
    public mutating func update(with change: Resources) {
        if !change.devices.isEmpty { devices = change.devices }
        if let memory = change.memory { self.memory = (self.memory ?? Memory()).updated(with: memory) }
        if let cpu = change.cpu { self.cpu = (self.cpu ?? CPU()).updated(with: cpu) }
        pids = change.pids ?? pids
        if let blockIO = change.blockIO { self.blockIO = (self.blockIO ?? BlockIO()).updated(with: blockIO) }
        // By the size: of the same size the new one counts.
        hugepageLimits = hugepageLimits.filter { old in !change.hugepageLimits.contains { $0.pageSize == old.pageSize } } + change.hugepageLimits
        network = change.network ?? network
        rdma.merge(change.rdma) { $1 }
        unified.merge(change.unified) { $1 }
    }
}

extension Resources.Memory {
    fileprivate func updated(with change: Self) -> Self {
        var new = self
        new.limit = change.limit ?? limit
        new.reservation = change.reservation ?? reservation
        new.swap = change.swap ?? swap
        new.kernel = change.kernel ?? kernel
        new.kernelTCP = change.kernelTCP ?? kernelTCP
        new.swappiness = change.swappiness ?? swappiness
        new.disableOOMKiller = change.disableOOMKiller ?? disableOOMKiller
        new.useHierarchy = change.useHierarchy ?? useHierarchy
        new.checkBeforeUpdate = change.checkBeforeUpdate ?? checkBeforeUpdate
        return new
    }
}

extension Resources.CPU {
    fileprivate func updated(with change: Self) -> Self {
        var new = self
        new.shares = change.shares ?? shares
        new.quota = change.quota ?? quota
        new.burst = change.burst ?? burst
        new.period = change.period ?? period
        new.realtimeRuntime = change.realtimeRuntime ?? realtimeRuntime
        new.realtimePeriod = change.realtimePeriod ?? realtimePeriod
        new.cpus = change.cpus ?? cpus
        new.mems = change.mems ?? mems
        new.idle = change.idle ?? idle
        return new
    }
}

extension Resources.BlockIO {
    fileprivate func updated(with change: Self) -> Self {
        var new = self
        new.weight = change.weight ?? weight
        new.leafWeight = change.leafWeight ?? leafWeight
        if !change.weightDevice.isEmpty { new.weightDevice = change.weightDevice }
        if !change.throttleReadBpsDevice.isEmpty { new.throttleReadBpsDevice = change.throttleReadBpsDevice }
        if !change.throttleWriteBpsDevice.isEmpty { new.throttleWriteBpsDevice = change.throttleWriteBpsDevice }
        if !change.throttleReadIOPSDevice.isEmpty { new.throttleReadIOPSDevice = change.throttleReadIOPSDevice }
        if !change.throttleWriteIOPSDevice.isEmpty { new.throttleWriteIOPSDevice = change.throttleWriteIOPSDevice }
        return new
    }
}
