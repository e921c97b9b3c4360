// SPDX-License-Identifier: Apache-2.0

package import SondeLua

/// The `bignum_` functions of the `openssl` module, and their userdata of type `BIGNUM`.
///
/// A number's methods are the very functions of the module, so errors name them alike in both forms.
package struct BignumModule {
    private typealias Body =
        @Sendable (borrowing CallFrame, ObjectType<Bignum>) throws(HostError) -> HostReturn

    private struct Function: Sendable {
        let name: StaticString
        let method: StaticString?
        let body: Body

        init(_ name: StaticString, method: StaticString? = nil, _ body: @escaping Body) {
            self.name = name
            self.method = method
            self.body = body
        }
    }

    private let type: ObjectType<Bignum>

    /// Adds the functions to `openssl`.
    package static func install(in state: LuaState) throws(LuaError) -> BignumModule {
        var metatable: LuaReference?
        let type = try state.type("BIGNUM", of: Bignum.self) { frame in
            frame.setField("__name", "BIGNUM")
            frame.pushCopy(of: -1)
            metatable = LuaReference(popping: frame)
        }
        guard let metatable else { throw LuaError(kind: .memory, message: []) }
        let registered = (makers + conversions + arithmetic + bits + primes).map { function in
            let body = function.body
            let host = state.function("openssl.\(function.name)") { frame throws(HostError) in
                try body(frame, type)
            }
            return (function, host)
        }
        try NativeModules.withTable("openssl", in: state) { frame in
            let module = frame.count
            for (function, host) in registered { frame.setField(function.name, host) }
            frame.push(metatable)
            frame.pushField("bignum_bn2hex", of: module)
            frame.setField("__tostring")
            frame.pushField("__index", of: -1)
            for (function, _) in registered {
                guard let method = function.method else { continue }
                frame.pushField(function.name, of: module)
                frame.setField(method)
            }
        }
        return BignumModule(type: type)
    }

    /// Pushes a number as scripts know it, made of its octets, the highest first.
    ///
    /// Pushes nil for numbers of more than half a megabyte.
    package func push(bigEndian octets: [UInt8], on frame: borrowing CallFrame) {
        guard let number = Bignum(bigEndian: octets) else { return frame.pushNil() }
        frame.push(number, as: type)
    }

    // MARK: Makers

    private static let makers: [Function] = [
        Function("bignum_bin2bn") { (frame, type) throws(HostError) in
            let octets = try frame.string(at: 1)
            return try push(Bignum(bigEndian: octets), as: type, on: frame)
        },
        Function("bignum_dec2bn") { (frame, type) throws(HostError) in
            let digits = try frame.string(at: 1)
            return try push(Bignum(digits: digits, base: .ten), as: type, on: frame)
        },
        Function("bignum_hex2bn") { (frame, type) throws(HostError) in
            let digits = try frame.string(at: 1)
            return try push(Bignum(digits: digits, base: .sixteen), as: type, on: frame)
        },
        Function("bignum_rand", random),
        Function("bignum_pseudo_rand", random),
    ]

    @Sendable private static func random(
        _ frame: borrowing CallFrame,
        _ type: ObjectType<Bignum>
    ) throws(HostError) -> HostReturn {
        try push(Bignum.random(bits: try frame.integer(at: 1)), as: type, on: frame)
    }

    // MARK: Conversions

    private static let conversions: [Function] = [
        Function("bignum_bn2bin", method: "tobin") { (frame, type) throws(HostError) in
            frame.push(try frame.object(at: 1, as: type).bigEndianOctets)
            return .results(1)
        },
        Function("bignum_bn2mpi", method: "tompi") { (frame, type) throws(HostError) in
            frame.push(try frame.object(at: 1, as: type).mpiOctets)
            return .results(1)
        },
        Function("bignum_bn2dec", method: "todec") { (frame, type) throws(HostError) in
            frame.push(try frame.object(at: 1, as: type).digits(base: .ten))
            return .results(1)
        },
        Function("bignum_bn2hex", method: "tohex") { (frame, type) throws(HostError) in
            frame.push(try frame.object(at: 1, as: type).digits(base: .sixteen))
            return .results(1)
        },
    ]

    // MARK: Arithmetic

    private static let arithmetic: [Function] = [
        Function("bignum_add") { (frame, type) throws(HostError) in
            let one = try frame.object(at: 1, as: type)
            let other = try frame.object(at: 2, as: type)
            return try push(Bignum.sum(one, other), as: type, on: frame)
        },
        Function("bignum_div") { (frame, type) throws(HostError) in
            let dividend = try frame.object(at: 1, as: type)
            let divisor = try frame.object(at: 2, as: type)
            guard let (quotient, remainder) = Bignum.quotient(dividend, by: divisor) else {
                throw OpenSSLError.taken()
            }
            frame.push(quotient, as: type)
            frame.push(remainder, as: type)
            return .results(2)
        },
        Function("bignum_mod_exp") { (frame, type) throws(HostError) in
            let base = try frame.object(at: 1, as: type)
            let exponent = try costly(at: 2, of: frame, as: type)
            let modulus = try costly(at: 3, of: frame, as: type)
            return try push(Bignum.power(base, exponent, modulus: modulus), as: type, on: frame)
        },
    ]

    // MARK: Bits

    private static let bits: [Function] = [
        Function("bignum_num_bits", method: "num_bits") { (frame, type) throws(HostError) in
            frame.push(try frame.object(at: 1, as: type).bitCount)
            return .results(1)
        },
        Function("bignum_num_bytes", method: "num_bytes") { (frame, type) throws(HostError) in
            frame.push(try frame.object(at: 1, as: type).octetCount)
            return .results(1)
        },
        Function("bignum_is_bit_set", method: "is_bit_set") { (frame, type) throws(HostError) in
            let number = try frame.object(at: 1, as: type)
            frame.push(number.isBitSet(try frame.integer(at: 2)))
            return .results(1)
        },
        Function("bignum_set_bit", method: "set_bit") { (frame, type) throws(HostError) in
            let number = try frame.object(at: 1, as: type)
            let bit = try frame.integer(at: 2)
            guard bit < Bignum.maximumBitCount else { throw .argument(2, "bit number out of range") }
            number.setBit(bit, to: true)
            return .nothing
        },
        Function("bignum_clear_bit", method: "clear_bit") { (frame, type) throws(HostError) in
            try frame.object(at: 1, as: type).setBit(try frame.integer(at: 2), to: false)
            return .nothing
        },
    ]

    // MARK: Primes

    private static let primes: [Function] = [
        Function("bignum_is_prime", method: "is_prime") { (frame, type) throws(HostError) in
            frame.push(try costly(at: 1, of: frame, as: type).isPrime)
            return .results(1)
        },
        Function("bignum_is_safe_prime", method: "is_safe_prime") { (frame, type) throws(HostError) in
            let number = try costly(at: 1, of: frame, as: type)
            let isPrime = number.isPrime
            frame.push(isPrime && number.halfIsPrime)
            frame.push(isPrime)
            return .results(2)
        },
    ]

    // MARK: Parts

    /// A number that is not too large for what takes long.
    private static func costly(
        at index: Int,
        of frame: borrowing CallFrame,
        as type: ObjectType<Bignum>
    ) throws(HostError) -> Bignum {
        let number = try frame.object(at: index, as: type)
        guard number.bitCount <= Bignum.maximumCostlyBitCount else {
            throw .argument(index, "number is too large")
        }
        return number
    }

    /// Pushes a result, or raises what kept it from being made.
    private static func push(
        _ number: Bignum?,
        as type: ObjectType<Bignum>,
        on frame: borrowing CallFrame
    ) throws(HostError) -> HostReturn {
        guard let number else { throw .message("number is too large") }
        frame.push(number, as: type)
        return .results(1)
    }
}
