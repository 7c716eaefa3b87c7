#if canImport(Darwin)
    import Foundation
#endif

/// The program that is started to decode what is not decoded in this process: this one again, as a rule.
public struct DecoderProgram: Sendable {
    let path: String

    /// - Parameter path: Of a program that calls `DecoderChild.runIfAsked` before anything else.
    public init(path: String) {
        self.path = path
    }

    /// The program that runs, even when its file was replaced meanwhile.
    public static var current: DecoderProgram {
        #if canImport(Darwin)
            DecoderProgram(path: Bundle.main.executablePath ?? CommandLine.arguments[0])
        #else
            DecoderProgram(path: "/proc/self/exe")
        #endif
    }
}
