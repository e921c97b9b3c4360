// SPDX-License-Identifier: Apache-2.0

internal import SondeModel

/// The service probes file: what to ask a service, and how to recognise it by its answer.
///
/// Reads the format of `nmap-service-probes`, old and new (spec page `service-detection`, section 1). Reading checks the form of
/// each line and keeps its place; patterns are compiled, and version fields taken apart, by whoever needs them.
package struct ServiceProbesFile: Sendable {
    /// The file's name.
    package let name: String
    /// The probes in the order of the file.
    package internal(set) var probes: [ServiceProbe] = []
    /// The ports that are not asked unless the user insists, as a port list; nothing if there are none.
    package internal(set) var exclusion: String?
    /// The file's octets.
    let octets: [UInt8]

    /// A file without probes.
    package static let empty = ServiceProbesFile(octets: [], name: "nmap-service-probes")

    init(octets: [UInt8], name: String) {
        self.octets = octets
        self.name = name
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - octets: the file's content.
    ///   - name: its name, for errors.
    /// - Throws: for the first line that makes no sense.
    package init(parsing octets: [UInt8], name: String = "nmap-service-probes") throws(DatabaseError) {
        guard octets.count < Int(UInt32.max) else {
            throw DatabaseError(file: name, line: 0, problem: .fileTooLarge)
        }
        self.init(octets: octets, name: name)
        var parser = ServiceProbesParser(octets)
        do throws(ServiceProbesProblem) {
            try parser.parse()
        } catch {
            throw DatabaseError(file: name, line: parser.line, problem: .serviceProbes(error))
        }
        probes = parser.probes
        exclusion = parser.exclusion
    }

    /// The name of the service that a line recognises.
    package func service(of match: ServiceMatch) -> String {
        String(decoding: octets[Self.range(match.servicePlace)], as: UTF8.self)
    }

    /// The pattern of a line.
    package func pattern(of match: ServiceMatch) -> ArraySlice<UInt8> {
        octets[Self.range(match.patternPlace)]
    }

    /// The version fields of a line.
    package func templates(of match: ServiceMatch) -> [VersionTemplate] {
        VersionTemplate.all(in: octets[Self.range(match.fieldsPlace)])
    }

    /// Whether a probe has a line that recognises a service, by its exact name.
    ///
    /// Complexity: O(*n*) in the probe's lines.
    package func probe(_ index: Int, knows service: String) -> Bool {
        let wanted = Array(service.utf8)
        return probes[index].matches.contains { match in
            match.servicePlace.count == wanted.count
                && octets[Self.range(match.servicePlace)].elementsEqual(wanted)
        }
    }

    private static func range(_ place: Range<UInt32>) -> Range<Int> {
        Int(place.lowerBound)..<Int(place.upperBound)
    }
}
