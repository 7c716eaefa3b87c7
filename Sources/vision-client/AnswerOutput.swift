import ArgumentParser
import Foundation

/// Where answers go, and nothing but answers.
enum AnswerOutput {
    /// Writes a line; a reader that has gone ends the program.
    static func print(_ line: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
        } catch {
            throw ExitCode.failure
        }
    }
}
