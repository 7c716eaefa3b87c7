import JSONScanning

extension JSONDemand {
    /// `{"type": "json_object"}`, or `json_schema` with the schema beside the type or one level deeper.
    init(responseFormat value: JSONValue?) throws {
        guard let fields = value?.members(named: ["type", "json_schema", "schema"]) else {
            self = .none
            return
        }
        let schema = fields["json_schema"]?.members(named: ["schema"])?["schema"] ?? fields["schema"]
        switch fields["type"]?.string {
        case "json_schema": self = try JSONDemand(schema: schema)
        case "json_object": self = .any
        default: self = .none
        }
    }
}
