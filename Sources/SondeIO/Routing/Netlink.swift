// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Talks to the kernel's routing socket (`rtnetlink`): host byte order, everything padded to four octets.
enum Netlink {
    static let isRequest: UInt16 = 1
    /// All entries of a table are wanted.
    static let isDump: UInt16 = 0x300
    private static let family: CInt = 16
    /// `SOCK_RAW`, closed when another program is started.
    private static let rawKind: CInt = 3 | O_CLOEXEC
    private static let doneType: UInt16 = 3
    private static let errorType: UInt16 = 2
    private static let headerCount = 16
    /// No table that is worth reading is longer.
    private static let mostOctets = 64 << 20

    /// One message of an answer: its type, and what follows the header.
    struct Message {
        let type: UInt16
        let body: ArraySlice<UInt8>
    }

    /// Asks for a whole table.
    ///
    /// - Parameters:
    ///   - type: what is asked for.
    ///   - body: what follows the header of the question.
    ///   - take: given each message of the answer.
    /// - Throws: the failure of a call, or the kernel's.
    static func dump(_ type: UInt16, _ body: [UInt8], _ take: (Message) -> Void) throws(SystemError) {
        let descriptor = socket(family, rawKind, 0)
        guard descriptor >= 0 else { throw SystemError(number: errno, call: "socket") }
        defer { close(descriptor) }
        let header =
            bytes(of: UInt32(headerCount + body.count)) + bytes(of: type) + bytes(of: isRequest | isDump)
            + bytes(of: UInt32(1)) + [0, 0, 0, 0]
        let question = header + body
        guard unsafe send(descriptor, question, question.count, 0) == question.count else {
            throw SystemError(number: errno, call: "send")
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var total = 0
        while total < mostOctets {
            // The kernel has the next part ready whenever it is asked.
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(number: errno, call: "recv") }
            total += count
            if try read(buffer[..<count], take) { return }
        }
    }

    /// Reads one part of an answer: whether it was the last.
    private static func read(
        _ octets: ArraySlice<UInt8>,
        _ take: (Message) -> Void
    ) throws(SystemError) -> Bool {
        var index = octets.startIndex
        while index + headerCount <= octets.endIndex {
            let length = Int(number(octets, index) as UInt32)
            guard length >= headerCount, index + length <= octets.endIndex else { return true }
            let type: UInt16 = number(octets, index + 4)
            let body = octets[index + headerCount..<index + length]
            switch type {
            case doneType: return true
            case errorType:
                let code = body.count >= 4 ? Int32(bitPattern: number(octets, body.startIndex)) : 0
                throw SystemError(number: code == .min ? .max : abs(code), call: "netlink")
            default: take(Message(type: type, body: body))
            }
            index += (length + 3) & ~3
        }
        return false
    }

    /// Walks over attributes: their numbers and values.
    static func attributes(_ octets: ArraySlice<UInt8>, _ take: (UInt16, ArraySlice<UInt8>) -> Void) {
        var index = octets.startIndex
        while index + 4 <= octets.endIndex {
            let length = Int(number(octets, index) as UInt16)
            guard length >= 4, index + length <= octets.endIndex else { return }
            take((number(octets, index + 2) as UInt16) & 0x3FFF, octets[index + 4..<index + length])
            index += (length + 3) & ~3
        }
    }

    static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
    }

    /// Reads a number in host byte order; the caller has checked that it is there.
    static func number<Number: FixedWidthInteger>(_ octets: ArraySlice<UInt8>, _ index: Int) -> Number {
        let size = MemoryLayout<Number>.size
        let number = octets[index..<index + size].reversed().reduce(Number(0)) { $0 << 8 | Number($1) }
        return Number(littleEndian: number)
    }
}
