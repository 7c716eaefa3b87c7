import Foundation

/// A file as the hub lists it.
struct RemoteFile: Sendable, Equatable {
    /// No file of a model is larger than a petabyte.
    static let maximumBytes = 1 << 50

    let name: String
    /// What its bytes are; `nil` where the listing does not tell.
    var blob: BlobID?
    /// Bytes; `nil` where the listing does not tell.
    var size: Int?
}

/// What the hub says about one revision: which commit it is, and which files it has.
struct RepositoryListing: Sendable {
    let commit: String
    private let files: [String: RemoteFile]

    /// - Throws: `BadListing`, a part of a sentence.
    init(json: Data) throws(BadListing) {
        let answer: Answer
        do {
            answer = try JSONDecoder().decode(Answer.self, from: json)
        } catch {
            throw BadListing("it is no list of a model's files")
        }
        guard ModelRepository.isCommit(answer.sha) else { throw BadListing("it names no commit") }
        commit = answer.sha
        files = answer.siblings.reduce(into: [:]) { files, sibling in
            files[sibling.rfilename] = RemoteFile(
                name: sibling.rfilename, blob: (sibling.lfs?.sha256 ?? sibling.blobId).flatMap { BlobID($0) },
                size: (sibling.lfs?.size ?? sibling.size).flatMap {
                    (1...RemoteFile.maximumBytes).contains($0) ? $0 : nil
                })
        }
    }

    var names: Set<String> { Set(files.keys) }

    /// The file of that name; one about which nothing is known where the listing lacks it.
    func file(_ name: String) -> RemoteFile { files[name] ?? RemoteFile(name: name) }

    private struct Answer: Decodable {
        let sha: String
        let siblings: [Sibling]
    }

    private struct Sibling: Decodable {
        let rfilename: String
        let size: Int?
        let blobId: String?
        let lfs: LargeFile?
    }

    private struct LargeFile: Decodable {
        let sha256: String?
        let size: Int?
    }
}

/// Why a listing cannot be used, as a part of a sentence.
struct BadListing: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

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
