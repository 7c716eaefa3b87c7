import Foundation
import Logging
import Transfers

/// Brings one file into `blobs`: whole and with the right hash, or not at all.
///
/// What decides is the hash of all bytes. Everything that a server says about ranges, lengths and versions is only
/// looked at to notice early that it will not come out right.
struct BlobDownload<C: Clock> where C.Duration == Duration {
    let hub: HubClient
    let commit: String
    let file: String
    let blob: BlobID
    let size: Int
    /// Where the blob goes.
    let path: String
    let clock: C
    let meter: ProgressMeter<C>
    let logger: Logger

    /// The bytes that are there, and their hash.
    private struct Arrived {
        let partial: PartialFile
        var hasher: BlobHasher
    }

    /// - Throws: `ModelHubError`, `CancellationError`; what has arrived is kept for the next time.
    func run() async throws {
        var arrived = try await adopt()
        meter.stands(at: arrived.partial.count)
        var tags: [Origin: String] = [:]
        var mismatches = 0
        try await Retry(clock: clock, logger: logger)(file) {
            if arrived.partial.count < size { try await receive(&arrived, &tags) }
            if arrived.hasher.matches(blob) { return try arrived.partial.finish() }
            mismatches += 1
            try restart(&arrived)
            if mismatches == 2 { throw give(up: arrived) }
            throw TemporaryFailure(host: hub.configuration.hubHost, reason: "\(file) has arrived damaged")
        } bytes: {
            arrived.partial.count
        }
    }

    private func give(up arrived: Arrived) -> ModelHubError {
        arrived.partial.discard()
        return .wrongChecksum(file: file, repository: hub.repository.id)
    }

    private func restart(_ arrived: inout Arrived) throws(ModelHubError) {
        try arrived.partial.restart()
        arrived.hasher = BlobHasher(blob.algorithm, size: size)
        meter.stands(at: 0)
    }

    /// Takes over what an earlier download has left, and hashes it again: nothing else vouches for it.
    private func adopt() async throws -> Arrived {
        let partial = try PartialFile.adopt(for: path, maximumBytes: size)
        let hasher = BlobHasher(blob.algorithm, size: size)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        var offset = 0
        while offset < partial.count {
            let bytes = try partial.read(buffer, at: offset)
            guard bytes > 0 else { throw ModelHubError.disk(path: path, reason: "a partial file has become shorter") }
            hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<bytes]))
            offset += bytes
            try Task.checkCancellation()
            await Task.yield()
        }
        if offset > 0 { logger.info("\(file): going on after \(offset) of \(size) bytes") }
        return Arrived(partial: partial, hasher: hasher)
    }

    /// One request, from the first byte that is missing to the end of the file.
    private func receive(_ arrived: inout Arrived, _ tags: inout [Origin: String]) async throws {
        let answer = try await hub.open(file, commit: commit, from: arrived.partial.count, tags: tags)
        try agree(answer, &arrived, tags)
        tags[answer.origin] = answer.headers.first(name: "ETag")
        do {
            for try await part in answer.body {
                guard part.count <= size - arrived.partial.count else {
                    try restart(&arrived)
                    throw failure(answer, "\(file) has more bytes than the \(size) that the hub promises")
                }
                try part.withUnsafeBytes { bytes in
                    try arrived.partial.append(bytes)
                    arrived.hasher.update(bytes)
                }
                meter.received(part.count)
            }
        } catch let error where !(error is TemporaryFailure || error is ModelHubError) {
            throw hub.downloads.connectionFailure(error, answer.origin)
        }
        guard arrived.partial.count == size else {
            throw failure(answer, "\(file) ended after \(arrived.partial.count) of \(size) bytes")
        }
    }

    /// Looks at what the answer says it holds; what is here already is thrown away where that does not go on with it.
    private func agree(_ answer: HubTransport.Answer, _ arrived: inout Arrived, _ tags: [Origin: String]) throws {
        let start = arrived.partial.count
        if answer.status == 200 {
            if start > 0 { try restart(&arrived) }
            if let length = answer.headers.first(name: "Content-Length").flatMap(Int.init), length != size {
                throw failure(answer, "\(file) comes with \(length) bytes instead of \(size)")
            }
            return
        }
        let range = answer.status == 206 ? ContentRange(answer.headers.first(name: "Content-Range")) : nil
        let goesOn = range.map { $0.start == start && ($0.total ?? size) == size } ?? false
        let tag = answer.headers.first(name: "ETag")
        let isSame = tags[answer.origin].map { $0 == tag ?? $0 } ?? true
        if !goesOn || !isSame {
            try restart(&arrived)
            throw failure(answer, "the part of \(file) that came is not the one that was asked for")
        }
    }

    private func failure(_ answer: HubTransport.Answer, _ reason: String) -> TemporaryFailure {
        TemporaryFailure(host: answer.origin.displayName, reason: reason)
    }
}

/// The header `Content-Range` of an answer with a part of a file: `bytes 100-199/1000`.
struct ContentRange: Equatable {
    let start: Int
    /// Bytes of the whole file; `nil` where the server does not know.
    let total: Int?

    /// `nil` where the header says something else.
    init?(_ header: String?) {
        guard let header, let match = header.wholeMatch(of: /bytes (\d{1,18})-(\d{1,18})\/(\d{1,18}|\*)/),
            let start = Int(match.1), let end = Int(match.2), end >= start
        else { return nil }
        self.start = start
        total = Int(match.3)
        if let total, end >= total { return nil }
    }
}
