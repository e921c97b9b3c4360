// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SondeOutput
internal import SondeStore

/// `sonde seal`: makes reports valid whose scan was killed.
enum SealCommand {
    static func run(_ arguments: [String]) throws(CommandFailure) -> Int32 {
        let words = try CommandWords(arguments)
        guard !words.words.isEmpty else { throw .usage("name the files: sonde seal report.xml report.jsonl") }
        var status: Int32 = 0
        for file in words.words {
            do throws(CommandFailure) {
                _ = StandardStreams.write("\(file): \(try seal(file))\n")
            } catch {
                StandardStreams.complain("sonde seal: \(error.message)")
                status = error.status
            }
        }
        return status
    }

    private static func seal(_ file: String) throws(CommandFailure) -> String {
        if ResultFile.isDatabase(file) { return "a database, which is always whole" }
        let octets = try attempt { () throws(StoreError) in try ResultFile.contents(of: file) }
        switch Seal.mend(octets) {
        case .complete: return "is complete"
        case .unknown: throw .failure("\(file) is no report of Sonde")
        case .mended(let kept, let ending):
            try rewrite(file, keeping: kept, appending: ending)
            let lost = octets.count - kept
            return lost == 0 ? "closed" : "closed; \(lost) octets of an unfinished part were removed"
        }
    }

    private static func rewrite(
        _ file: String,
        keeping count: Int,
        appending ending: [UInt8]
    ) throws(CommandFailure) {
        let descriptor = unsafe open(file, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failure("cannot write \(file): error \(errno)") }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw .failure("\(file) is being written by a scan")
        }
        guard ftruncate(descriptor, off_t(count)) == 0, lseek(descriptor, 0, SEEK_END) >= 0,
            StandardStreams.write(String(decoding: ending, as: UTF8.self), to: descriptor) == .written
        else { throw .failure("cannot write \(file): error \(errno)") }
    }
}
