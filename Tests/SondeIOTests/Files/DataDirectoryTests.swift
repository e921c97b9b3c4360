// SPDX-License-Identifier: Apache-2.0

import Glibc
import SondeIO
import Testing

@Suite struct DataDirectoryTests {
    private func directories(_ count: Int) throws -> (TemporaryDirectory, [String]) {
        let root = try TemporaryDirectory()
        return (root, (0..<count).map { root.makeDirectory("d\($0)") })
    }

    @Test("places are searched in the documented order")
    func order() {
        let places = DataPlaces(
            dataDirectory: "/datadir",
            environmentDirectory: "/env",
            homes: ["/home/real", "/home/effective"],
            executableDirectory: "/opt/bin"
        )
        #expect(
            places.directories == [
                "/datadir", "/env", "/home/real/.nmap", "/home/effective/.nmap", "/opt/bin",
                "/opt/bin/../share/nmap", "/usr/share/nmap", "/usr/local/share/nmap",
            ]
        )
    }

    @Test("places that are not given are left out")
    func missingPlaces() {
        let places = DataPlaces(
            dataDirectory: nil,
            environmentDirectory: nil,
            homes: [],
            executableDirectory: nil,
            installed: ["/usr/share/nmap"]
        )
        #expect(places.directories == ["/usr/share/nmap"])
    }

    @Test("the process's own places end with the installed directories and include its executable's")
    func process() {
        let places = DataPlaces.ofProcess(dataDirectory: "/first")
        #expect(places.directories.first == "/first")
        #expect(places.directories.last == "/usr/local/share/nmap")
        #expect(places.directories.contains { $0.hasSuffix("/.nmap") })
        #expect(places.directories.contains { $0.hasSuffix("/../share/nmap") })
    }

    @Test("the first directory that has the file wins")
    func firstWins() throws {
        let (root, places) = try directories(3)
        try root.write("d1/nmap-services", "one")
        try root.write("d2/nmap-services", "two")
        let data = DataDirectory(places: DataPlaces(directories: places))
        #expect(data.locate("nmap-services") == .file(places[1] + "/nmap-services"))
        #expect(try data.contents(of: "nmap-services") == Array("one".utf8))
    }

    @Test("a directory is told from a file, a missing name from both")
    func kinds() throws {
        let (root, places) = try directories(1)
        _ = root.makeDirectory("d0/scripts")
        try root.write("d0/scripts/a.nse", "")
        let data = DataDirectory(places: DataPlaces(directories: places))
        #expect(data.locate("scripts") == .directory(places[0] + "/scripts"))
        #expect(data.locate("scripts/a.nse") == .file(places[0] + "/scripts/a.nse"))
        #expect(data.locate("scripts/b.nse") == nil)
        #expect(data.locate("scripts\0/a.nse") == nil)
    }

    @Test("an explicit path is the only place for its name, even if nothing is there")
    func overrides() throws {
        let (root, places) = try directories(1)
        try root.write("d0/nmap-services", "installed")
        try root.write("mine", "mine")
        let found = DataDirectory(
            places: DataPlaces(directories: places, overrides: ["nmap-services": root.path + "/mine"])
        )
        #expect(found.locate("nmap-services") == .file(root.path + "/mine"))
        #expect(try found.contents(of: "nmap-services") == Array("mine".utf8))
        let lost = DataDirectory(
            places: DataPlaces(directories: places, overrides: ["nmap-services": root.path + "/none"])
        )
        #expect(lost.locate("nmap-services") == nil)
        let error = #expect(throws: FileError.self) { try lost.contents(of: "nmap-services") }
        #expect(error?.kind == .system(SystemError(number: ENOENT, call: "open")))
    }

    @Test("an answer is kept although the files change")
    func cache() throws {
        let (root, places) = try directories(2)
        try root.write("d1/name", "")
        let data = DataDirectory(places: DataPlaces(directories: places))
        #expect(data.locate("name") == .file(places[1] + "/name"))
        #expect(data.locate("other") == nil)
        try root.write("d0/name", "")
        try root.write("d0/other", "")
        #expect(data.locate("name") == .file(places[1] + "/name"))
        #expect(data.locate("other") == nil)
    }

    @Test("files that were read are remembered once, with their directory")
    func loaded() throws {
        let (root, places) = try directories(1)
        _ = root.makeDirectory("d0/nselib")
        try root.write("d0/nselib/a.lua", "")
        let data = DataDirectory(places: DataPlaces(directories: places))
        _ = try data.contents(of: "nselib/a.lua")
        _ = try data.contents(of: "nselib/a.lua")
        data.noteLoaded("nmap-rpc", at: "/elsewhere/my-rpc")
        #expect(
            data.loadedFiles == [
                LoadedDataFile(name: "nselib/a.lua", directory: places[0]),
                LoadedDataFile(name: "nmap-rpc", directory: "/elsewhere"),
            ]
        )
    }

    @Test("a name nobody has is an error that says so")
    func notFound() {
        let data = DataDirectory(places: DataPlaces(directories: ["/nowhere"]))
        let error = #expect(throws: FileError.self) { try data.contents(of: "nmap-os-db") }
        #expect(error?.kind == .notFound)
    }

    @Test("a file of the current directory is never used, and noted only if it is another file")
    func localFile() throws {
        let (root, places) = try directories(2)
        try root.write("d0/nmap-services", "installed")
        try root.write("d1/nmap-services", "local")
        let data = DataDirectory(places: DataPlaces(directories: [places[0]], currentDirectory: places[1]))
        _ = data.locate("nmap-services")
        #expect(data.ignoredLocalFile?.used == places[0] + "/nmap-services")
        let same = DataDirectory(places: DataPlaces(directories: [places[0]], currentDirectory: places[0]))
        _ = same.locate("nmap-services")
        #expect(same.ignoredLocalFile == nil)
    }
}
