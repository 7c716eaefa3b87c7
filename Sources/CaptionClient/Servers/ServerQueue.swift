import Transfers
package import VisionAPITypes

/// Lends servers to images: each image gets one as soon as one is free.
package actor ServerQueue {
    private let servers: [RemoteServer]
    private var pool: ServerPool
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var alarm: Task<Void, Never>?
    private var isStopped = false
    private let clock = ContinuousClock()

    package init(_ servers: [RemoteServer], slots: Int?, patience: Duration?) {
        self.servers = servers
        pool = ServerPool(count: servers.count, slots: slots, patience: patience)
    }

    /// How often an image may lose its server while it is looked at: it may be the image that brings servers down.
    private static let maxLosses = 5

    /// What came of an image in the end.
    package enum Outcome: Sendable, Equatable {
        case answered(AnyJSON, ImageSize?, thumbnail: String? = nil)
        case failed(String)
        /// Nobody can answer any more; the servers' own sentences, and whether asking the same later may help.
        case over([String], mayPass: Bool)
        /// The user has ended the run before the image had its turn.
        case stopped
    }

    /// Asks whichever server is free, and another one, or the same one later, when it is busy or gone.
    /// - Parameter onWait: is called with a server and its sentence when the image has to be sent again.
    package func ask(
        _ question: CaptionQuery, about image: ImageFile, onWait: @Sendable (Reply) -> Void
    ) async -> Outcome {
        var losses = 0
        while true {
            let index: Int
            switch await take() {
            case .use(let chosen): index = chosen
            case .over(let sentences, let mayPass): return .over(sentences, mayPass: mayPass)
            case .wait: return .stopped
            }
            let reply = await reply(servers[index], question, image)
            giveBack(index, reply)
            switch reply {
            case .answered(let result, let imageSize, let thumbnail):
                return .answered(result, imageSize, thumbnail: thumbnail)
            case .refused(let sentence): return .failed(sentence)
            case .lost(let sentence):
                losses += 1
                if losses == Self.maxLosses { return .failed(sentence) }
                onWait(reply)
            // Where nobody is left, the sentence is told as the reason of the end.
            case .busy, .noModel, .unreachable, .unusable, .misasked: if !pool.isEnding { onWait(reply) }
            }
        }
    }

    /// How many images all servers get at once.
    package var capacity: Int { pool.capacity }

    /// How an answer came about is told in events only.
    private func reply(_ server: RemoteServer, _ question: CaptionQuery, _ image: ImageFile) async -> Reply {
        guard question.isDetailed else { return await server.ask(question, about: image) }
        do {
            return await server.ask(try RequestBody(question, image: image)) { _ in }
        } catch {
            return Reply(connectionError: error, server: server.address, timeout: nil)
        }
    }

    /// Ends all waiting; images that a server has already are answered.
    package func stop() {
        isStopped = true
        wake()
    }

    /// A server, or why there is none; `.wait` only when the queue was stopped.
    private func take() async -> ServerPool.Choice {
        while !isStopped {
            let choice = pool.take(now: clock.now)
            guard case .wait(let until) = choice else { return choice }
            setAlarm(until)
            await withCheckedContinuation { waiting.append($0) }
        }
        return .wait(until: nil)
    }

    private func giveBack(_ index: Int, _ reply: Reply) {
        pool.giveBack(index, reply, now: clock.now)
        wake()
    }

    private func setAlarm(_ instant: ServerPool.Instant?) {
        alarm?.cancel()
        alarm = instant.map { instant in
            Task {
                try? await clock.sleep(until: instant)
                if !Task.isCancelled { wake() }
            }
        }
    }

    private func wake() {
        let woken = waiting
        waiting = []
        for continuation in woken { continuation.resume() }
    }
}
