import ArgumentParser
import Foundation

/// Where answers go, and nothing but answers.
enum StandardOutput {
    /// - Throws: what ends the program: a reader that has gone, without a word; a full disk, with one.
    static func print(_ line: String) throws {
        let code = write(line, to: STDOUT_FILENO)
        guard code != 0 else { return }
        if code != EPIPE {
            StandardError.print("The answer cannot be written: \(String(cString: strerror(code)).lowercased()).")
        }
        throw ExitCode.failure
    }

    /// The system's error number, 0 for none.
    fileprivate static func write(_ line: String, to descriptor: Int32) -> Int32 {
        let bytes = Array((line + "\n").utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            written += count
        }
        return 0
    }
}

/// Where a command says what is not its answer. What cannot be written is lost; there is nobody to tell.
enum StandardError {
    static func print(_ line: String) {
        _ = StandardOutput.write(line, to: STDERR_FILENO)
    }
}
