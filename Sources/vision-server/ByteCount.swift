import ArgumentParser

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
