// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Sonde
internal import SondeModel
internal import SondeStore

/// `sonde resume`: goes on with a scan that did not end.
enum ResumeCommand {
    static func run(
        _ arguments: [String],
        _ environment: CommandEnvironment
    ) async throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments)
        guard words.words.count <= 1 else { throw .usage("takes one scan; remove \(shown(words.words[1]))") }
        let database = try words.database()
        let progress = try attempt { () throws(StoreError) in
            try database.progress(of: try chosen(words.words.first, in: database))
        }
        guard let first = progress.arguments.first else {
            throw .failure("scan \(progress.id) was kept without its command line")
        }
        guard case .scan(var request) = Invocation(commandLine: progress.arguments, environment: environment)
        else { throw .failure("the command line of scan \(progress.id) cannot be read again: \(first) …") }
        // Relative names of files mean what they meant then.
        if unsafe chdir(progress.directory) != 0 {
            throw .failure(
                "the directory of scan \(progress.id), \(progress.directory), is not there any more"
            )
        }
        var resumption = Resumption()
        resumption.finished = progress.finished
        resumption.begun = progress.begun
        resumption.records = progress.records
        resumption.preScripts = progress.preScripts
        request.plan.resumption = resumption
        request.store = StoreRequest(path: database.path, isExplicit: true, continuing: progress.id)
        StandardStreams.complain(
            "sonde: going on with scan \(progress.id): \(progress.finished.count) hosts are done, "
                + "\(progress.begun.count) begun"
        )
        return await runScan(request)
    }

    /// The scan that is named, or the latest that did not end.
    private static func chosen(_ name: String?, in database: ScanDatabase) throws(StoreError) -> Int64 {
        let scans = try database.scans()
        let scan: StoredScan?
        if let name, name != "last" {
            guard let number = ResultSource.number(name) ?? nil else {
                throw StoreError("'\(name)' is no number of a stored scan; sonde list shows them")
            }
            scan = scans.first { $0.id == number }
            if scan == nil { throw StoreError("\(database.path) holds no scan \(number)") }
        } else {
            scan = scans.first { $0.status != "done" && $0.status != "running" }
        }
        guard let scan else { throw StoreError("all stored scans have ended") }
        if scan.status == "running" { throw StoreError("scan \(scan.id) is still running") }
        if scan.status == "done" { throw StoreError("scan \(scan.id) has ended; nothing is left to do") }
        return scan.id
    }
}
