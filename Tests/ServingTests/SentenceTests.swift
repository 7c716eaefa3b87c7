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

    @Test(
        "how far a download is; of one that has brought nothing no number is given",
        arguments: [
            (
                DownloadProgress(bytesDone: 120_400_000, bytesTotal: 3_290_000_000, secondsLeft: 170),
                "120 of 3290 MB, about 3 minutes left"
            ),
            (DownloadProgress(), "nothing has arrived yet"),
            (DownloadProgress(bytesDone: 5_000_000), "5 MB"),
            (DownloadProgress(bytesDone: 1, bytesTotal: 1), "0 of 1 MB"),
            (
                DownloadProgress(bytesDone: 0, bytesTotal: 10_000_000, secondsLeft: 0.2),
                "0 of 10 MB, about 1 second left"
            ),
            (
                DownloadProgress(bytesDone: 0, bytesTotal: 10_000_000, secondsLeft: 3600 * 30),
                "0 of 10 MB, about 30 hours left"
            ),
            (DownloadProgress(bytesDone: 0, bytesTotal: 10_000_000, secondsLeft: .infinity), "0 of 10 MB"),
        ])
    func words(progress: DownloadProgress, words: String) {
        #expect("\(progress)" == words)
    }
}
