// SPDX-License-Identifier: Apache-2.0

import SondeIO
import SondeModel
import SondeTestSupport
import Testing

@testable import SondeScript

/// What scripts get when they leave the scope; nothing here has a listener, and nothing may be sent.
@Suite struct ContainmentScopeTests {
    private func fixture(_ typed: String = "", open: Bool = false) throws -> EngineFixture {
        var places = TypedPlaces()
        places.note(typed)
        places.hasNewTargets = typed.contains("newtargets")
        var settings = ScriptSettings()
        settings.scope = ScriptScope(isOpen: open, typed: places)
        return try EngineFixture(settings)
    }

    @Test(
        "a connection or datagram out of scope fails softly with DENIED and is in the record",
        arguments: [
            "local s = nmap.new_socket() return tostring(select(2, s:connect('127.66.0.1', 9)))",
            "local s = nmap.new_socket('udp') return tostring(select(2, s:connect('127.66.0.1', 9, 'udp')))",
            "local s = nmap.new_socket('udp') return tostring(select(2, s:sendto('127.66.0.1', 9, 'x')))",
            "local s = nmap.new_socket('tcp', 'inet6') return tostring(select(2, s:connect('::ffff:127.66.0.1', 9)))",
            "local s = nmap.new_socket() return tostring(select(2, s:connect('2135031809', 9)))",
            "local s = nmap.new_socket() return tostring(select(2, s:connect('0x7f.66.1', 9, 'ssl')))",
        ]
    )
    func denied(action: String) throws {
        let fixture = try fixture()
        #expect(try fixture.run(action) == "DENIED")
        let record = try #require(fixture.records.first)
        #expect(record.state == .ok)
        #expect(
            record.denials.first?.subject == "DENIED 127.66.0.1:9"
                || record.denials.first?.subject.contains("ffff") == true
        )
        #expect(record.denials.first?.remedy.hasPrefix("--scope ") == true)
        #expect(fixture.network.gate.counters.denied == 1)
        #expect(fixture.network.gate.counters.bytesOut == 0)
    }

    @Test("a script that fails for a refusal is denied, with the address and the remedy")
    func state() throws {
        let fixture = try fixture()
        _ = try fixture.run("local s = nmap.new_socket() nmap.new_try()(s:connect('127.66.0.1', 9))")
        #expect(fixture.records.first?.state == .denied)
    }

    @Test("what was typed is reached: the refusal then is the system's")
    func typed() throws {
        let action = "local s = nmap.new_socket() return tostring(select(2, s:connect('127.66.0.1', 9)))"
        #expect(try fixture("x=127.66.0.1").run(action) == "ERROR")
        #expect(try fixture(open: true).run(action) == "ERROR")
    }

    @Test("an excluded address stays closed, though everything is open")
    func excluded() throws {
        let fixture = try fixture(open: true)
        let place = try #require(IPNetwork(parsing: "127.66.0.1"))
        fixture.network.gate.scope.exclusions = NetworkSet([place])
        let action = "local s = nmap.new_socket() return tostring(select(2, s:connect('127.66.0.1', 9)))"
        #expect(try fixture.run(action) == "DENIED")
        #expect(fixture.records.first?.denials.first?.remedy.contains("--exclude") == true)
    }

    @Test("targets are added only with the user's consent")
    func newTargets() throws {
        let action = "return (nmap.add_targets('127.66.0.1'))"
        let without = try fixture()
        #expect(try without.run(action) == "0")
        #expect(without.facts.added.isEmpty)
        #expect(without.records.first?.denials.first?.remedy == "--script-args newtargets")
        let with = try fixture("newtargets")
        #expect(try with.run(action) == "1")
        #expect(with.facts.added == ["127.66.0.1"])
    }

    @Test("the pace with one host holds for connections of all scripts together")
    func pace() {
        let pace = HostPace(perSecond: 10)
        let host = IPAddress(family: .inet, value: 1), other = IPAddress(family: .inet, value: 2)
        let start = Instant(nanoseconds: 1_000_000_000)
        #expect(pace.take(host, start) == nil)
        let later = pace.take(host, start)
        #expect(later.map { $0 > start } == true)
        #expect(pace.take(other, start) == nil)
        if let later { #expect(pace.take(host, later) == nil) }
    }
}
