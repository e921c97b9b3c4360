// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeDatabase
internal import SondeIO
internal import SondeModel
internal import SondeScan
internal import SondeScript

/// The data files of one run, each read when first needed.
final class DataFiles {
    /// Where they are found.
    let directory: DataDirectory
    /// Takes messages about files that are missing or broken.
    var tell: (String) -> Void = { _ in }

    private var servicesRead: Result<ServicesFile, DatabaseError>?
    private var protocolsRead: Result<ProtocolsFile, DatabaseError>?
    private var payloadsRead: PayloadsFile?
    private var prefixesRead: MACPrefixesFile?
    private var systemsRead: OSDatabaseFile?
    private var serviceProbesRead: Result<ServiceProbesFile, ScanError>?

    /// Compiled scripts of earlier runs; nothing where no home is known.
    private(set) lazy var chunks = ChunkCache.usualPath { name in
        // The text is the environment's own and is copied at once.
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }.map { ChunkCache($0) }

    init(_ request: DataFileRequest) {
        var overrides: [String: String] = [:]
        overrides["nmap-services"] = request.services
        overrides["nmap-service-probes"] = request.serviceProbes
        let places: DataPlaces =
            request.usesOnlyBuiltIn
            ? DataPlaces(directories: [])
            : .ofProcess(overrides: overrides, dataDirectory: request.directory)
        directory = DataDirectory(places: places)
    }

    /// The names and frequencies of ports; from `/etc/services` where there is no such data file.
    func services() throws(DatabaseError) -> ServicesFile {
        if let servicesRead { return try servicesRead.get() }
        let result: Result<ServicesFile, DatabaseError>
        do throws(DatabaseError) {
            let (octets, name) = contents(of: "nmap-services", fallback: "/etc/services")
            result = .success(try ServicesFile(parsing: octets, name: name))
        } catch {
            result = .failure(error)
        }
        servicesRead = result
        return try result.get()
    }

    /// The names of IP protocols; from `/etc/protocols` where there is no such data file.
    func protocols() throws(DatabaseError) -> ProtocolsFile {
        if let protocolsRead { return try protocolsRead.get() }
        let result: Result<ProtocolsFile, DatabaseError>
        do throws(DatabaseError) {
            let (octets, name) = contents(of: "nmap-protocols", fallback: "/etc/protocols")
            result = .success(try ProtocolsFile(parsing: octets, name: name))
        } catch {
            result = .failure(error)
        }
        protocolsRead = result
        return try result.get()
    }

    /// What UDP probes carry; nothing where there is no such data file.
    ///
    /// Trees since 7.94 have no file for it: there the UDP probes of service detection serve.
    var payloads: PayloadsFile {
        if let payloadsRead { return payloadsRead }
        let file: PayloadsFile
        if hasOwnPayloads, let octets = try? directory.contents(of: "nmap-payloads") {
            file = PayloadsFile(parsing: octets)
        } else {
            file = (try? serviceProbes()).map { PayloadsFile($0) } ?? .empty
        }
        payloadsRead = file
        return file
    }

    /// Whether the payloads file is of the tree that the probes are of, rather than of an older one behind it.
    private var hasOwnPayloads: Bool {
        guard case .file(let path)? = directory.locate("nmap-payloads") else { return false }
        guard case .file(let probes)? = directory.locate("nmap-service-probes") else { return true }
        return Self.folder(path) == Self.folder(probes)
    }

    private static func folder(_ path: String) -> Substring {
        path.lastIndex(of: "/").map { path[..<$0] } ?? ""
    }

    /// Who makes which interfaces; nothing where there is no such data file.
    var prefixes: MACPrefixesFile {
        if let prefixesRead { return prefixesRead }
        let (octets, name) = contents(of: "nmap-mac-prefixes", fallback: nil)
        let file = MACPrefixesFile(parsing: octets, name: name)
        prefixesRead = file
        return file
    }

    /// Operating systems that are known; none where there is no such data file.
    var systems: OSDatabaseFile {
        if let systemsRead { return systemsRead }
        let (octets, name) = contents(of: "nmap-os-db", fallback: nil)
        let file = OSDatabaseFile(parsing: octets, name: name)
        if let warning = file.warning { tell("\(warning)") }
        systemsRead = file
        return file
    }

    /// The probes of service detection, which cannot do without this file.
    func serviceProbes() throws(ScanError) -> ServiceProbesFile {
        if let serviceProbesRead { return try serviceProbesRead.get() }
        let result: Result<ServiceProbesFile, ScanError>
        do {
            let octets = try directory.contents(of: "nmap-service-probes")
            result = .success(try ServiceProbesFile(parsing: octets))
        } catch let error as DatabaseError {
            result = .failure(ScanError(.failure, "-sV: \(error)"))
        } catch {
            let hint = "install Nmap's data files, or name one with --versiondb"
            result = .failure(ScanError(.failure, "-sV needs nmap-service-probes (\(error)); \(hint)"))
        }
        serviceProbesRead = result
        return try result.get()
    }

    /// The name of a port's service; nothing if it is not known.
    func serviceName(of port: Port) -> String? {
        guard port.transport == .ip else { return (try? services())?.name(of: port) }
        return (try? protocols())?.name(of: UInt8(truncatingIfNeeded: port.number))
    }

    /// The names that a port list may use.
    var portNames: PortNames {
        PortNames(
            services: { [self] () throws(DatabaseError) in try services() },
            protocols: { [self] () throws(DatabaseError) in try protocols() }
        )
    }

    private func contents(of name: String, fallback: String?) -> ([UInt8], String) {
        if let octets = try? directory.contents(of: name) { return (octets, name) }
        guard let fallback else { return ([], name) }
        return ((try? FileReader.contents(of: fallback)) ?? [], fallback)
    }
}
