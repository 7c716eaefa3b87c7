package import Florence2
package import Images
package import Serving

/// Makes the bytes of an image file what the model takes, and asks the question as it goes.
package typealias PrepareImage =
    @Sendable (_ file: [UInt8], ImageProcessor, @escaping DecodeWatch.Question) throws -> PreparedImage

/// One model, its files, its queue and the preparation of its images, for all dialects: `parse -> service -> format`.
package struct CaptionService: Sendable {
    package typealias Host = ModelHost<CaptionWorker, ContinuousClock>
    package typealias Store = ModelStore<ModelAssets, ContinuousClock>

    package let host: Host
    package let store: Store
    private let decoder: ImageDecoder
    private let prepareImage: PrepareImage
    private let preprocessing: PreprocessingQueue
    private let isCallersFault: @Sendable (any Error) -> Bool
    private let metrics = CaptionMetrics()

    /// - Parameters:
    ///   - store: The model's files.
    ///   - budget: How much decoding goes on at a time.
    ///   - decoder: Reads the headers of images.
    ///   - prepareImage: Decodes and resizes.
    ///   - isCallersFault: Of an error: then the request counts as invalid, and not as failed.
    package init(
        host: Host, store: Store, budget: DecodeBudget, decoder: ImageDecoder, prepareImage: @escaping PrepareImage,
        isCallersFault: @escaping @Sendable (any Error) -> Bool
    ) {
        self.host = host
        self.store = store
        self.decoder = decoder
        self.prepareImage = prepareImage
        self.isCallersFault = isCallersFault
        preprocessing = PreprocessingQueue(budget: budget)
    }

    /// What a request holds from the moment when its body was read until its answer is complete.
    package struct Slot: Sendable {
        fileprivate let service: CaptionService
        fileprivate let place: Host.QueueSlot
        fileprivate let ticket: PreprocessingQueue.Ticket
    }

    /// Whether a request would be served now: to be asked before its body is read.
    ///
    /// - Throws: `ModelStoreError`, `ModelHostError`.
    package func checkAdmission() async throws {
        _ = try store.require()
        try await host.checkAdmission()
    }

    /// Takes a place in the queue for a request whose body has so many bytes, and gives it back when `body` ends, or at
    /// once when the caller's task is cancelled.
    ///
    /// - Throws: `ModelStoreError`, `ModelHostError`, or what `body` throws.
    package func withSlot<R: Sendable>(bytes: Int, _ body: (Slot) async throws -> R) async throws -> R {
        try await host.withQueueSlot(bytes: bytes, isCallersFault: isCallersFault) { place in
            try await body(Slot(service: self, place: place, ticket: preprocessing.drawTicket()))
        }
    }
}

extension CaptionService.Slot {
    /// Parses a request on a thread of the preprocessing, where that decides whether there is anything to answer.
    ///
    /// - Parameter isLong: Whether it may take some tenths of a second.
    package func parse<R: Sendable>(
        isLong: Bool = false, _ parse: @escaping @Sendable () throws -> R
    ) async throws -> R {
        try await service.preprocessing.run(ticket, neverAsks: isLong) { _ in try parse() }
    }

    /// The same place for the request's next image, which is prepared behind those that came in the meantime.
    package func following() -> Self {
        Self(service: service, place: place, ticket: service.preprocessing.drawTicket())
    }

    /// Reads the headers of several images, so that a bad one is found before the first is answered.
    ///
    /// - Throws: `ImageError`, `PreprocessingError.tooLarge`, `ModelStoreError`.
    package func check(_ files: [[UInt8]]) async throws {
        let processor = try service.store.require().processor
        let (decoder, limit) = (service.decoder, service.preprocessing.budget.largest)
        try await service.preprocessing.run(ticket) { _ in
            for file in files {
                let bytes = try decoder.header(of: file, for: processor).decodeMemory
                guard bytes <= limit else { throw PreprocessingError.tooLarge(bytes: bytes, limit: limit) }
            }
        }
    }

    /// Parses and answers one request: its image's header is read, then, when there is memory for it, the image is
    /// decoded and shrunk; so a bad one never wakes the model, and who is ready first passes the others.
    ///
    /// - Parameters:
    ///   - isLong: Whether parsing may take some tenths of a second.
    ///   - wantsText: Whether text is told while it is generated.
    ///   - rest: Bytes that the request goes on to hold for its next image; `nil`: it has no other one.
    ///   - parse: Runs on a thread of the preprocessing, and lets go of the body.
    ///   - report: Hears what happens, on any thread; it must not take long.
    package func answer<Request: ParsedRequest>(
        isLong: Bool = false, wantsText: Bool = false, rest: Int? = nil,
        parse: @escaping @Sendable () throws -> Request,
        report: @escaping @Sendable (CaptionEvent) -> Void = { _ in }
    ) async throws -> (request: Request, captions: [Caption]) {
        let (request, prepared, known) = try await prepare(isLong, parse, report)
        let input = request.input
        let job = CaptionRequest(
            image: prepared, prompts: input.prompts, overrides: input.overrides, wantsText: wantsText)
        report(.prepared)
        let captions = try await place.withModel(
            bytes: job.byteCount + (known?.byteCount ?? 0) + (rest ?? 0), keepAlive: input.keepAlive, rest: rest,
            moved: { report(.queued(ahead: $0)) },
            start: { worker, isCancelled in
                report(.admitted)
                return worker.begin(job, image: known, isCancelled: isCancelled, report: report)
            }, result: { try await $0.captions() })
        for caption in captions { service.metrics.record(caption) }
        report(.finished(captions))
        return (request, captions)
    }

    /// In two steps, as the image's header says how much memory the second one waits for; one whose features are kept is
    /// not decoded again. The file goes with the end of this function: a request that waits for the model holds a small
    /// image.
    private func prepare<Request: ParsedRequest>(
        _ isLong: Bool, _ parse: @escaping @Sendable () throws -> Request,
        _ report: @escaping @Sendable (CaptionEvent) -> Void
    ) async throws -> (Request, PreparedImage, KnownImage?) {
        let processor = try service.store.require().processor
        let (decoder, prepareImage, images) = (service.decoder, service.prepareImage, service.host.runner.images)
        let (request, file, sight) = try await service.preprocessing.run(ticket, neverAsks: isLong) { _ in
            let request = try parse()
            let file = images.digest(of: request.input.file)
            // For a thumbnail it is decoded again.
            let known = request.input.thumbnailSide == nil ? file.flatMap { images.find(file: $0) } : nil
            let sight = try known.map(Sight.known) ?? .new(decoder.header(of: request.input.file, for: processor))
            report(.understood(sight.header))
            return (request, file, sight)
        }
        switch sight {
        case .known(let image): return (request.withoutFile(), image.identity.outline, image)
        case .new(let header):
            return try await service.preprocessing.run(ticket, bytes: header.decodeMemory) { question in
                let image = try prepareImage(request.input.file, processor, question)
                if let side = request.input.thumbnailSide, let file = image.thumbnail(side: side) {
                    report(.thumbnail(file))
                }
                let identity = file.flatMap { ImageIdentity(file: $0, header: header, image: image) }
                return (request.withoutFile(), image, identity.map { KnownImage($0) })
            }
        }
    }
}

/// An image before it is decoded: one that was seen before need not be.
private enum Sight {
    case known(KnownImage)
    case new(ImageHeader)

    var header: ImageHeader {
        switch self {
        case .known(let image): image.identity.header
        case .new(let header): header
        }
    }
}

extension CaptionRequest {
    /// Memory that the request holds while it waits.
    fileprivate var byteCount: Int {
        image.pixels.pixels.count + prompts.reduce(0) { $0 + $1.original.utf8.count + $1.text.utf8.count }
    }
}
