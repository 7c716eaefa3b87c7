import Florence2
import HTTPDoor
import Hummingbird
import JSONScanning

/// `GET /tasks`: which task answers a chat's prompt, and why, without any image.
struct TasksRoute: Sendable {
    let chooser: TaskChooser

    @Sendable func tasks(_ request: Request, context: DoorContext) async throws -> Response {
        let query = QueryText(request.uri.query ?? "")
        return .text(Self.answer(chooser, try turn(query)).text, contentType: "application/json")
    }

    private func turn(_ query: QueryText) throws(VisionAPIError) -> TaskQuery {
        TaskQuery(
            text: query["prompt"] ?? "", system: query["system"], model: query["model"], json: try demand(query),
            hasImage: try query.flag("image") ?? true)
    }

    private func demand(_ query: QueryText) throws(VisionAPIError) -> JSONDemand {
        if let schema = query["schema"], !schema.isEmpty {
            do throws(JSONTreeError) {
                return .schema(try JSONTree(text: schema))
            } catch {
                throw .outOfRange("schema", "a schema in JSON, and \(error)")
            }
        }
        return try query.flag("json") ?? false ? .any : .none
    }

    /// What would be answered; a refusal, too, is an answer here.
    private static func answer(_ chooser: TaskChooser, _ turn: TaskQuery) -> JSONTree {
        do {
            let choice = try chooser.choose(for: turn)
            let because = JSONTree.Member("because", .string(choice.because))
            if let members = choice.members { return .object([.init("json", members), because]) }
            let task = choice.tokens.first.map(JSONTree.string) ?? .null
            return .object([.init("task", task), because])
        } catch TaskChoiceError.noImage {
            return .object([.init("task", .null)] + refusal("image", TaskChoiceError.noImage))
        } catch let error as TaskChoiceError {
            return .object(refusal(error.subject, error))
        } catch {
            return .object(refusal("prompt", error))
        }
    }

    private static func refusal(_ subject: String, _ error: any Error) -> [JSONTree.Member] {
        [.init("refused", .string(subject)), .init("because", .string("\(error)"))]
    }
}
