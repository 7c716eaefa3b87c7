/// Why a text is no JSON. Places are bytes, counted from 1.
public enum JSONError: Error, Equatable, CustomStringConvertible {
    case unexpectedByte(position: Int)
    /// The text ends in the middle of a value, or before there is one.
    case unexpectedEnd
    /// Arrays and objects are nested more deeply than is read.
    case tooDeep(limit: Int)
    /// Half of a surrogate pair, or UTF-16 that is cut.
    case halfCharacter

    public var description: String {
        switch self {
        case .unexpectedByte(let position): "byte \(position) does not belong there"
        case .unexpectedEnd: "it ends too early"
        case .halfCharacter: "it holds half of a character"
        case .tooDeep(let limit): "it is nested more than \(limit) levels deep"
        }
    }
}
