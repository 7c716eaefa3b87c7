extension Double {
    /// The number as Prometheus reads it: whole ones without a fraction, `NaN`, `+Inf` and `-Inf`.
    var prometheusText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        guard let whole = Int64(exactly: self), whole.magnitude < 1 << 53 else { return description }
        return String(whole)
    }
}
