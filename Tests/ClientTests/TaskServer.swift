import Foundation

extension ScriptedServer {
    /// A server that answers each prompt by its name and the image's: one, or a list by prompt.
    static func tasks(
        answer: @escaping @Sendable (_ prompt: String, _ image: String) -> String = { "\($0) of \($1)" }
    ) throws -> ScriptedServer {
        try ScriptedServer { request in
            if let prompt = request.prompt { return .result(answer(prompt, request.image)) }
            let prompts = request.field("prompt") as? [String] ?? []
            let results = Dictionary(uniqueKeysWithValues: prompts.map { ($0, answer($0, request.image)) })
            let details = prompts.map { prompt in
                #"{"prompt":"\#(prompt)","finish_reason":"stop","input_tokens":45,"output_tokens":7,"#
                    + #""score":-0.25,"seconds":{"vision":0.5,"encoder":0.1,"generate":0.2}}"#
            }
            let json = (try? JSONEncoder().encode(results)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
            let body = #"{"results":\#(json),"details":[\#(details.joined(separator: ","))]}"#
            guard request.headers["accept"]?.contains("text/event-stream") ?? false else { return .status(200, body) }
            return .status(
                200, "event: started\ndata: {}\n\nevent: result\ndata: \(body)\n\n",
                headers: ["Content-Type": "text/event-stream"])
        }
    }

    /// The prompts of each request, as they came.
    var prompts: [[String]] {
        requests.map { $0.field("prompt") as? [String] ?? [$0.prompt ?? ""] }
    }
}
