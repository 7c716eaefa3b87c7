import CaptionClient
import Testing

@Suite("StockDescription")
struct StockDescriptionTests {
    @Test(
        "cameras' and programs' words for nothing",
        arguments: [
            "", "  ", "\0\0", "OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "DCIM\\100MEDIA\\DJI_0001.JPG",
            "dcim/100/x.jpg",
            "MINOLTA DIGITAL CAMERA", "KONICA MINOLTA DIGITAL CAMERA", "Kodak Digital Still Camera", "DIGITAL CAMERA",
            "SAMSUNG CAMERA PICTURES", "Exif_JPEG_PICTURE", "default", "cof", "oznorWO", "DSC01234", "DSC_0123.JPG",
            "IMG_20200101_120000", "_DSC1234", "Untitled", "...", "photo", "My Photo.jpg", "my photo",
        ])
    func stock(text: String) {
        #expect(StockDescription.matches(text, file: FileName("/x/My Photo.jpg")))
    }

    @Test(
        "a person's words",
        arguments: [
            "a digital camera on a table with a digital camera", "My first digital camera", "Samsung building",
            "DSC meeting 2020",
            "HDR", "1945", "😀", "café", "DCIMS", "a cat", "IMG",
        ])
    func own(text: String) {
        #expect(!StockDescription.matches(text, file: FileName("/x/My Photo.jpg")))
    }
}
