/// A model does not fit into the memory that is left.
public struct MemoryShortage: Error, Equatable, CustomStringConvertible {
    /// How much is needed, how much is left, and whose limit that is.
    public let description: String
}
