import Foundation

/// The tensors of a safetensors file as they are stored, to be changed and written again.
struct CheckpointFile {
    struct Stored {
        var dtype: String
        var shape: [Int]
        var bytes: Data

        /// The values of F16, BF16, F32 or F64.
        var values: [Double] {
            let size = dtype == "F64" ? 8 : dtype == "F32" ? 4 : 2
            return stride(from: 0, to: bytes.count, by: size).map { offset in
                let part = [UInt8](bytes[bytes.startIndex + offset..<bytes.startIndex + offset + size])
                return part.withUnsafeBytes { raw -> Double in
                    switch dtype {
                    case "F64": raw.loadUnaligned(as: Double.self)
                    case "F32": Double(raw.loadUnaligned(as: Float.self))
                    case "BF16": Double(Float(bitPattern: UInt32(raw.loadUnaligned(as: UInt16.self)) << 16))
                    default: Self.float16(raw.loadUnaligned(as: UInt16.self))
                    }
                }
            }
        }

        init(dtype: String, shape: [Int], bytes: Data) {
            (self.dtype, self.shape, self.bytes) = (dtype, shape, bytes)
        }

        init(f64 values: [Double], shape: [Int]) {
            self.init(dtype: "F64", shape: shape, bytes: values.withUnsafeBytes { Data($0) })
        }

        init(f32 values: [Float], shape: [Int]) {
            self.init(dtype: "F32", shape: shape, bytes: values.withUnsafeBytes { Data($0) })
        }

        private static func float16(_ bits: UInt16) -> Double {
            let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
            let scale = Double(sign: .plus, exponent: max(exponent, 1) - 25, significand: 1)
            let magnitude = (exponent == 0 ? fraction : 1024 + fraction) * scale
            return bits & 0x8000 == 0 ? magnitude : -magnitude
        }
    }

    var tensors: [String: Stored]

    init(_ url: URL) throws {
        let file = try Data(contentsOf: url)
        let length = Int(file.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
        let header = try JSONSerialization.jsonObject(with: file[8..<8 + length]) as? [String: Any] ?? [:]
        tensors = [:]
        for (name, value) in header where name != "__metadata__" {
            guard let entry = value as? [String: Any], let offsets = entry["data_offsets"] as? [Int] else { continue }
            tensors[name] = Stored(
                dtype: entry["dtype"] as? String ?? "", shape: entry["shape"] as? [Int] ?? [],
                bytes: Data(file[8 + length + offsets[0]..<8 + length + offsets[1]]))
        }
    }

    func write(to url: URL) throws {
        var header: [String: Any] = [:]
        var data = Data()
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let offsets = [data.count, data.count + tensor.bytes.count]
            header[name] = ["dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": offsets]
            data += tensor.bytes
        }
        let json = try JSONSerialization.data(withJSONObject: header)
        var length = UInt64(json.count)
        try (Data(bytes: &length, count: 8) + json + data).write(to: url)
    }
}

extension CheckpointFolder {
    /// Changes the tensors of model.safetensors.
    func changeTensors(_ change: (inout [String: CheckpointFile.Stored]) -> Void) throws {
        var file = try CheckpointFile(path("model.safetensors"))
        change(&file.tensors)
        try file.write(to: path("model.safetensors"))
    }

    /// Renames each tensor.
    func rename(_ change: (String) -> String) throws {
        try changeTensors { tensors in
            tensors = Dictionary(uniqueKeysWithValues: tensors.map { (change($0.key), $0.value) })
        }
    }
}
