import Florence2
import HTTPDoor
import Images
import Logging

extension RequestNotes {
    /// Of a prompt its task only; one that is none goes by `literal`.
    func note(_ prompts: [TaskPrompt]) {
        note("task", .string(prompts.map { $0.task?.token ?? "literal" }.joined(separator: ",")))
    }

    /// Columns and rows of the upright picture.
    func note(_ picture: ImageHeader) {
        let isTurned = (5...8).contains(picture.orientation)
        note("width", .stringConvertible(isTurned ? picture.height : picture.width))
        note("height", .stringConvertible(isTurned ? picture.width : picture.height))
    }
}
