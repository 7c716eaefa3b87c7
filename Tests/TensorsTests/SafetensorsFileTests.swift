import Foundation
import Tensors
import Testing

@Suite struct SafetensorsFileTests {
    /// A file of the header's text and `count` bytes of data.
    private func open(_ header: String, data count: Int, length: UInt64? = nil) throws -> SafetensorsFile {
        var file = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
        file.append(Data(header.utf8))
        file.append(Data(count: count))
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        try file.write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try SafetensorsFile(path: url.path)
    }

    @Test("A sound file opens, metadata and empty tensors included")
    func sound() throws {
        let file = try open(
            #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},"#
                + #""b":{"dtype":"I64","shape":[0,4],"data_offsets":[12,12]},"#
                + #""c":{"dtype":"F32","shape":[],"data_offsets":[12,16]}}  "#,
            data: 16)
        #expect(file.entries.keys.sorted() == ["a", "b", "c"])
        #expect(file.entries["a"]?.shape == [2, 3])
    }

    @Test(
        "A header that lies is an error",
        arguments: [
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
                + #""b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
            #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
                + #""b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
            #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"NONE","shape":[2],"data_offsets":[0,8]}}"#,
            #"{"a":{"dtype":"F32","shape":[2]}}"#, #"{"a":7}"#, #"[]"#, #"{"#, "",
        ])
    func lying(header: String) {
        #expect(throws: TensorError.self) { try open(header, data: 8) }
    }

    @Test("Bytes that belong to no tensor are an error")
    func trailing() {
        #expect(throws: TensorError.self) {
            try open(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: 5)
        }
    }

    @Test("A header length beyond the file is an error", arguments: [UInt64.max, 1 << 63, 100_000_001, 1_000])
    func length(claimed: UInt64) {
        #expect(throws: TensorError.self) { try open("{}", data: 8, length: claimed) }
    }

    @Test("Folders and missing files are errors")
    func noFile() {
        #expect(throws: TensorError.self) { try SafetensorsFile(path: "/") }
        #expect(
            throws: TensorError.unreadableFile(
                path: "model.safetensors", reason: "it cannot be opened (No such file or directory)")
        ) { try SafetensorsFile(path: "/nowhere/model.safetensors") }
    }

    @Test("Halves and bfloat16 widen exactly")
    func widening() throws {
        for bits in UInt16.min...UInt16.max {
            let expectations: [(DType, Float)] = [
                (.float16, Float(Float16(bitPattern: bits))), (.bfloat16, Float(bitPattern: UInt32(bits) << 16)),
            ]
            for (dtype, expected) in expectations {
                var result: Float = 0
                withUnsafeBytes(of: bits) { source in
                    guard let base = source.baseAddress else { return }
                    dtype.widen(base, to: &result, count: 1)
                }
                guard result == expected || (result.isNaN && expected.isNaN) else {
                    Issue.record("\(dtype) \(bits): \(result), not \(expected)")
                    return
                }
            }
        }
    }

    @Test("What the writer writes the reader reads")
    func roundTrip() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        let tensors = [
            (name: "b", tensor: Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])),
            (name: "a", tensor: Tensor(shape: [1], [7])),
        ]
        try SafetensorsWriter.write(tensors, to: url.path)
        let file = try SafetensorsFile(path: url.path)
        let weights = Weights(files: [file], workspace: Workspace(threads: 1)) { StoredName($0) }
        for (name, tensor) in tensors {
            #expect(try weights.tensor(name, tensor.shape).values == tensor.values)
        }
    }
}
