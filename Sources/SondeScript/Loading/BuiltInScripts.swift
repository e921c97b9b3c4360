// SPDX-License-Identifier: Apache-2.0

/// The scripts that are built into the program.
package enum BuiltInScripts {
    /// All of them.
    package static var all: [EmbeddedScript] { [] }
}
