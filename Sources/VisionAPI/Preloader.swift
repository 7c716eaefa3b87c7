import Captioning
import Logging
import Serving
import ServiceLifecycle

/// Fetches and loads the model at the start, so that the first request need not wait for it.
struct Preloader: Service {
    let host: CaptionService.Host
    let store: CaptionService.Store
    /// Whether a failure is none that the first request might not meet: then the service ends with it.
    let endsService: @Sendable (any Error) -> Bool
    let logger: Logger

    /// - Throws: what ends the service. Another failure ends nothing: the first request tries again.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                _ = try await store.wait()
                try await host.ensureLoaded()
            } catch is CancellationError {
                // The server stops before it has begun.
            } catch ModelStoreError.failed(_, let reason, _) where endsService(reason) {
                throw reason
            } catch ModelHostError.loadFailed(_, let reason) where endsService(reason) {
                throw reason
            } catch is ModelStoreError {
                logger.error(
                    "The model could not be loaded in advance, as its files are not there. The next request tries again."
                )
            } catch {
                logger.error("The model could not be loaded in advance. \(error)")
            }
        }
        try? await gracefulShutdown()
    }
}
