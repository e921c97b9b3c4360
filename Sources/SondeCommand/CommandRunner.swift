// SPDX-License-Identifier: Apache-2.0

internal import Sonde

/// Carries a command line out and says with which status to exit.
enum CommandRunner {
    /// Runs a command line.
    ///
    /// - Returns: 0 for success, 255 for a line that cannot be read, 1 for another failure.
    static func run(_ commandLine: [String]) async -> Int32 {
        let environment = CommandEnvironment(
            isRoot: Privileges.mayUseRawPackets(typed: nil),
            now: .now,
            config: ConfigFile.usualPath,
            store: StorePlace.usual
        )
        switch Invocation(commandLine: commandLine, environment: environment) {
        case .print(let text, let status): return printed(text, status: status)
        case .fail(let error):
            StandardStreams.complain("sonde: \(error.message)")
            return error.status
        case .demo(let arguments): return await runDemo(arguments)
        case .subcommand(let command, let arguments): return await command.run(arguments, environment)
        case .scan(let request):
            for note in request.notes { StandardStreams.complain("sonde: warning: \(note)") }
            return await runScan(request)
        }
    }

    private static func printed(_ text: String, status: Int32) -> Int32 {
        switch StandardStreams.write(text) {
        case .written: return status
        case .brokenPipe: return 0
        case .failed(let number):
            StandardStreams.complain("sonde: cannot write to standard output: error \(number)")
            return 1
        }
    }
}
