// SPDX-License-Identifier: Apache-2.0

import SondeDatabase

@testable import SondeScan

/// A small probe file of our own, and what tests make of it.
enum ProbeSample {
    static let text = #"""
        Exclude T:9100
        Probe TCP NULL q||
        totalwaitms 1000
        tcpwrappedms 500
        match ssh m|^SSH-([\d.]+)-Sample_(\S+)| p/Sample shell/ v/$2/ i/protocol $1/ o/Unix/ cpe:/a:sample:shell:$2/ cpe:/o:sample:unix/
        softmatch mail m|^220 | i/greets/
        Probe TCP Blank q|\r\n|
        rarity 1
        ports 2500,7000
        match echo m|^\r\n$| p/Echo/
        Probe TCP Web q|GET /\r\n\r\n|
        rarity 2
        ports 80,8000-8010
        sslports 443
        match http m|^HTTP/1\.\d (\d+) .*\r\nServer: Sample/([\w.]+)|s p/Sample web/ v/$2/ i/status $1/
        softmatch http m|^HTTP/1\.|
        Probe TCP Hello q|HELO\r\n|
        rarity 8
        ports 25
        fallback Web
        match mail m|250 hello from (\S+)|i p/Sample mail/ h/$1/
        Probe TCP Secure q|\x16\x03|
        rarity 3
        match ssl m|^\x16\x03|
        match ssl/imaps m|^\x17|
        Probe UDP Names q|n?|
        rarity 1
        ports 53
        match names m|^n=(.*)|s p/Names/ v/$P(1)/
        Probe UDP Rare q|r|
        rarity 9
        match rare m|^r|
        """#

    static func file() throws -> ServiceProbesFile {
        try ServiceProbesFile(parsing: Array(text.utf8), name: "sample")
    }

    static func matcher() throws -> ServiceMatcher { ServiceMatcher(try file()) }

    static func head(intensity: Int = 7) -> ServiceFingerprint.Head {
        ServiceFingerprint.Head(
            version: "1.0",
            platform: "test",
            intensity: intensity,
            time: 1_700_000_000,
            isLong: false
        )
    }
}
