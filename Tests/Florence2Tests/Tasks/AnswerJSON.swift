import Foundation

/// Any JSON that an answer can be: what tests compare answers as.
indirect enum AnswerJSON: Decodable, Equatable {
    case string(String)
    case number(Double)
    case array([AnswerJSON])
    case object([String: AnswerJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let array = try? container.decode([AnswerJSON].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: AnswerJSON].self))
        }
    }

    /// What `value` encodes to.
    init(encoding value: some Encodable) throws {
        self = try JSONDecoder().decode(AnswerJSON.self, from: JSONEncoder().encode(value))
    }

    func mapped(number: (Double) -> Double = { $0 }, string: (String) -> String = { $0 }) -> AnswerJSON {
        switch self {
        case .string(let value): .string(string(value))
        case .number(let value): .number(number(value))
        case .array(let values): .array(values.map { $0.mapped(number: number, string: string) })
        case .object(let members): .object(members.mapValues { $0.mapped(number: number, string: string) })
        }
    }
}
