// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Finds data files by their logical names, such as `nmap-services` or `nselib/http.lua`.
///
/// The search order is that of `spec/data-files.md`, section 1; the current directory is never searched. Answers are
/// kept, so a name means the same file during a whole run. Confined to one world.
package final class DataDirectory {
    /// The directories, and what overrides them.
    package let places: DataPlaces
    /// The files read so far, each once, in order.
    package private(set) var loadedFiles: [LoadedDataFile] = []
    /// The first file of the current directory that was passed over although it has the name of a data file and is
    /// not that file; a reason to warn once per run.
    package private(set) var ignoredLocalFile: IgnoredLocalFile?

    private var answers: [String: FoundPath?] = [:]
    private var folders: [String: Bool] = [:]

    /// Makes a finder.
    package init(places: DataPlaces) { self.places = places }

    /// Finds the first readable file or directory of a name.
    ///
    /// - Parameter name: the logical name; joined to each directory with `/` as it is.
    /// - Returns: nil if there is none. A name with an explicit path is looked for only there.
    package func locate(_ name: String) -> FoundPath? {
        if let answer = answers[name] { return answer }
        let answer = search(name)
        answers[name] = .some(answer)
        if case .file(let path) = answer { noteLocalFile(name, used: path) }
        return answer
    }

    /// Finds and reads a data file, and remembers it as loaded.
    ///
    /// - Throws: `notFound`, or what reading met; an explicit path is tried even if it looks unreadable.
    package func contents(
        of name: String,
        limit: Int = FileReader.defaultLimit
    ) throws(FileError) -> [UInt8] {
        guard let path = places.overrides[name] ?? locate(name)?.path else {
            throw FileError(path: name, kind: .notFound)
        }
        let octets = try FileReader.contents(of: path, limit: limit)
        noteLoaded(name, at: path)
        return octets
    }

    /// Remembers that someone else has read a file found here.
    package func noteLoaded(_ name: String, at path: String) {
        let suffix = "/" + name
        let directory = path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : parent(of: path)
        let file = LoadedDataFile(name: name, directory: directory)
        if !loadedFiles.contains(file) { loadedFiles.append(file) }
    }

    private func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func search(_ name: String) -> FoundPath? {
        if let override = places.overrides[name] { return FileStatus(override).found }
        for directory in places.directories where hasFolder(of: name, in: directory) {
            if let found = FileStatus(directory + "/" + name).found { return found }
        }
        return nil
    }

    /// Whether a directory has the folder that a name begins with: asked once for the hundreds of files in some.
    private func hasFolder(of name: String, in directory: String) -> Bool {
        guard let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return true }
        let folder = "\(directory)/\(name[..<slash])"
        if let answer = folders[folder] { return answer }
        let answer = FileStatus(folder).status != nil
        folders[folder] = answer
        return answer
    }

    private func noteLocalFile(_ name: String, used path: String) {
        guard ignoredLocalFile == nil, let directory = places.currentDirectory,
            hasFolder(of: name, in: directory)
        else { return }
        let local = FileStatus(directory + "/" + name)
        guard case .file = local.found, !local.isSameFile(as: FileStatus(path)) else { return }
        ignoredLocalFile = IgnoredLocalFile(name: name, used: path)
    }
}

/// A data file that was read.
package struct LoadedDataFile: Hashable, Sendable {
    /// The logical name.
    package let name: String
    /// The directory it was found in, as it was searched.
    package let directory: String

    /// Names a file.
    package init(name: String, directory: String) {
        self.name = name
        self.directory = directory
    }
}

/// A file of the current directory that was passed over.
package struct IgnoredLocalFile: Hashable, Sendable {
    /// The logical name, which is its name in the current directory.
    package let name: String
    /// The path of the file that is used.
    package let used: String
}

/// What there is at a path.
struct FileStatus {
    let path: String
    let status: stat?

    init(_ path: String) {
        self.path = path
        var status = stat()
        let isThere = unsafe !path.utf8.contains(0) && stat(path, &status) == 0
        self.status = isThere ? status : nil
    }

    /// The path if it can be read by the effective user, or nil.
    var found: FoundPath? {
        guard let status, unsafe faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR ? .directory(path) : .file(path)
    }

    func isSameFile(as other: FileStatus) -> Bool {
        guard let status, let theirs = other.status else { return false }
        return status.st_dev == theirs.st_dev && status.st_ino == theirs.st_ino
    }
}
