import Foundation

/// What `Package.swift` says of the targets, read from its text.
struct Manifest {
    /// A target's row.
    struct Target {
        let name: String
        let isTest: Bool
        /// Names of targets of this package and of products of others, which are those of their modules.
        let dependencies: [String]
    }

    /// In the order in which they stand there, from the ground up.
    let targets: [Target]

    init(parsing text: String) {
        let calls = /\.(target|executableTarget|testTarget)\(/
        targets = text.uncommented.matches(of: calls).compactMap { call in
            let arguments = call.output.0.base[call.range.upperBound...].bracketed
            guard let name = arguments.firstMatch(of: /name: "([^"]+)"/) else { return nil }
            let list = arguments.firstMatch(of: /dependencies: \[/).map { arguments[$0.range.upperBound...].bracketed }
            return Target(
                name: String(name.1), isTest: call.1 == "testTarget", dependencies: list.map(Self.dependencies) ?? [])
        }
    }

    /// That of this repository.
    static func read() throws -> Manifest {
        Manifest(parsing: try String(contentsOf: SourceFile.root.appending(path: "Package.swift"), encoding: .utf8))
    }

    /// `"Target"` and `.product(name: "Module", package: "package")`.
    private static func dependencies(_ list: Substring) -> [String] {
        list.matches(of: /\.product\(name: "([^"]+)"[^)]*\)|"([^"]+)"/).compactMap { ($0.1 ?? $0.2).map(String.init) }
    }
}

extension String {
    /// Without what follows `//` at the beginning of a line or behind a space.
    fileprivate var uncommented: Substring {
        Substring(replacing(/(?:^| )\/\/[^\n]*/.anchorsMatchLineEndings(), with: ""))
    }
}

extension Substring {
    /// What comes before the bracket that closes the one in front of this.
    fileprivate var bracketed: Substring {
        var depth = 1
        let end = indices.first { index in
            if "([".contains(self[index]) { depth += 1 }
            if ")]".contains(self[index]) { depth -= 1 }
            return depth == 0
        }
        return self[..<(end ?? endIndex)]
    }
}
