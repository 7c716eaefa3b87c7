import Florence2
import Testing

@Suite struct LocationQuantizerTests {
    @Test("A region's pixels become bins, clamped")
    func quantize() {
        let quantizer = LocationQuantizer(imageWidth: 640, imageHeight: 480)
        #expect(quantizer.quantize([0, 0, 640, 480]) == [0, 0, 999, 999])
        #expect(quantizer.quantize([33.6, 159.6, 597.12, 371.76]) == [52, 332, 933, 774])
        #expect(quantizer.quantize([-5, .infinity, .nan, -.infinity]) == [0, 999, 0, 0])
        #expect(LocationQuantizer(imageWidth: 0, imageHeight: 0).quantize([0, 1]) == [0, 999])
    }

    @Test("The middle of every bin comes back to its bin", arguments: [(1, 1), (333, 777), (640, 480), (20_000, 3)])
    func roundTrip(width: Int, height: Int) {
        let quantizer = LocationQuantizer(imageWidth: width, imageHeight: height)
        let bins = (0..<1000).flatMap { [$0, 999 - $0] }
        #expect(quantizer.quantize(quantizer.dequantize(bins)) == bins)
    }

    @Test("Bins become pixels in float32, as the processor computes them, and are not clamped")
    func dequantize() {
        let quantizer = LocationQuantizer(imageWidth: 640, imageHeight: 480)
        #expect(
            quantizer.dequantize([52, 332, 932, 774]).map { Double($0) }
                == [33.599998474121094, 159.59999084472656, 596.7999877929688, 371.7599792480469])
        #expect(quantizer.dequantize([1000, .max]).allSatisfy { $0.isFinite && $0 > 640 })
    }
}
