// SPDX-License-Identifier: Apache-2.0

import SondeModel

@testable import SondeOutput
@testable import SondeStore
@testable import SondeText

/// Results that other programs, earlier scans, or a killed one left.
enum ResultTargets {
    static let all = [
        FuzzTarget("json", json), FuzzTarget("xml", xml), FuzzTarget("results", results),
        FuzzTarget("seal", seal), FuzzTarget("store-record", record),
    ]

    /// JSON; what is written reads as the same value.
    private static func json(_ octets: [UInt8]) throws {
        guard let value = try? JSONParser.parse(octets) else { return }
        let written = writing { $0.value(value) }
        let again = try? JSONParser.parse(written)
        try promise(again == value, "JSON is not written as it was read")
        _ = value.structured
    }

    private static func writing(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        body(&writer)
        return writer.take()
    }

    /// XML; a document read to its end has as many ends as starts.
    private static func xml(_ octets: [UInt8]) throws {
        var reader = XMLReader(octets)
        var depth = 0
        while let piece = try? reader.next() {
            switch piece {
            case .start: depth += 1
            case .end: depth -= 1
            case .text: break
            }
            try promise((0...XMLReader.deepest + 1).contains(depth), "an element ends that never began")
        }
    }

    /// A file of results in any format, and every report that is made of it.
    private static func results(_ octets: [UInt8]) throws {
        guard let results = try? ResultFile.parse(octets) else { return }
        try ReportTargets.check(results.events)
    }

    /// A report that was cut off; once mended, it is whole.
    private static func seal(_ octets: [UInt8]) throws {
        guard case .mended(let kept, let added) = Seal.mend(octets) else { return }
        try promise((0...octets.count).contains(kept), "more is kept than there is")
        let whole = Array(octets[..<kept]) + added
        guard octets.starts(with: "<".utf8), !octets.starts(with: "<!DOCTYPE html>".utf8) else { return }
        try ReportChecks.reads(whole)
    }

    /// Records as the scan database keeps them: what is kept is read and kept as the same.
    private static func record(_ octets: [UInt8]) throws {
        guard let value = try? JSONParser.parse(octets) else { return }
        try isKept(value, "a host") { value, writer in value.host.map { writer.hostMembers($0) } }
        try isKept(value, "a port") { value, writer in value.portRecord.map { writer.portMembers($0) } }
        if let record = value.scriptRecord {
            let written = writing { $0.scriptRecord(record) }
            let again = (try? JSONParser.parse(written))?.scriptRecord
            let same = again.map { again in writing { $0.scriptRecord(again) } }
            try promise(same == written, "a script's record is not kept as it was read")
        }
        _ = (value.scanHeader, value.scanSummary, value.denials)
    }

    private static func isKept(
        _ value: JSONValue,
        _ name: String,
        _ write: (JSONValue, inout JSONWriter) -> Void?
    ) throws {
        func object(_ value: JSONValue) -> [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            _ = write(value, &writer)
            writer.endObject()
            return writer.take()
        }
        let first = object(value)
        guard first != Array("{}".utf8) else { return }
        guard let again = try? JSONParser.parse(first) else {
            throw FuzzFinding(description: "\(name) is kept as what is no JSON")
        }
        try promise(object(again) == first, "\(name) is not kept as it was read")
    }
}
