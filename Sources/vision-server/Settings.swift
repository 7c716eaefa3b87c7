import ArgumentParser
import Foundation

/// What no flag says comes from the environment: `--unload-after` from `VISION_SERVER_UNLOAD_AFTER`.
struct Settings {
    static let prefix = "VISION_SERVER_"

    let environment: [String: String]

    /// What Kubernetes puts into a container counts as not set.
    init(environment: [String: String]) {
        self.environment = environment.filter { !Self.isOfKubernetes($0, $1) }
    }

    /// The flag's value, or else the variable's. An empty variable counts as unset.
    func text(_ flag: String, _ given: String?) -> String? {
        given ?? environment[Self.variable(flag)].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Throws: `ValidationError`, a sentence that names the flag or the variable.
    func number(_ flag: String, _ given: Int?, in range: ClosedRange<Int>) throws -> Int? {
        if let given {
            guard range.contains(given) else { throw Self.notInRange("--\(flag)", "\(given)", range) }
            return given
        }
        guard let text = text(flag, nil) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Self.notInRange(Self.variable(flag), text, range)
        }
        return number
    }

    /// The values of a repeatable flag; the variable separates them by commas.
    func numbers(_ flag: String, _ given: [Int], in range: ClosedRange<Int>) throws -> [Int]? {
        guard given.isEmpty else { return try given.compactMap { try number(flag, $0, in: range) } }
        let numbers = try list(flag, []).map { text in
            guard let number = Int(text), range.contains(number) else {
                throw Self.notInRange(Self.variable(flag), text, range)
            }
            return number
        }
        return numbers.isEmpty ? nil : numbers
    }

    func bytes(_ flag: String, _ given: String?) throws -> Int? {
        guard let text = text(flag, given) else { return nil }
        return try ByteCount.parse(text, name: name(flag, given))
    }

    /// What the value came from: the flag or the variable.
    func name(_ flag: String, _ given: String?) -> String {
        given == nil ? Self.variable(flag) : "--\(flag)"
    }

    func isOn(_ flag: String, _ given: Bool) throws -> Bool {
        guard !given, let text = text(flag, nil) else { return given }
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default: throw ValidationError("\(Self.variable(flag)) is \"\(text)\": it must be true or false.")
        }
    }

    /// The values of a repeatable flag; the variable separates them by commas.
    func list(_ flag: String, _ given: [String]) -> [String] {
        guard given.isEmpty, let text = text(flag, nil) else { return given }
        return text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    private static func variable(_ flag: String) -> String {
        prefix + flag.uppercased().split(separator: "-").joined(separator: "_")
    }

    private static func notInRange(_ name: String, _ value: String, _ range: ClosedRange<Int>) -> ValidationError {
        let limit =
            range.upperBound == .max ? "\(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
        return ValidationError("\(name) is \"\(value)\": it must be a whole number, \(limit).")
    }
}

/// A number of bytes as people write it: `268435456`, `256MB`, `1GB`; a megabyte is 1024 x 1024 bytes here.
enum ByteCount {
    static func parse(_ text: String, name: String) throws -> Int {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).uppercased()
        let factors = ["": 1, "K": 1 << 10, "KB": 1 << 10, "M": 1 << 20, "MB": 1 << 20, "G": 1 << 30, "GB": 1 << 30]
        guard let number = Int(digits), let factor = factors[unit], number <= (1 << 50) / factor, number > 0 else {
            throw ValidationError("\(name) is \"\(text)\": it must be a number of bytes, such as 268435456 or 256MB.")
        }
        return number * factor
    }
}
