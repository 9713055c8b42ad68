import LinuxKernel
import SystemPackage

/// The CRIU that is installed. Man: criu(8).
public struct CRIU: Sendable {
    /// The first that tells the readiness of a lazy dump's page server, and knows the freezer of cgroup v2.
    static let oldestVersion = CRIUVersion(major: 3, minor: 15)

    public let path: String
    /// What it is started with.
    public let environment: [String]

    public init(path: String, environment: [String]) {
        self.path = path
        self.environment = environment
    }

    public init(environment: [String]) throws(CRIUError) {
        guard let found = HostProgram.find("criu", environment: environment) else {
            throw CRIUError("checkpoint and restore need CRIU: criu: executable file not found in $PATH", hint: "install the package criu")
        }
        self.init(path: found, environment: environment)
    }

    /// One of the programs that it starts in its turn; nil where it is not installed.
    func program(_ name: String) -> String? { HostProgram.find(name, environment: environment) }

    public func version() throws(CRIUError) -> CRIUVersion {
        let response = try ask(CRIURequest(.version))
        guard let version = response.version else { throw CRIUError("\(path) does not tell its version") }
        return version
    }

    /// Throws where it is older than what is used of it.
    public func requireVersion(_ oldest: CRIUVersion? = nil, for use: String = "checkpoint and restore") throws(CRIUError) {
        let version = try version(), oldest = oldest ?? Self.oldestVersion
        guard version >= oldest else {
            throw CRIUError("\(path) is too old for \(use): \(version)", hint: "install CRIU \(oldest) or later")
        }
    }

    /// Throws where it, or the kernel, cannot do it.
    public func require(_ feature: CRIUFeature) throws(CRIUError) {
        var request = CRIURequest(.featureCheck)
        request.features = [feature]
        guard try ask(request).features.contains(feature) else {
            throw CRIUError("\(path) reports that it cannot do \(feature.rawValue) on this kernel", hint: "criu check --all tells more")
        }
    }

    /// Throws where it does not report that it can work without privileges; the error says what it reports.
    public func requireUnprivilegedWork() throws(CRIUError) {
        // It wants a directory for images, though it makes none, and writes a log there: /dev/null is one for everybody. What
        // is wrong is in the answer.
        let directory: SharedDescriptor
        do throws(KernelError) { directory = SharedDescriptor(try FileDescriptor.currentDirectory.open("/dev", [.readOnly, .directory])) } catch {
            throw CRIUError("asking CRIU for what it can do", error)
        }
        var options = CRIUOptions()
        options.isUnprivileged = true
        options.imageDirectory = directory.rawValue
        options.logName = "null"
        _ = try withExtendedLifetime(directory) { () throws(CRIUError) in try ask(CRIURequest(.check, options: options)) }
    }

    private func ask(_ request: CRIURequest) throws(CRIUError) -> CRIUResponse {
        let worker = try CRIUWorker(path, environment: environment, streams: .own)
        let response = try worker.perform(request)
        try worker.wait()
        return response
    }
}
