// SPDX-License-Identifier: Apache-2.0

internal import Glibc

// A reader that goes away ends a write with EPIPE, which is no error (see StandardStreams).
signal(SIGPIPE, SIG_IGN)
exit(await CommandRunner.run(CommandLine.arguments))
