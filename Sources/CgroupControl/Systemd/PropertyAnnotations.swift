import LinuxKernel

/// The annotations that set properties of the container's unit: `org.systemd.property.NAME`, a value in GVariant's text format.
///
/// As on systemd's command line a name may end in `Sec`: seconds, where the property itself counts microseconds.
/// Source: runc's docs/systemd.md, "Auxiliary properties".
public enum PropertyAnnotations {
    /// What their names begin with.
    public static let prefix = "org.systemd.property."
    private static let lengthLimit = 65536

    /// In the order of their names. Errors name the annotation.
    static func properties(of annotations: [String: String]) throws(CgroupError) -> [UnitProperty] {
        var properties: [UnitProperty] = []
        for (key, text) in annotations.sorted(by: { $0.key < $1.key }) where key.hasPrefix(prefix) {
            do throws(GVariantText.Malformed) { properties.append(try property(String(key.dropFirst(prefix.count)), text)) } catch {
                throw CgroupError("annotation \(key): \(error.reason)", hint: "its value is in GVariant's text format: 'text', true, uint64 7, ['a', 'b']")
            }
        }
        return properties
    }

    private static func property(_ name: String, _ text: String) throws(GVariantText.Malformed) -> UnitProperty {
        guard name.utf8.count >= 3, name.utf8.count <= 64, name.unicodeScalars.allSatisfy({ ("a"..."z").contains($0) || ("A"..."Z").contains($0) }) else {
            throw GVariantText.Malformed(reason: "the name of a property consists of letters, at least three")
        }
        guard text.utf8.count <= lengthLimit else { throw GVariantText.Malformed(reason: "longer than \(lengthLimit) bytes") }
        let value = try GVariantText.parse(text)
        guard name.hasSuffix("Sec"), !name.hasSuffix("USec") else { return UnitProperty(name, value) }
        return UnitProperty(name.dropLast("Sec".count) + "USec", .uint64(try microseconds(value)))
    }

    private static func microseconds(_ seconds: BusValue) throws(GVariantText.Malformed) -> UInt64 {
        let whole: UInt64? =
            switch seconds {
            case .byte(let number): UInt64(number)
            case .int16(let number): UInt64(exactly: number)
            case .uint16(let number): UInt64(number)
            case .int32(let number): UInt64(exactly: number)
            case .uint32(let number): UInt64(number)
            case .int64(let number): UInt64(exactly: number)
            case .uint64(let number): number
            case .double(let number): UInt64(exactly: (number * 1_000_000).rounded())
            default: nil
            }
        if case .double = seconds, let whole { return whole }
        if let whole, case (let product, false) = whole.multipliedReportingOverflow(by: 1_000_000) { return product }
        throw GVariantText.Malformed(reason: "a number of seconds, not below 0, belongs here")
    }
}
