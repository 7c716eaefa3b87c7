import Testing
import VisionAPITypes

@Suite("vision-client")
struct ClientTests {}
