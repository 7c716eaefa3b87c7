import HTTPDoor
import SeededRandom
import Testing

@Suite("Who is connected")
struct ConnectionCensusTests {
    @Test("the longest idle gives way to a new one; where none is idle the new one is refused")
    func eviction() {
        var census = ConnectionCensus(limit: 2)
        let first = [census.open(1), census.open(2)]
        #expect(first == [.admitted, .admitted])
        let isMember = [census.setIdle(1, false), census.setIdle(1, true)]
        #expect(isMember == [true, true])
        let third = census.open(3)
        #expect(third == .inPlaceOf(2))
        let learned = [census.setIdle(2, false), census.setIdle(1, false), census.setIdle(3, false)]
        #expect(learned == [false, true, true], "who is given up learns it")
        let fourth = census.open(4)
        #expect(fourth == .refused)
        census.close(1)
        let fifth = census.open(5)
        #expect(fifth == .admitted && census.count == 2)
    }

    @Test("never more than the limit, and always the one that is idle for longest, compared with a plain list")
    func random() {
        var generator = SplitMix(seed: 3)
        var census = ConnectionCensus(limit: 5)
        var open: Set<UInt64> = []
        var idle: [UInt64] = []
        for id in UInt64(1)...20_000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0, 1:
                let expected: ConnectionCensus.Admission =
                    open.count < 5 ? .admitted : idle.first.map { .inPlaceOf($0) } ?? .refused
                let admission = census.open(id)
                #expect(admission == expected)
                if expected == .refused { break }
                if case .inPlaceOf(let victim) = expected {
                    open.remove(victim)
                    idle.removeFirst()
                }
                open.insert(id)
                idle.append(id)
            case 2:
                guard let id = open.randomElement(using: &generator) else { break }
                let isIdle = Bool.random(using: &generator)
                let isMember = census.setIdle(id, isIdle)
                #expect(isMember)
                if !isIdle { idle.removeAll { $0 == id } } else if !idle.contains(id) { idle.append(id) }
            default:
                guard let id = open.randomElement(using: &generator) else { break }
                census.close(id)
                open.remove(id)
                idle.removeAll { $0 == id }
            }
            #expect(census.count == open.count && open.count <= 5)
        }
    }
}
