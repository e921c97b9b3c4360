// SPDX-License-Identifier: Apache-2.0

import SondeDatabase
import SondeScan

extension PortNames {
    /// Names and ratios written for these tests.
    static var sample: PortNames {
        make(
            services: """
                tcpmux 1/tcp 0.001
                unknown 4/tcp 0.0001
                ftp 21/tcp 0.19
                ssh 22/tcp 0.18
                telnet 23/tcp 0.22
                domain 53/udp 0.21
                http 80/tcp 0.48
                http 80/udp 0.03
                snmp 161/udp 0.43
                http-alt 591/tcp 0.0003
                http-alt 8080/tcp 0.04
                """
        )
    }

    /// The same without ratios.
    static var withoutRatios: PortNames {
        make(services: "ssh 22/tcp\nhigh 5000/tcp\ndomain 53/udp\n")
    }

    static func make(services: String) -> PortNames {
        PortNames(
            services: { () throws(DatabaseError) in try ServicesFile(parsing: Array(services.utf8)) },
            protocols: { () throws(DatabaseError) in
                try ProtocolsFile(parsing: Array("icmp 1\nigmp 2\ntcp 6\nudp 17\n".utf8))
            }
        )
    }
}
