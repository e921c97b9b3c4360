// SPDX-License-Identifier: Apache-2.0

internal import SondeDatabase
package import SondeModel

extension ProbeSequence.Result {
    /// What is known of the service, as reports and scripts see it (spec page `service-detection`, section 4).
    ///
    /// - Parameter tableName: the name that the port number suggests; nothing if there is none.
    /// - Returns: the record.
    package func info(tableName: String?) -> ServiceInfo {
        var info = ServiceInfo(name: finding?.name)
        switch ending {
        case .hardMatched, .softMatched:
            info.method = .probed
            info.confidence = 10
        case .wrapped:
            info.name = "tcpwrapped"
            info.method = .probed
            info.confidence = 8
        case .noMatch, .incomplete: info.name = finding?.name ?? tableName
        }
        info.tunnel = isTunnelled ? .ssl : .none
        info.fingerprint = fingerprint
        guard let finding, ending != .wrapped else { return info }
        info.product = finding.fields[.product]
        info.version = finding.fields[.version]
        info.extraInfo = finding.fields[.info]
        info.hostname = finding.fields[.hostname]
        info.osType = finding.fields[.operatingSystem]
        info.deviceType = finding.fields[.device]
        info.cpes = finding.cpeList
        return info
    }
}
