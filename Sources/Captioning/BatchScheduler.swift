package import Florence2

/// Answers requests, several at a time: encodes one image, or generates one token of every answer, a call.
///
/// The one loop that steps the decoder for many; requests are begun in the order of their arrival. `Captioner` is its
/// slow twin, which answers one after the other.
package struct BatchScheduler<E: Engine> {
    /// Whose request something has happened to, and what; an error is its end.
    package typealias Report = (_ id: Int, Result<CaptionEvent, any Error>) -> Void

    /// An answer that is being generated; what the engine keeps of it stands at the same place of `memories`.
    private struct RunningAnswer {
        let id: Int
        let prompt: Int
        var search: BeamSearch
        /// The most that its memory may come to.
        let byteCount: Int
    }

    private let captioner: Captioner<E>
    private let images: SharedImageCache
    private let policy: AdmissionPolicy
    private let availableMemory: () -> Int?
    private let now: () -> Double
    private let report: Report
    private var requests: [ScheduledRequest<E.Features>] = []
    private var answers: [RunningAnswer] = []
    private var memories: [E.Memory] = []
    private var ledger = DelayLedger()
    private var inquiry = RoomInquiry()
    private var costs = StepCosts()
    /// Bytes that the first image left behind for the next one.
    private var imageBytes = 0
    /// When memory was last asked for on behalf of one who was alone.
    private var lastLook = -Double.infinity

    /// - Parameters:
    ///   - images: Is asked before an image is encoded.
    ///   - availableMemory: Bytes that the process may still take; nil: nobody knows.
    ///   - now: Seconds of a clock that never goes back.
    package init(
        _ captioner: Captioner<E>, maxBatch: Int, images: SharedImageCache = SharedImageCache(limit: 0),
        availableMemory: @escaping () -> Int? = { nil }, now: @escaping () -> Double, report: @escaping Report
    ) {
        self.captioner = captioner
        self.images = images
        self.availableMemory = availableMemory
        self.now = now
        self.report = report
        policy = AdmissionPolicy(maxBatch: maxBatch)
    }

    package var isEmpty: Bool { requests.isEmpty }

    /// Takes a request that arrived at this time, after the work that was going on then.
    package mutating func append(
        _ id: Int, _ request: CaptionRequest, image: KnownImage? = nil, arrival: Double,
        isCancelled: @escaping @Sendable () -> Bool
    ) {
        guard !request.prompts.isEmpty else { return report(id, .success(.finished([]))) }
        ledger.arrive(id, ago: now() - arrival)
        requests.append(
            ScheduledRequest(
                id: id, request: request, image: image, isCancelled: isCancelled, arrival: arrival,
                configuration: captioner.processor.configuration(request.overrides)))
    }

    /// Does the next piece of work.
    package mutating func advance() {
        for request in requests where request.isCancelled() { fail(request.id, CancellationError()) }
        let next = requests.firstIndex(where: \.hasMore)
        if let next { recall(next) }
        if let next, mayBegin(requests[next]) {
            begin(next)
        } else if !answers.isEmpty {
            step()
        }
    }

    private mutating func fail(_ id: Int, _ error: any Error) {
        remove(id)
        report(id, .failure(error))
    }

    private mutating func remove(_ id: Int) {
        requests.removeAll { $0.id == id }
        for index in answers.indices.reversed() where answers[index].id == id { removeAnswer(index) }
        ledger.leave(id)
    }

    private mutating func removeAnswer(_ index: Int) {
        answers.remove(at: index)
        memories.remove(at: index)
    }
}

extension BatchScheduler {
    /// Encodes the image, where that has not been done, and begins the answer to the request's next prompt.
    private mutating func begin(_ index: Int) {
        var request = requests[index]
        let start = now()
        ledger.begin(request.id, after: start - request.arrival)
        do {
            if request.promptIDs.isEmpty { try prepare(&request) }
            let vision = request.prompts.isEmpty ? now() - start : 0
            let prompt = request.prompts.count
            let search = BeamSearch(request.configuration)
            let memory = try prefill(request, prompt, search)
            request.prompts.append(.init(vision: vision, encoder: now() - start - vision, start: now()))
            requests[index] = request
            costs.prefill = now() - start - vision
            answers.append(
                RunningAnswer(id: request.id, prompt: prompt, search: search, byteCount: byteCount(request, prompt)))
            memories.append(memory)
            ledger.encode(request.id, now() - start)
        } catch {
            // What came to nothing has held up the others, too.
            ledger.encode(request.id, now() - start)
            fail(request.id, error)
        }
    }

    /// Looks whether a request's image has been seen before.
    private mutating func recall(_ index: Int) {
        guard requests[index].features == nil, let image = requests[index].image else { return }
        requests[index].features = images.features(of: image, as: E.Features.self)
    }

    private mutating func prepare(_ request: inout ScheduledRequest<E.Features>) throws {
        request.promptIDs = try request.request.prompts.map(captioner.processor.promptIDs)
        report(request.id, .success(.started))
        images.noteUse(isHit: request.features != nil)
        if request.features == nil { request.features = try encodeImage(request) }
    }

    private mutating func encodeImage(_ request: ScheduledRequest<E.Features>) throws -> E.Features {
        let start = now()
        let features = try captioner.engine.encodeImage(
            request.request.image, checkCancellation: cancellationCheck(request))
        costs.image = now() - start
        if imageBytes == 0 { imageBytes = captioner.engine.idleByteCount }
        if let image = request.image {
            images.keep(features, byteCount: captioner.engine.byteCount(of: features), for: image)
        }
        return features
    }

    private func prefill(
        _ request: ScheduledRequest<E.Features>, _ prompt: Int, _ search: BeamSearch
    ) throws -> E.Memory {
        guard let features = request.features else { throw CancellationError() }
        return try captioner.engine.prefill(
            request.promptIDs[prompt], beside: features, beams: search.beamCount,
            checkCancellation: cancellationCheck(request))
    }

    private func cancellationCheck(_ request: ScheduledRequest<E.Features>) -> () throws -> Void {
        let isCancelled = request.isCancelled
        return { if isCancelled() { throw CancellationError() } }
    }

    /// Generates one token of every answer.
    private mutating func step() {
        let start = now()
        let rows = rows
        let candidates: [[Candidate]]
        do {
            candidates = try captioner.engine.step(answers.map(\.search.feed), &memories)
        } catch {
            for id in Set(answers.map(\.id)) { fail(id, error) }
            return
        }
        let steps = answers.indices.map { answers[$0].search.advance(candidates[$0]) }
        charge(now() - start, rows)
        tellText()
        let ended = zip(answers, steps).filter { $1 != .unfinished }
        for index in steps.indices.reversed() where steps[index] != .unfinished { removeAnswer(index) }
        for (answer, step) in ended { end(answer, step) }
    }

    /// What a step took, to those who have part in it.
    private mutating func charge(_ seconds: Double, _ rows: [Int]) {
        if rows.count == 1 { costs.loneSteps[rows[0]] = seconds }
        var alone: [Int: Double] = [:]
        for request in requests where !request.prompts.isEmpty {
            alone[request.id] = costs.loneSteps[request.configuration.numBeams]
        }
        ledger.step(seconds) { alone[$0] ?? seconds }
    }

    /// An answer is complete, or can't be.
    private mutating func end(_ answer: RunningAnswer, _ step: BeamSearch.Step) {
        guard let index = requests.firstIndex(where: { $0.id == answer.id }) else { return }
        guard case .finished(let hypothesis) = step else { return fail(answer.id, ModelError.damagedNumbers) }
        let prompt = answer.prompt
        let started = requests[index].prompts[prompt]
        let caption = captioner.processor.caption(
            hypothesis, requests[index].request, prompt, promptTokens: requests[index].promptIDs[prompt].count,
            seconds: .init(vision: started.vision, encoder: started.encoder, generate: now() - started.start))
        if case .text(let text) = caption.answer { tell(text, index, prompt) }
        requests[index].prompts[prompt].caption = caption
        guard let captions = requests[index].captions else { return }
        ledger.leave(answer.id)
        requests.remove(at: index)
        report(answer.id, .success(.finished(captions)))
    }

    /// Text of running answers that will not change any more, to those who want to read along.
    private mutating func tellText() {
        for answer in answers {
            let own = requests.firstIndex { $0.id == answer.id && $0.request.wantsText }
            guard let index = own else { continue }
            let (tokens, prompt) = (answer.search.settledTokens, requests[index].request.prompts[answer.prompt])
            guard requests[index].prompts[answer.prompt].toldTokens < tokens.count,
                let text = captioner.processor.settledText(Array(tokens), prompt)
            else { continue }
            requests[index].prompts[answer.prompt].toldTokens = tokens.count
            tell(text, index, answer.prompt)
        }
    }

    /// Tells what is new of a text that goes on from what was told before.
    private mutating func tell(_ text: String, _ index: Int, _ prompt: Int) {
        let told = requests[index].prompts[prompt].toldBytes
        guard requests[index].request.wantsText, text.utf8.count > told else { return }
        requests[index].prompts[prompt].toldBytes = text.utf8.count
        let piece = String(decoding: text.utf8.dropFirst(told), as: UTF8.self)
        report(requests[index].id, .success(.text(piece, prompt: prompt)))
    }
}

extension BatchScheduler {
    /// Beams of each answer.
    private var rows: [Int] { answers.map(\.search.beamCount) }

    /// A request's own prompts do not hold it up.
    private mutating func mayBegin(_ request: ScheduledRequest<E.Features>) -> Bool {
        let seconds = costs.prefill + (request.features == nil ? costs.image : 0)
        return policy.allows(
            seconds: seconds, beams: request.configuration.numBeams, beside: rows,
            accounts: ledger.begun(except: request.id)) && hasRoom(request)
    }

    /// Whether everybody's answer could become as long as it may; one alone may always be begun.
    private mutating func hasRoom(_ request: ScheduledRequest<E.Features>) -> Bool {
        guard !answers.isEmpty else {
            yieldCache(to: request)
            return true
        }
        guard inquiry.isDue([request.id] + answers.map { $0.id << 16 | $0.prompt }) else { return false }
        let hasRoom = findRoom(request)
        if !hasRoom { inquiry.refuse() }
        return hasRoom
    }

    /// One alone is not to lack what the cache holds; so that the system is not asked all the time, it is once a second.
    private mutating func yieldCache(to request: ScheduledRequest<E.Features>) {
        guard images.byteCount > 0, now() - lastLook >= 1 else { return }
        lastLook = now()
        if !findRoom(request) {
            images.removeAll()
            captioner.engine.trim()
        }
    }

    private func findRoom(_ request: ScheduledRequest<E.Features>) -> Bool {
        guard let available = availableMemory() else { return true }
        let engine = captioner.engine
        let toCome = zip(answers, memories).map { max(0, $0.byteCount - engine.byteCount(of: $1)) }
        let needed = toCome.reduce(byteCount(request, request.prompts.count), +)
        // The image finds what the one before it left behind, unless that has been given back.
        let idle = engine.idleByteCount
        if needed + max(0, imageBytes - idle) <= available { return true }
        // Places of other answers, which these would not fit in or not fill; then what is kept of images.
        let missing = needed + imageBytes - available
        guard missing <= idle + images.byteCount else { return false }
        if missing > idle { images.removeAll() }
        engine.trim()
        return availableMemory().map { needed + imageBytes <= $0 } ?? true
    }

    /// The most bytes that the answer to a prompt takes while it is generated.
    private func byteCount(_ request: ScheduledRequest<E.Features>, _ prompt: Int) -> Int {
        // A token is a byte of the prompt at least.
        let promptTokens = request.request.prompts[prompt].text.utf8.count + 2
        let limits = captioner.engine.limits
        return captioner.engine.byteCount(
            states: min(limits.states, limits.imageTokens + promptTokens), beams: request.configuration.numBeams,
            tokens: request.configuration.maxNewTokens)
    }
}

/// Seconds that pieces of work took the last time: what they will take the next time, as far as anybody knows.
private struct StepCosts {
    /// Of encoding an image.
    var image = 0.0
    /// Of reading a prompt beside it.
    var prefill = 0.0
    /// Of a step of so many beams when one answer was generated alone.
    var loneSteps: [Int: Double] = [:]
}
