import ModelHub
import Testing

@Suite("Download progress")
struct DownloadProgressTests {}
