import Serving
import Testing

@Suite("What callers are told, in words")
struct SentenceTests {
    @Test("one is one, and more are many")
    func numbers() {
        func busy(_ count: Int) -> String { "\(ModelHostError.overloaded(waiting: count, retryAfter: 5))" }
        #expect(busy(1) == "The server is busy: 1 request waits already. Send the request again in 5 s.")
        #expect(busy(2) == "The server is busy: 2 requests wait already. Send the request again in 5 s.")
        func late(_ count: Int) -> String {
            "\(ModelHostError.waitedTooLong(.seconds(60), waiting: count, retryAfter: 5))"
        }
        #expect(late(1).contains("for 60 s, and 1 other waits. Send it again in 5 s."))
        #expect(late(2).contains("for 60 s, and 2 others wait. Send it again in 5 s."))
    }

    @Test("how far a fetch is; of one that has brought nothing no number is given")
    func progress() {
        #expect(FetchProgress().sentence == "nothing has arrived yet")
        #expect(FetchProgress(bytesDone: 0, bytesTotal: 5_000_000).sentence == "0 of 5 MB")
        #expect(
            FetchProgress(bytesDone: 1, bytesTotal: 1, secondsLeft: 0.5).sentence
                == "0 of 0 MB, about 1 second left")
        #expect(FetchProgress(bytesDone: 120_000_000).sentence == "120 MB")
    }
}
