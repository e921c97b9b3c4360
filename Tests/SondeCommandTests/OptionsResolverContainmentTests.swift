// SPDX-License-Identifier: Apache-2.0

import Sonde
import SondeModel
import Testing

@testable import SondeCommand

@Suite struct OptionsResolverContainmentTests {
    @Test("what is opened and limited reaches the plan, and says nothing")
    func plan() throws {
        let resolved = try resolve(
            "--scope 192.0.2.0/24 --script-rate 10/s --allow exec,env --allow read=/srv --script-cpu-limit 2s "
                + "--script-memory 64M --script-max-output 4K h"
        )
        let containment = resolved.plan.containment
        #expect(containment.permissions == [.exec, .env, .read("/srv")])
        #expect(containment.processorTime == .seconds(2))
        #expect(containment.memory == 64 << 20)
        #expect(containment.output == 4096)
        #expect(containment.hostRate == 10)
        #expect(!containment.isOff)
        #expect(try resolve("--unsafe-scripts h").plan.containment.isOff)
        #expect(resolved.notes.isEmpty)
    }

    @Test("a lock file reaches the plan")
    func locked() throws {
        #expect(try resolve("--locked scripts.lock h").plan.containment.lockFile == "scripts.lock")
    }
}
