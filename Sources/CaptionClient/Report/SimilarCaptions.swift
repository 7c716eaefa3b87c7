/// Which captions say the same, and which nearly the same: each is compared with the few that hashing finds, never with
/// all others.
///
/// Near is whoever has four of five words in common with the first of a group. Only a first one is ever looked for, so
/// that no chain of small steps leads from one caption to quite another.
package struct SimilarCaptions: Sendable {
    /// A group of captions.
    package struct Group: Equatable, Sendable {
        /// The number of its first caption.
        package let first: Int
        /// How many captions it has, and how many different ones.
        package let count: Int
        package let textCount: Int

        package init(first: Int, count: Int, textCount: Int) {
            (self.first, self.count, self.textCount) = (first, count, textCount)
        }
    }

    /// By the caption's number, the first one with the same text, and the first one of its group.
    private var sames: [UInt32] = []
    private var leaders: [UInt32] = []
    private var texts: [UInt64: UInt32] = [:]
    private var bands = BandTable()
    /// The first ones of groups, in their order, and the bytes of their signatures.
    private var firsts: [UInt32] = []
    private var signatures: [UInt8] = []

    /// What part of the words is shared by captions that are nearly the same.
    package static let threshold = 0.8

    package init() {}

    package var count: Int { sames.count }

    /// Takes the next caption; captions are numbered from 0.
    /// - Parameters:
    ///   - text: `nil` where it is to be like no other.
    ///   - words: those of an earlier caption.
    package mutating func add(_ text: String?, words: (Int) -> WordSet?) {
        let number = UInt32(clamping: sames.count)
        guard let text else { return append(same: number, leader: number) }
        let key = Fingerprint(text).mixed
        if let first = texts[key] { return append(same: first, leader: leaders[Int(first)]) }
        texts[key] = number
        let own = WordSet(text)
        guard !own.isEmpty else { return append(same: number, leader: number) }
        let signature = own.signature
        let (keys, bytes) = (signature.bandKeys, signature.bytes)
        if let leader = leader(own, keys, bytes, words) {
            return append(same: number, leader: UInt32(clamping: leader))
        }
        for key in keys { bands.add(firsts.count, to: key) }
        firsts.append(number)
        signatures += bytes
        append(same: number, leader: number)
    }

    private func leader(
        _ own: WordSet, _ keys: [UInt64], _ bytes: [UInt8], _ words: (Int) -> WordSet?
    ) -> Int? {
        var (best, likeness, seen) = (Int?.none, 0.0, Set<Int>())
        for place in keys.flatMap(bands.numbers) where seen.insert(place).inserted {
            let start = place * WordSet.Signature.size
            let shared = bytes.indices.count { signatures[start + $0] == bytes[$0] }
            guard shared >= WordSet.Signature.minShared else { continue }
            let candidate = Int(firsts[place])
            let its = words(candidate).map(own.likeness) ?? 0
            if its >= Self.threshold, its > likeness { (best, likeness) = (candidate, its) }
        }
        return best
    }

    private mutating func append(same: UInt32, leader: UInt32) {
        sames.append(same)
        leaders.append(leader)
    }

    /// The first caption with the same text.
    package func same(_ number: Int) -> Int { Int(sames[number]) }

    /// The groups of two and more that say the same, the largest first.
    /// - Parameter counts: whether a caption still counts.
    package func sameGroups(counts: (Int) -> Bool) -> [Group] { groups(sames, counts).filter { $0.count > 1 } }

    /// The groups with two texts and more that are nearly the same, the largest first.
    package func nearGroups(counts: (Int) -> Bool) -> [Group] { groups(leaders, counts).filter { $0.textCount > 1 } }

    /// The first members of some of the groups that say the same, by the group's first caption.
    package func sameMembers(of groups: some Sequence<Group>, limit: Int, counts: (Int) -> Bool) -> [Int: [Int]] {
        members(sames, groups, limit) { counts($0) }
    }

    /// The first members with different texts of some of the groups that are nearly the same.
    package func nearMembers(of groups: some Sequence<Group>, limit: Int, counts: (Int) -> Bool) -> [Int: [Int]] {
        var seen: Set<UInt32> = []
        return members(leaders, groups, limit) { counts($0) && seen.insert(sames[$0]).inserted }
    }

    private func groups(_ keys: [UInt32], _ counts: (Int) -> Bool) -> [Group] {
        var sizes = Array(repeating: UInt32(0), count: keys.count)
        var texts = Array(repeating: UInt32(0), count: keys.count)
        var isSeen = Array(repeating: false, count: keys.count)
        for number in keys.indices where counts(number) {
            sizes[Int(keys[number])] += 1
            let text = Int(sames[number])
            if !isSeen[text] { texts[Int(keys[number])] += 1 }
            isSeen[text] = true
        }
        return sizes.indices.lazy.filter { sizes[$0] > 1 }
            .map { Group(first: $0, count: Int(sizes[$0]), textCount: Int(texts[$0])) }
            .sorted { ($1.count, $0.first) < ($0.count, $1.first) }
    }

    private func members(
        _ keys: [UInt32], _ groups: some Sequence<Group>, _ limit: Int, _ counts: (Int) -> Bool
    ) -> [Int: [Int]] {
        var members: [Int: [Int]] = [:]
        for group in groups { members[group.first] = [] }
        for number in keys.indices {
            guard let known = members[Int(keys[number])], known.count < limit, counts(number) else { continue }
            members[Int(keys[number])]?.append(number)
        }
        return members
    }
}
