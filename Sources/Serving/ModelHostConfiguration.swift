/// How long a host keeps a model that nobody asks for.
public struct ModelHostConfiguration: Sendable {
    /// The model is let go when it has not been used for this long; `nil`: never, `.zero`: as soon as nobody waits.
    public var idleTimeout: Duration?

    public init(idleTimeout: Duration? = .seconds(300)) {
        self.idleTimeout = idleTimeout
    }
}
