/// When one who found no memory beside the others asks for it again: a value.
///
/// Asking reads a dozen of the system's files, which can take as long as a token.
struct RoomInquiry {
    /// Steps after which memory is asked for again though nobody has come or gone.
    private static let interval = 64

    private var company: [Int] = []
    private var stepsLeft = 0

    /// Whether to ask now.
    ///
    /// - Parameter company: Who asks, and the answers that are being written.
    mutating func isDue(_ company: [Int]) -> Bool {
        if company != self.company {
            self.company = company
            stepsLeft = 0
        }
        guard stepsLeft > 0 else { return true }
        stepsLeft -= 1
        return false
    }

    /// There was no room.
    mutating func refuse() { stepsLeft = Self.interval }
}
