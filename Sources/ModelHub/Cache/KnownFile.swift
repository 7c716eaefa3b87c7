/// A file of which it is known what to expect.
struct KnownFile: Sendable {
    let name: String
    let blob: BlobID
    let size: Int

    init?(_ file: RemoteFile) {
        guard let blob = file.blob, let size = file.size, (1...RemoteFile.maximumBytes).contains(size) else {
            return nil
        }
        name = file.name
        self.blob = blob
        self.size = size
    }
}

/// The sum, or the largest number where that is too small for it: sizes come from outside.
func saturatingSum(_ numbers: [Int]) -> Int {
    numbers.reduce(0) { sum, number in
        let (result, overflow) = sum.addingReportingOverflow(number)
        return overflow ? .max : result
    }
}
