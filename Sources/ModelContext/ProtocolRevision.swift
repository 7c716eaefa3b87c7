/// The revisions of the Model Context Protocol that are spoken here.
enum ProtocolRevision {
    /// In which every request stands for itself, without a handshake.
    static let stateless = "2026-07-28"

    /// Those that begin with a handshake, the newest first.
    private static let withHandshake = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

    static let all = [stateless] + withHandshake

    /// What a handshake settles on: what the client asks for, or the newest.
    static func settled(asked: String?) -> String {
        withHandshake.first { $0 == asked } ?? withHandshake[0]
    }
}
