// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SondeScript

@Suite struct ScriptMetadataTests {
    @Test(
        "name and id follow from the path as in the reference",
        arguments: [
            ("./plain.nse", "plain", "plain"), ("plain.nse", "plain", "plain"),
            ("./noext", "./noext", "./noext"),
            ("noext", "noext", "noext"), ("./foo.lua", "foo", "foo"), ("foo.lua", "foo", "foo"),
            ("./x.tar.gz", "x.tar", "x.tar"), ("./.hid", "./.hid", "./.hid"), ("e.d/noext", "e", "e"),
            ("e.d/a.nse", "a", "a"), ("e.d/b.lua", "b", "b"), ("./a.nse.nse", "a.nse", "a.nse"),
            ("./x.NSE", "x", "x"),
            ("/tmp/n/noext", "/tmp/n/noext", "/tmp/n/noext"), ("./.nse", "./.nse", "./.nse"), ("", "", ""),
            (".", ".", "."), ("a/", "a/", "a/"), (".nse", ".nse", ".nse"),
        ]
    )
    func names(path: String, name: String, id: String) {
        let script = ScriptMetadata(path: path)
        #expect(script.name == name)
        #expect(script.id == id)
    }

    @Test("only the ending .nse is recommended")
    func ending() {
        #expect(ScriptMetadata(path: "a.nse").hasRecommendedExtension)
        #expect(!ScriptMetadata(path: "a.NSE").hasRecommendedExtension)
        #expect(!ScriptMetadata(path: "nse").hasRecommendedExtension)
    }
}
