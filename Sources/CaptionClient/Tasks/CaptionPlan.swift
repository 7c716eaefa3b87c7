package import CaptionCleaning

/// Which tasks are asked, and what becomes of their answers.
package struct CaptionPlan: Sendable, Equatable {
    /// Which caption file gets which answers.
    package enum Layout: Sendable, Equatable {
        /// All of them, in one file.
        case joined(CaptionTemplate)
        /// Each in a file of its own.
        case each
    }

    package let tasks: TaskList
    package let layout: Layout
    package var cleanUp: CleanUp

    /// - Parameters:
    ///   - extensions: One, or as many as there are tasks.
    ///   - template: How one file is filled.
    /// - Throws: `ClientError.wrongExtensions`, `.badTemplate`, `.joinedPlaces`.
    package init(
        tasks: TaskList, extensions: Int, template: String? = nil, cleanUp: CleanUp = CleanUp()
    ) throws(ClientError) {
        self.tasks = tasks
        self.cleanUp = cleanUp
        guard extensions == 1 || extensions == tasks.count else {
            throw .wrongExtensions(extensions, tasks: tasks.count)
        }
        guard extensions == 1, tasks.count > 1 || template != nil else {
            if template != nil { throw .badTemplate("it fills one file, and there are \(extensions) extensions") }
            layout = .each
            return
        }
        if let index = tasks.tasks.firstIndex(where: { $0?.isPlaces ?? false }) {
            throw .joinedPlaces(tasks.prompts[index])
        }
        layout =
            if let template {
                .joined(try CaptionTemplate(template, tasks: tasks))
            } else {
                .joined(CaptionTemplate(joining: tasks))
            }
    }

    /// Whether the trigger has its place in a template, and belongs nowhere else.
    package var placesTrigger: Bool {
        if case .joined(let template) = layout { template.hasTrigger } else { false }
    }

    /// The tasks whose answers a caption file needs, by their numbers.
    func tasks(ofFile file: Int) -> [Int] {
        switch layout {
        case .joined: Array(tasks.prompts.indices)
        case .each: [file]
        }
    }

    /// Whether there are tasks that answer tags, or others.
    package func answersTags(_ isTags: Bool) -> Bool { !tasks(answeringTags: isTags).isEmpty }

    /// The tasks that answer tags, and those that answer something else.
    func tasks(answeringTags isTags: Bool) -> [Int] {
        tasks.tasks.indices.filter { (tasks.tasks[$0]?.isTags ?? false) == isTags }
    }

    /// An answer without what is not wanted of it.
    func clean(_ answer: AnyJSON, ofTask task: Int) -> (answer: AnyJSON, isKept: Bool) {
        guard case .string(let text) = answer else { return (answer, false) }
        let outcome = cleanUp.clean(text, as: tasks.tasks[task]?.kind ?? .unknown)
        return (.string(outcome.text), outcome.isKept)
    }
}

extension CaptionPlan {
    /// The captions of each image.
    package var channels: [CaptionChannel] {
        switch layout {
        case .joined:
            let hasTags = answersTags(true)
            return [CaptionChannel(title: "Captions", hasTags: hasTags, isTags: hasTags && !answersTags(false))]
        case .each:
            return tasks.prompts.indices.map { task in
                let isTags = tasks.tasks[task]?.isTags ?? false
                return CaptionChannel(title: tasks.prompts[task], hasTags: isTags, isTags: isTags)
            }
        }
    }
}
