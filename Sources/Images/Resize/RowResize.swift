/// Pillow 11.2.1's resize of an upright image, bit for bit, made as the rows of the stored image come.
///
/// Pillow's first pass is along the upright image's rows. Where the orientation swaps sides, these are the stored
/// image's columns, so there the pass across stored rows comes first. A side that is mirrored has mirrored weights.
/// What is turned in the end is the small result.
final class RowResize: RowSink {
    /// What the decoder has learned of the colours on its way.
    private(set) var profile: (colors: ColorProfile, model: ColorModel)?
    private let orientation: Orientation
    private let height: Int  // rows that come
    private let alongRows: HorizontalPass?
    private let acrossRows: VerticalPass?
    private let waiting: RowRing  // for the pass along rows, which takes a few at a time
    private let kept: RowRing  // for the pass across rows
    private let result: RowRing
    private let size: (width: Int, height: Int)  // of the result, as stored
    private var taken = 0
    private var made = 0  // rows that the pass across rows has made

    /// From a stored image of `width` x `height` to an upright one of `toWidth` x `toHeight`, all at least 1.
    init(
        width: Int, height: Int, _ orientation: Orientation, to toWidth: Int, _ toHeight: Int,
        kernels: PixelKernels = .current
    ) {
        self.orientation = orientation
        self.height = height
        size = Self.storedSize(orientation, toWidth, toHeight)
        let block = HorizontalPass.rowsAtATime
        alongRows = HorizontalPass(from: width, to: size.width, mirrored: orientation.mirrorsColumns, kernels)
        let keptBytes = 3 * (orientation.swapsSides ? width : size.width)
        acrossRows = VerticalPass(
            from: height, to: size.height, rowBytes: keptBytes, mirrored: orientation.mirrorsRows, kernels)
        waiting = RowRing(capacity: alongRows == nil ? 0 : block, rowBytes: 3 * width, slack: HorizontalPass.slack)
        // Whole blocks: the rows of a block lie side by side, and its last may be further than a window needs.
        let capacity = acrossRows.map { ($0.maxCount + 2 * block - 2) / block * block } ?? 0
        kept = RowRing(capacity: capacity, rowBytes: keptBytes)
        result = RowRing(capacity: size.height, rowBytes: 3 * size.width)
    }

    /// The most bytes that it takes, its result counted three times: as it is made, as an image, and turned.
    static func memory(
        width: Int, height: Int, _ orientation: Orientation, to toWidth: Int, _ toHeight: Int
    ) -> Int {
        let size = storedSize(orientation, toWidth, toHeight)
        let kept = BicubicCoefficients.longest(from: height, to: size.height) + 2 * HorizontalPass.rowsAtATime
        return BicubicCoefficients.memory(from: width, to: size.width)
            + BicubicCoefficients.memory(from: height, to: size.height)
            + min(kept, height + HorizontalPass.rowsAtATime) * 3 * (orientation.swapsSides ? width : size.width)
            + HorizontalPass.rowsAtATime * 3 * width + 3 * 3 * toWidth * toHeight + 65_536
    }

    private static func storedSize(
        _ orientation: Orientation, _ width: Int, _ height: Int
    ) -> (width: Int, height: Int) {
        orientation.swapsSides ? (height, width) : (width, height)
    }

    func learn(_ profile: ColorProfile, of model: ColorModel) { self.profile = (profile, model) }

    func take(_ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        guard taken < height else { return }
        let row = taken
        taken += 1
        if orientation.swapsSides {
            takeAcross(row, fill)
        } else {
            takeAlong(row, fill)
        }
    }

    /// The upright result, once all rows are there.
    func upright() -> RGBImage? {
        guard taken == height else { return nil }
        let pixels = [UInt8](UnsafeBufferPointer(start: result[0], count: 3 * size.width * size.height))
        return orientation.upright(RGBImage(checkedWidth: size.width, height: size.height, pixels: pixels))
    }

    // Along rows first: blocks of them become rows that are kept, or rows of the result.

    private func takeAlong(_ row: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        let next = acrossRows == nil ? result : kept
        if let alongRows {
            fill(waiting[row])
            guard let block = block(endingWith: row, of: height) else { return }
            alongRows.run(block.count, of: waiting[0], into: next[block.lowerBound])
        } else {
            fill(next[row])
        }
        if let acrossRows {
            makeAcross(acrossRows, into: { self.result[$0] }, madeRow: { _ in })
        }
    }

    // Across rows first: rows are kept until a window is whole; blocks of what is made of it become rows of the result.

    private func takeAcross(_ row: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        let next = alongRows == nil ? result : waiting
        if let acrossRows {
            fill(kept[row])
            makeAcross(acrossRows, into: { next[$0] }, madeRow: { self.finishAlong($0) })
        } else {
            fill(next[row])
            finishAlong(row)
        }
    }

    private func finishAlong(_ row: Int) {
        guard let alongRows, let block = block(endingWith: row, of: size.height) else { return }
        alongRows.run(block.count, of: waiting[0], into: result[block.lowerBound])
    }

    /// Makes the rows whose windows are whole.
    private func makeAcross(
        _ pass: VerticalPass, into target: (Int) -> UnsafeMutablePointer<UInt8>, madeRow: (Int) -> Void
    ) {
        while made < pass.height, pass.needed(for: made) <= taken {
            pass.make(made, into: target(made)) { UnsafePointer(self.kept[$0]) }
            made += 1
            madeRow(made - 1)
        }
    }

    /// The block of rows that is whole with `row`, the last one perhaps with fewer rows; nil while it is not.
    private func block(endingWith row: Int, of count: Int) -> Range<Int>? {
        let size = HorizontalPass.rowsAtATime
        guard row % size == size - 1 || row == count - 1 else { return nil }
        return row / size * size..<row + 1
    }
}

/// The last rows of many, in memory for as many as are needed at a time.
final class RowRing {
    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private let rowBytes: Int

    /// Room for `capacity` rows, and `slack` bytes behind the last of them.
    init(capacity: Int, rowBytes: Int, slack: Int = 0) {
        self.capacity = capacity
        self.rowBytes = rowBytes
        start = .allocate(capacity: capacity * rowBytes + slack)
        start.initialize(repeating: 0, count: capacity * rowBytes + slack)
    }

    deinit { start.deallocate() }

    /// Where row `index` stands; the row that is `capacity` before it stood there.
    subscript(index: Int) -> UnsafeMutablePointer<UInt8> { start + index % capacity * rowBytes }
}
