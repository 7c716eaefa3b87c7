import Foundation

/// Where the client talks to people: standard error.
package struct Terminal: Sendable {
    /// Whether a person looks at it, on something that can draw a bar.
    package let isInteractive: Bool

    package init(environment: [String: String]) {
        isInteractive = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    }

    /// Columns.
    var width: Int {
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    package func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// A text on one line, and harmless: file names and captions can hold anything.
    package static func visible(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .lineSeparator, .paragraphSeparator, .format:
                        scalar == "\n" || scalar == "\t" || scalar == "\r" ? " " : "?"
                    default: scalar
                    }
                }))
    }
}
