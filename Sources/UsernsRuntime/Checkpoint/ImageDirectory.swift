import CheckpointRestore
import LinuxKernel
import RuntimeSpec
import SystemPackage

/// Where the files of a checkpoint are, and where CRIU works.
struct ImageDirectory {
    private static let descriptorsName = "descriptors.json"

    /// Absolute.
    let path: String
    let image: SharedDescriptor
    /// nil: CRIU works where the image is.
    let work: SharedDescriptor?
    private let workPath: String

    /// For a dump: made where they are missing, for nobody else to read.
    init(making settings: ImageSettings) throws(RuntimeError) { try self.init(settings, making: true) }

    /// For a restore.
    init(opening settings: ImageSettings) throws(RuntimeError) { try self.init(settings, making: false) }

    private init(_ settings: ImageSettings, making: Bool) throws(RuntimeError) {
        do throws(KernelError) {
            path = try CurrentProcess.absolutePath(settings.imagePath)
            if making { try FileDescriptor.currentDirectory.makeDirectories(path, mode: 0o700) }
            image = SharedDescriptor(try FileDescriptor.currentDirectory.open(path, [.readOnly, .directory]))
        } catch {
            throw RuntimeError("--image-path \(settings.imagePath)", error, hint: making ? nil : "it is the directory that checkpoint was given as --image-path")
        }
        guard let given = settings.workPath else {
            (workPath, work) = (path, nil)
            return
        }
        do throws(KernelError) {
            workPath = try CurrentProcess.absolutePath(given)
            try FileDescriptor.currentDirectory.makeDirectories(workPath, mode: 0o700)
            work = SharedDescriptor(try FileDescriptor.currentDirectory.open(workPath, [.readOnly, .directory]))
        } catch { throw RuntimeError("--work-path \(given)", error) }
    }

    func log(_ name: String) -> CRIULog { CRIULog(path: workPath + "/" + name) }

    /// What CRIU is told of it.
    func describe(in options: inout CRIUOptions, logName: String) {
        options.imageDirectory = image.rawValue
        options.workDirectory = work?.rawValue
        options.logName = logName
    }

    /// The pre-dump that another continues has to be reached from here, and has to be there: CRIU itself would make a
    /// whole dump without it, and say nothing.
    func requireParent(_ parent: String) throws(RuntimeError) {
        guard !parent.isAbsolutePath else {
            throw RuntimeError("--parent-path \(parent): must be relative to the image path \(path)", hint: "images can then be moved together: ../NAME")
        }
        do throws(KernelError) {
            let directory = try image.open(parent, [.readOnly, .directory])
            _ = try directory.open("inventory.img", .path)
        } catch {
            let isNoImage = error.errno == .noSuchFileOrDirectory && error.subject == "inventory.img"
            throw RuntimeError(
                "--parent-path \(parent)", cause: isNoImage ? "no pre-dump in \(path)/\(parent)" : error.errno.text,
                hint: "it is the image path of the pre-dump before, relative to \(path)")
        }
    }

    /// A restored process reads its part of the image when it already is in its user namespace: the group of the container's
    /// root may pass through the directory, whose files CRIU makes readable. One that lets another group in, which somebody else
    /// has made, is not taken from that group.
    ///
    /// - Parameter gid: on the host.
    func letThrough(gid: UInt32) throws(RuntimeError) {
        let doing = "--image-path \(path): letting group \(gid) through"
        let status: FileStatus
        do throws(KernelError) { status = try image.status() } catch { throw RuntimeError(doing, error) }
        if status.mode & 0o001 != 0 || (status.gid == gid && status.mode & 0o010 != 0) { return }
        guard status.mode & 0o070 == 0 else {
            throw RuntimeError(
                doing, cause: "it is open to group \(status.gid)",
                hint: "the root of the container's user namespace reads the image: chgrp \(gid) and chmod g+x, or name a directory that is its owner's alone")
        }
        do throws(KernelError) {
            try image.changeOwner(uid: UInt32.max, gid: gid)
            try image.changeMode(status.mode & 0o7777 | 0o010)
        } catch { throw RuntimeError(doing, error) }
    }

    // MARK: what CRIU leaves behind

    /// Where a restore mounts the hierarchies of cgroups for itself, in the directory that it works in.
    func cgroupYards() throws(RuntimeError) -> Set<String> {
        do throws(KernelError) {
            return Set(try FileDescriptor.currentDirectory.open(workPath, [.readOnly, .directory]).subdirectories().map(\.description).filter { $0.hasPrefix(".criu.cgyard.") })
        } catch { throw RuntimeError(workPath, error) }
    }

    /// A CRIU that was killed has left its own.
    ///
    /// - Parameter others: those that were there before it came.
    func removeCgroupYards(besides others: Set<String>) throws(RuntimeError) {
        for name in try cgroupYards().subtracting(others) {
            let path = workPath + "/" + name
            do throws(KernelError) {
                do throws(KernelError) { try Mounts.unmount(path) } catch {
                    // Not mounted: it was only made.
                    guard error.errno == .invalidArgument else { throw error }
                }
                try FileDescriptor.currentDirectory.removeDirectory(path)
            } catch { throw RuntimeError("removing \(path)", error) }
        }
    }

    // MARK: descriptors.json

    /// What the first process's descriptors 0, 1 and 2 refer to: pipes among them are replaced at a restore.
    func save(descriptors: [String]) throws(RuntimeError) {
        do throws(KernelError) {
            try image.open(Self.descriptorsName, [.writeOnly, .create, .truncate, .noFollow], mode: 0o600).writeAll(descriptors.encoded(pretty: false))
        } catch { throw RuntimeError("\(path)/\(Self.descriptorsName)", error) }
    }

    func loadDescriptors() throws(RuntimeError) -> [String] {
        let bytes: [UInt8]
        do throws(KernelError) { bytes = try image.open(Self.descriptorsName, [.readOnly, .noFollow]).readAll() } catch {
            throw RuntimeError("\(path)/\(Self.descriptorsName)", error, hint: error.errno == .noSuchFileOrDirectory ? "\(path) holds no checkpoint" : nil)
        }
        do throws(SpecError) { return try [String].decode(bytes) } catch { throw RuntimeError("\(path)/\(Self.descriptorsName): \(error)") }
    }
}
