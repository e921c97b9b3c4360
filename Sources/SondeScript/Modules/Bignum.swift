// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// An integer of any size, held by OpenSSL.
///
/// The only owner of its `BIGNUM`. Sizes are bounded by ``maximumBitCount``, because reading and printing
/// decimals takes time with the square of the length.
@safe
final class Bignum {
    /// The most bits that a number made by a script may have.
    static let maximumBitCount = 1 << 22
    /// The most bits of operands of powers and tests for primes, which take time with the cube of the length.
    static let maximumCostlyBitCount = 1 << 15

    /// Never nil, and freed with this object.
    private let number: OpaquePointer

    /// Zero; nothing if there is no memory.
    init?() {
        guard let number = unsafe BN_new() else { return nil }
        unsafe self.number = unsafe number
    }

    deinit { unsafe BN_free(number) }

    /// The number in some octets, the highest first; nothing if there are too many.
    convenience init?(bigEndian octets: [UInt8]) {
        self.init()
        guard octets.count <= Self.maximumBitCount / 8 else { return nil }
        guard unsafe BN_bin2bn(octets, CInt(octets.count), number) != nil else { return nil }
    }

    /// How digits are written.
    enum Base {
        case ten, sixteen

        /// The most digits that a number can have.
        var maximumDigitCount: Int {
            switch self {
            case .ten: Bignum.maximumBitCount * 3 / 10
            case .sixteen: Bignum.maximumBitCount / 4
            }
        }

        func isDigit(_ octet: UInt8) -> Bool {
            switch octet {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                self == .sixteen
            default: false
            }
        }
    }

    /// The number in the leading digits of a text, zero without any; nothing if there are too many.
    convenience init?(digits text: [UInt8], base: Base) {
        self.init()
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = text.dropFirst(isNegative ? 1 : 0).prefix(while: base.isDigit)
        guard digits.count <= base.maximumDigitCount else { return nil }
        guard !digits.isEmpty else { return }
        let word = ((isNegative ? [UInt8(ascii: "-")] : []) + digits + [0]).map(CChar.init(bitPattern:))
        // OpenSSL reads up to the zero and writes into the number it is given.
        var target: OpaquePointer? = unsafe number
        let count = unsafe base == .ten ? BN_dec2bn(&target, word) : BN_hex2bn(&target, word)
        guard count > 0 else { return nil }
    }

    // MARK: Properties

    /// Bits without leading zeros; 0 for zero.
    var bitCount: Int { unsafe Int(BN_num_bits(number)) }

    /// Octets without leading zeros; 0 for zero.
    var octetCount: Int { (bitCount + 7) / 8 }

    /// The absolute value's octets, the highest first; none for zero.
    var bigEndianOctets: [UInt8] {
        let wanted = octetCount
        return unsafe [UInt8](unsafeUninitializedCapacity: wanted) { room, count in
            // OpenSSL writes exactly as many octets as the number has.
            count = unsafe wanted == 0 ? 0 : Int(BN_bn2bin(number, room.baseAddress))
        }
    }

    /// Four octets of length and as many of sign and magnitude, all with the highest first.
    var mpiOctets: [UInt8] {
        let wanted = unsafe Int(BN_bn2mpi(number, nil))
        return unsafe [UInt8](unsafeUninitializedCapacity: max(wanted, 0)) { room, count in
            // The first call told how many octets there are.
            count = unsafe wanted <= 0 ? 0 : Int(BN_bn2mpi(number, room.baseAddress))
        }
    }

    /// The digits in a base; hexadecimal ones are an even number of capitals, or a single zero.
    func digits(base: Base) -> String {
        guard let text = unsafe base == .ten ? BN_bn2dec(number) : BN_bn2hex(number) else { return "" }
        defer { unsafe CRYPTO_free(text, "", 0) }
        return unsafe String(cString: text)
    }

    /// Whether a bit is set; bit 0 is the lowest.
    func isBitSet(_ bit: Int) -> Bool {
        guard let bit = CInt(exactly: bit), bit >= 0 else { return false }
        return unsafe BN_is_bit_set(number, bit) == 1
    }

    /// Sets or clears a bit at a place from 0 to ``maximumBitCount``; clearing one that is not there does nothing.
    func setBit(_ bit: Int, to isSet: Bool) {
        guard bit >= 0, bit <= Self.maximumBitCount, let bit = CInt(exactly: bit) else { return }
        _ = unsafe isSet ? BN_set_bit(number, bit) : BN_clear_bit(number, bit)
        ERR_clear_error()
    }

    /// Whether the number is (almost certainly) prime.
    var isPrime: Bool {
        let verdict = unsafe BN_check_prime(number, nil, nil)
        ERR_clear_error()
        return verdict == 1
    }

    /// Whether half of the number, rounded down, is prime too; asked of primes only.
    var halfIsPrime: Bool {
        guard let half = Bignum(), unsafe BN_rshift1(half.number, number) == 1 else { return false }
        return half.isPrime
    }

    // MARK: Arithmetic

    /// A random number of at most so many bits.
    ///
    /// Zero for no bits; nothing if there is no randomness.
    static func random(bits: Int) -> Bignum? {
        guard let result = Bignum() else { return nil }
        guard bits > 0 else { return result }
        guard bits <= maximumBitCount, let bits = CInt(exactly: bits) else { return nil }
        return unsafe BN_rand(result.number, bits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 ? result : nil
    }

    /// The sum of two numbers.
    static func sum(_ one: Bignum, _ other: Bignum) -> Bignum? {
        guard let sum = Bignum() else { return nil }
        return unsafe BN_add(sum.number, one.number, other.number) == 1 ? sum : nil
    }

    /// Quotient and remainder, rounded towards zero; both zero for a division by zero, as in the reference.
    static func quotient(_ dividend: Bignum, by divisor: Bignum) -> (quotient: Bignum, remainder: Bignum)? {
        guard let quotient = Bignum(), let remainder = Bignum(), let scratch = unsafe BN_CTX_new() else {
            return nil
        }
        defer { unsafe BN_CTX_free(scratch) }
        guard divisor.bitCount > 0 else { return (quotient, remainder) }
        let isGood = unsafe BN_div(
            quotient.number,
            remainder.number,
            dividend.number,
            divisor.number,
            scratch
        )
        return isGood == 1 ? (quotient, remainder) : nil
    }

    /// A power in modular arithmetic; zero for a modulus of zero, as in the reference.
    static func power(_ base: Bignum, _ exponent: Bignum, modulus: Bignum) -> Bignum? {
        guard let power = Bignum(), let scratch = unsafe BN_CTX_new() else { return nil }
        defer { unsafe BN_CTX_free(scratch) }
        guard modulus.bitCount > 0 else { return power }
        let isGood = unsafe BN_mod_exp(
            power.number,
            base.number,
            exponent.number,
            modulus.number,
            scratch
        )
        return isGood == 1 ? power : nil
    }
}
