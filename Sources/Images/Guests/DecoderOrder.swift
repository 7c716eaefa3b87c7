/// What a `DecoderChild` is told to do: the words of its command line.
struct DecoderOrder: Equatable {
    /// The first word, which no user types.
    static let verb = "decode-picture"

    let format: ImageFormat
    /// What the header said, which the decoder has to find again.
    let width: Int
    let height: Int
    /// Bytes of the file, which come through the standard input.
    let size: Int
    /// Bytes of memory and seconds of processor time that it may take.
    let memory: Int
    let seconds: Int
    /// The process that waits for the image.
    let parent: Int32

    init(format: ImageFormat, width: Int, height: Int, size: Int, memory: Int, seconds: Int, parent: Int32) {
        self.format = format
        self.width = width
        self.height = height
        self.size = size
        self.memory = memory
        self.seconds = seconds
        self.parent = parent
    }

    var words: [String] {
        [Self.verb, format.rawValue] + [width, height, size, memory, seconds, Int(parent)].map(String.init)
    }

    init?(words: some Collection<String>) {
        let words = Array(words)
        guard words.count == 8, words[0] == Self.verb, let format = ImageFormat(rawValue: words[1]) else { return nil }
        let numbers = words.dropFirst(2).compactMap(Int.init)
        guard numbers.count == 6, numbers.allSatisfy({ $0 >= 0 }), let parent = Int32(exactly: numbers[5]) else {
            return nil
        }
        guard max(numbers[0], numbers[1]) <= ImageDecoder.maxSide else { return nil }
        self.init(
            format: format, width: numbers[0], height: numbers[1], size: numbers[2], memory: numbers[3],
            seconds: numbers[4], parent: parent)
    }
}
