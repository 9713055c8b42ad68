import Foundation
import RuntimeSpec

/// The error that decoding the text as this type ends in; nil where it succeeds.
func decodingError<Object: JSONObject>(_ type: Object.Type, _ text: String) -> String? {
    do {
        _ = try Object.decode(Array(text.utf8))
        return nil
    } catch {
        return error.description
    }
}

/// The text as Foundation reads it, to compare documents independently of the code under test.
func foundationObject(_ text: String) throws -> NSDictionary? {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
}

/// The smallest configuration that is valid.
func minimalSpec() throws -> Spec {
    try Spec.decode(Array(#"{"ociVersion":"1.0.0","process":{"args":["true"],"cwd":"/"},"root":{"path":"rootfs"}}"#.utf8))
}
