import Florence2
import Logging
import Serving
import ServiceLifecycle

/// Fetches and loads the model at the start, so that the first request need not wait for it.
struct Preloader<C: Clock>: Service where C.Duration == Duration {
    let host: ModelHost<BatchCaptioner, C>
    let supply: ModelSupply<C>
    let logger: Logger

    /// A failure ends nothing: the first request tries again.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            do {
                _ = try await supply.wait()
                try await host.withModel { _, _ in }
            } catch is CancellationError {
                // The server stops before it has begun.
            } catch {
                logger.error("The model could not be loaded in advance. \(error)")
            }
        }
        try? await gracefulShutdown()
    }
}
