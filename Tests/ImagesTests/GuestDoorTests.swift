import CImageCodecs
import Images
import Testing

/// The doors to libheif and libjxl in this process, where the sanitizers look at them.
@Suite(.enabled(if: Guests.librariesAreThere, "needs libheif and libjxl"))
struct GuestDoorTests {
    @Test("the doors' own code stays within its memory", arguments: Guests.names)
    func doors(_ name: String) throws {
        let bytes = try Guests.bytes(name)
        let header = try Guests.decoder.header(of: bytes)
        let rows = Rows(stopAfter: .max)
        #expect(rows.decode(bytes, header) == CIMAGE_OK)
        #expect(rows.count == header.height)
        for stop in [0, 1, header.height / 2] {
            let rows = Rows(stopAfter: stop)
            #expect(rows.decode(bytes, header) == CIMAGE_STOPPED)
            #expect(rows.count == stop)
        }
    }
}

/// A door's client that reads every byte of each row.
private final class Rows {
    private let stopAfter: Int
    private var rowBytes = 0
    private(set) var count = 0
    private var sum = 0

    init(stopAfter: Int) {
        self.stopAfter = stopAfter
    }

    func decode(_ bytes: [UInt8], _ header: ImageHeader) -> Int {
        var client = cimage_guest_client(
            context: Unmanaged.passUnretained(self).toOpaque(),
            begin: { context, guest in
                guard let context, let guest else { return 1 }
                return Unmanaged<Rows>.fromOpaque(context).takeUnretainedValue().begin(guest.pointee) ? 0 : 1
            },
            row: { context, row in
                guard let context, let row else { return 1 }
                return Unmanaged<Rows>.fromOpaque(context).takeUnretainedValue().take(row) ? 0 : 1
            })
        var message = [CChar](repeating: 0, count: Int(CIMAGE_MESSAGE_SIZE))
        let door = header.format == .jxl ? cimage_jxl_decode : cimage_heif_decode
        return Int(door(bytes, bytes.count, UInt32(header.width), UInt32(header.height), &client, &message))
    }

    private func begin(_ guest: cimage_guest) -> Bool {
        rowBytes = Int(guest.width) * Int(guest.channels)
        sum += UnsafeBufferPointer(start: guest.profile, count: guest.profile_size).reduce(0) { $0 + Int($1) }
        return stopAfter > 0
    }

    private func take(_ row: UnsafePointer<UInt8>) -> Bool {
        sum += UnsafeBufferPointer(start: row, count: rowBytes).reduce(0) { $0 + Int($1) }
        count += 1
        return count < stopAfter
    }
}
