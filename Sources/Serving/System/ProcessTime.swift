import Foundation

/// The processor time that this process takes.
public enum ProcessTime {
    /// What all its threads have used so far, in their own code and in the system's.
    public static func used() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
