import CDigest
import Synchronization

/// The ways to sRGB that were used last, by the digest of what is needed of a profile: a folder of photographs has one
/// profile or two.
final class ColorTransforms: Sendable {
    private struct Key: Hashable {
        let model: ColorModel
        let digest: SIMD4<UInt64>
    }

    private struct Entry {
        /// nil: there is nothing to do, or nothing can be done.
        let transform: ColorTransform?
        var lastUse: Int
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var uses = 0
    }

    /// Half a megabyte each at the most.
    private static let maxCount = 8

    private let state = Mutex(State())

    /// What is to be done to an image of `model` with this profile; nil: nothing. A profile of another model, a broken
    /// one and one that says the same as sRGB change nothing.
    func transform(for profile: ColorProfile, of model: ColorModel) -> ColorTransform? {
        switch profile {
        case .icc(let bytes):
            guard let profile = ICCProfile(bytes), profile.model == model else { return nil }
            return kept(model, profile.bytes) { ColorTransform(profile) }
        case .codes(let primaries, let curve):
            guard model == .rgb, let coded = CodedPrimaries(primaries: primaries, curve: curve) else { return nil }
            return kept(model, [UInt8(truncatingIfNeeded: primaries), UInt8(truncatingIfNeeded: curve)]) {
                ColorTransform(coded)
            }
        }
    }

    /// Two threads may make the same one at a time; either serves.
    private func kept(_ model: ColorModel, _ bytes: [UInt8], _ make: () -> ColorTransform?) -> ColorTransform? {
        guard let key = Self.key(model, bytes) else { return nil }
        if let entry = find(key) { return entry.transform }
        let transform = make().flatMap { $0.isNearlyNone ? nil : $0 }
        keep(transform, key)
        return transform
    }

    private func find(_ key: Key) -> Entry? {
        state.withLock { state in
            state.uses += 1
            state.entries[key]?.lastUse = state.uses
            return state.entries[key]
        }
    }

    private func keep(_ transform: ColorTransform?, _ key: Key) {
        state.withLock { state in
            let oldest = state.entries.min { $0.value.lastUse < $1.value.lastUse }?.key
            if state.entries.count >= Self.maxCount, let oldest { state.entries[oldest] = nil }
            state.entries[key] = Entry(transform: transform, lastUse: state.uses)
        }
    }

    private static func key(_ model: ColorModel, _ bytes: [UInt8]) -> Key? {
        var digest = SIMD4<UInt64>()
        let isDone = withUnsafeMutableBytes(of: &digest) { target in
            cdigest_sha256(bytes, bytes.count, target.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
        return isDone == 1 ? Key(model: model, digest: digest) : nil
    }
}
