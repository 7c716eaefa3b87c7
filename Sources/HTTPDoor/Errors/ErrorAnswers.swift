import Hummingbird

/// Answers errors: what is said is decided in one table, its shape by the dialect that the path belongs to.
struct ErrorAnswers: Sendable {
    /// What a client is told about an error; `nil` leaves it to the door.
    typealias Table = @Sendable (any Error) -> ErrorAnswer?

    let routes: RouteTable
    private let table: Table

    init(_ routes: RouteTable, _ table: @escaping Table) {
        self.routes = routes
        self.table = table
    }

    func response(to error: any Error, _ request: Request, _ context: DoorContext) -> Response {
        var answer = answer(to: error, noting: context.notes)
        let format = routes.errorFormat(of: request.uri.path)
        if error as? DoorError == .unknownPath, !format.unknownPathHint.isEmpty {
            answer.detail += " " + format.unknownPathHint
        }
        return format.response(to: answer, of: request.headers)
    }

    /// The answer, its code noted for the log; an error that is none of the client's business is noted whole.
    func answer(to error: any Error, noting notes: RequestNotes) -> ErrorAnswer {
        let known = answer(to: error)
        if known == nil { notes.note(failure: error) }
        let answer = known ?? .internalError
        notes.note(code: answer.code)
        return answer
    }

    private func answer(to error: any Error) -> ErrorAnswer? {
        if let answer = table(error) { return answer }
        return switch error {
        case let error as DoorError: ErrorAnswer(error)
        case let answer as ErrorAnswer: answer
        default: nil
        }
    }
}
