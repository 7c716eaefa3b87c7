import Tensors

/// Answers requests, several at a time: looks at one picture, or writes one token of every answer, a call.
///
/// The one loop that steps the decoder. Requests are begun in the order of their arrival.
struct CaptionLoop {
    /// How a request has ended.
    typealias Outcome = (id: Int, result: Result<[Caption], any Error>)

    private let captioner: Captioner
    private let policy: BatchPolicy
    private let availableMemory: () -> Int?
    private var jobs: [CaptionJob] = []
    private var batch = DecodingBatch()
    private var ledger = BatchLedger()
    private var inquiry = RoomInquiry()
    /// Seconds that the last look at a picture took, and that beginning a prompt took without it.
    private var lastLook = 0.0
    private var lastBeginning = 0.0
    /// Bytes that the first look at a picture left behind for the next one.
    private var lookBytes = 0
    /// Seconds that a step of so many beams took when one answer was written alone.
    private var loneSteps: [Int: Double] = [:]

    /// - Parameter availableMemory: Bytes that the process may still take; nil: nobody knows.
    init(_ captioner: Captioner, maxBatch: Int, availableMemory: @escaping () -> Int? = { nil }) {
        self.captioner = captioner
        self.availableMemory = availableMemory
        policy = BatchPolicy(maxBatch: maxBatch)
    }

    var isEmpty: Bool { jobs.isEmpty }

    /// A request, after the work that was going on when it arrived.
    mutating func append(_ job: CaptionJob) {
        ledger.arrive(job.id, ago: (.now - job.arrival) / .seconds(1))
        jobs.append(job)
    }

    /// Does the next piece of work; answers the requests that ended with it.
    mutating func advance() -> [Outcome] {
        let left = removeCancelled() + removeEmpty()
        guard left.isEmpty else { return left }
        guard let next = jobs.firstIndex(where: \.hasMore), mayBegin(jobs[next]) else { return write() }
        return begin(next)
    }

    private mutating func removeCancelled() -> [Outcome] {
        let cancelled = jobs.filter { $0.isCancelled() }
        for job in cancelled { remove(job.id) }
        return cancelled.map { ($0.id, .failure(CancellationError())) }
    }

    /// Nothing was asked, so nothing is to be done.
    private mutating func removeEmpty() -> [Outcome] {
        let empty = jobs.filter { $0.request.prompts.isEmpty }
        for job in empty { remove(job.id) }
        return empty.map { ($0.id, .success([])) }
    }

    private mutating func remove(_ id: Int) {
        jobs.removeAll { $0.id == id }
        batch.remove { $0 >> 32 == id }
        ledger.leave(id)
    }

    /// A request's own prompts do not hold it up.
    private mutating func mayBegin(_ job: CaptionJob) -> Bool {
        let seconds = lastBeginning + (job.features == nil ? lastLook : 0)
        let beams = captioner.beams(job.request.overrides)
        return policy.allows(
            seconds: seconds, beams: beams, beside: batch.rows, accounts: ledger.begun(except: job.id))
            && hasRoom(job)
    }

    /// Whether everybody's answer could become as long as it may; one alone may always be begun.
    private mutating func hasRoom(_ job: CaptionJob) -> Bool {
        guard !batch.rows.isEmpty else { return true }
        guard inquiry.isDue([job.id] + batch.ids) else { return false }
        let hasRoom = findRoom(job)
        if !hasRoom { inquiry.refuse() }
        return hasRoom
    }

    private func findRoom(_ job: CaptionJob) -> Bool {
        guard let available = availableMemory() else { return true }
        let needed = captioner.byteCount(job) + batch.bytesToCome
        // The look finds what the one before it left behind, unless that has been given back.
        let idle = captioner.idleByteCount
        if needed + max(0, lookBytes - idle) <= available { return true }
        // Places of other answers, which these would not fit in or not fill.
        guard needed + lookBytes - idle <= available else { return false }
        captioner.trim()
        return availableMemory().map { needed + lookBytes <= $0 } ?? true
    }

    /// Looks at the picture, where that has not been done, and begins the answer to its next prompt.
    private mutating func begin(_ index: Int) -> [Outcome] {
        var job = jobs[index]
        let start = ContinuousClock.now
        var stopwatch = Stopwatch()
        ledger.begin(job.id, after: (start - job.arrival) / .seconds(1))
        do {
            let vision = try look(&job, &stopwatch)
            let states = try captioner.encode(job, job.begun)
            let sequence = captioner.sequence(states, job)
            let encoder = stopwatch.lap()
            lastBeginning = encoder
            job.stages.append((vision, encoder, .now))
            job.begun += 1
            jobs[index] = job
            ledger.look(job.id, vision + encoder)
            batch.append(sequence)
            return []
        } catch {
            // What came to nothing has held up the others, too.
            ledger.look(job.id, (.now - start) / .seconds(1))
            remove(job.id)
            return [(job.id, .failure(error))]
        }
    }

    private mutating func look(_ job: inout CaptionJob, _ stopwatch: inout Stopwatch) throws -> Double {
        guard job.features == nil else { return 0 }
        job.promptIDs = try captioner.promptIDs(job.request)
        job.features = try captioner.features(job)
        lastLook = stopwatch.lap()
        if lookBytes == 0 { lookBytes = captioner.idleByteCount }
        return lastLook
    }

    /// One token of every answer.
    private mutating func write() -> [Outcome] {
        var stopwatch = Stopwatch()
        let rows = batch.rows
        let finished = captioner.step(&batch)
        let seconds = stopwatch.lap()
        if rows.count == 1 { loneSteps[rows[0]] = seconds }
        var alone: [Int: Double] = [:]
        for job in jobs where job.begun > 0 { alone[job.id] = loneSteps[captioner.beams(job.request.overrides)] }
        ledger.write(seconds) { alone[$0] ?? seconds }
        return finished.compactMap { id, result in
            guard let index = jobs.firstIndex(where: { $0.id == id >> 32 }) else { return nil }
            do {
                let prompt = id & 0xffff_ffff
                jobs[index].captions[prompt] = captioner.caption(try result.get(), jobs[index], prompt)
            } catch {
                remove(id >> 32)
                return (id >> 32, .failure(error))
            }
            guard let captions = jobs[index].result else { return nil }
            ledger.leave(jobs[index].id)
            return (jobs.remove(at: index).id, .success(captions))
        }
    }
}

/// Seconds between one call of `lap` and the next.
private struct Stopwatch {
    private var last = ContinuousClock.now

    mutating func lap() -> Double {
        let now = ContinuousClock.now
        defer { last = now }
        return (now - last) / .seconds(1)
    }
}
