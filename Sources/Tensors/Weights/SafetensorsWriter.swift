import FoundationEssentials

/// Writes tensors as a safetensors file of F32, in the order given.
public enum SafetensorsWriter {
    private struct Description: Encodable {
        let dtype = "F32"
        let shape: [Int]
        let data_offsets: [Int]
    }

    /// Writes `tensors` to `path`, replacing a file that is there.
    public static func write(_ tensors: [(name: String, tensor: Tensor)], to path: String) throws {
        var header: [String: Description] = [:]
        var body = Data()
        for (name, tensor) in tensors {
            let start = body.count
            tensor.withUnsafeBufferPointer { body.append(Data(buffer: $0)) }
            header[name] = Description(shape: tensor.shape, data_offsets: [start, body.count])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var json = try encoder.encode(header)
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        var file = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
        file.append(json)
        file.append(body)
        do {
            // As the system takes it: a URL would make the user's own folder of a `~`.
            try file.write(to: URL(filePath: path.utf8.first == UInt8(ascii: "~") ? "./" + path : path))
        } catch {
            throw TensorError.invalidFile(path: path, reason: "it cannot be written")
        }
    }
}
