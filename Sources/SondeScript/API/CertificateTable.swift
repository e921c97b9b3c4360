// SPDX-License-Identifier: Apache-2.0

internal import SondeIO
internal import SondeLua

/// The certificate object of scripts (spec `nse-api`, section 8.3): its fields are made when asked for.
extension ScriptEngine {
    func installCertificates() {
        let index = lua.function("certificate.index") { [self] (frame) throws(HostError) in
            let certificate = try frame.object(at: 1, as: types.certificate)
            guard let key = frame.octets(at: 2).map({ String(decoding: $0, as: UTF8.self) }) else {
                frame.pushNil()
                return .results(1)
            }
            return push(frame, key, of: certificate)
        }
        let digest = lua.function("certificate.digest") { [self] (frame) throws(HostError) in
            let certificate = try frame.object(at: 1, as: types.certificate)
            guard let octets = certificate.digest(try frame.text(at: 2)) else { return .nothing }
            frame.push(octets)
            return .results(1)
        }
        digestFunction = digest
        lua.withStack { frame in
            frame.pushMetatable(of: types.certificate)
            frame.setField("__index", index)
        }
    }

    private func push(_ frame: borrowing CallFrame, _ key: String, of certificate: Certificate) -> HostReturn
    {
        switch key {
        case "subject": push(frame, certificate.subject)
        case "issuer": push(frame, certificate.issuer)
        case "sig_algorithm": frame.push(certificate.signatureAlgorithm)
        case "validity":
            frame.pushTable(fields: 2)
            push(frame, certificate.notBefore)
            frame.setField("notBefore")
            push(frame, certificate.notAfter)
            frame.setField("notAfter")
        case "pem": frame.push(certificate.pem)
        case "extensions": push(frame, certificate.extensions)
        case "pubkey": return pushKey(frame, of: certificate)
        case "digest":
            if let digestFunction { frame.push(digestFunction) } else { frame.pushNil() }
        default: frame.pushNil()
        }
        return .results(1)
    }

    private func push(_ frame: borrowing CallFrame, _ entries: [CertificateNameEntry]) {
        frame.pushTable(fields: entries.count)
        for entry in entries {
            switch entry.name {
            case .text(let name): frame.push(name)
            case .numbers(let numbers):
                frame.pushTable(elements: numbers.count)
                for (index, number) in numbers.enumerated() {
                    frame.push(number)
                    frame.setElement(index + 1)
                }
            }
            frame.push(entry.value)
            frame.setEntry()
        }
    }

    private func push(_ frame: borrowing CallFrame, _ time: CertificateTime?) {
        switch time {
        case nil: frame.pushNil()
        case .unparsed(let octets): frame.push(octets)
        case .calendar(let date):
            frame.pushTable(fields: 6)
            frame.setField("year", date.year)
            frame.setField("month", date.month)
            frame.setField("day", date.day)
            frame.setField("hour", date.hour)
            frame.setField("min", date.minute)
            frame.setField("sec", date.second)
        }
    }

    private func push(_ frame: borrowing CallFrame, _ extensions: [CertificateExtension]) {
        guard !extensions.isEmpty else {
            frame.pushNil()
            return
        }
        frame.pushTable(elements: extensions.count)
        for (index, item) in extensions.enumerated() {
            frame.pushTable(fields: 4)
            frame.setField("name", item.name)
            frame.setField("value", item.value)
            frame.setField("critical", item.isCritical ? true : nil)
            frame.setField("error", item.value == nil ? true : nil)
            frame.setElement(index + 1)
        }
    }

    private func pushKey(_ frame: borrowing CallFrame, of certificate: Certificate) -> HostReturn {
        let key: CertificatePublicKey
        do throws(CertificateError) {
            key = try certificate.publicKey()
        } catch {
            frame.pushNil()
            frame.push(error.description)
            return .results(2)
        }
        frame.pushTable(fields: 4)
        frame.setField("bits", key.bits)
        switch key.kind {
        case .rsa(let exponent, let modulus):
            frame.setField("type", "rsa")
            modules.bignums.push(bigEndian: exponent, on: frame)
            frame.setField("exponent")
            modules.bignums.push(bigEndian: modulus, on: frame)
            frame.setField("modulus")
        case .dsa: frame.setField("type", "dsa")
        case .diffieHellman: frame.setField("type", "dh")
        case .ellipticCurve(let curve):
            frame.setField("type", "ec")
            pushCurve(frame, curve)
            frame.setField("ecdhparams")
        case .unknown: frame.setField("type", "unknown")
        }
        return .results(1)
    }

    private func pushCurve(_ frame: borrowing CallFrame, _ curve: CertificateCurve) {
        frame.pushTable(fields: 1)
        frame.pushTable(fields: 2)
        switch curve {
        case .named(let name):
            frame.setField("ec_curve_type", "namedcurve")
            frame.setField("curve", name)
        case .explicitPrime: frame.setField("ec_curve_type", "explicit_prime")
        case .explicitCharacteristicTwo: frame.setField("ec_curve_type", "explicit_char2")
        case .unknown: frame.setField("ec_curve_type", "UNKNOWN")
        }
        frame.setField("curve_params")
    }
}
