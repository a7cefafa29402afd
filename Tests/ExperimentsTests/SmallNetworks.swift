import Files
import Foundation
import TestSupport

/// Small ONNX files as Base64 text, made by onnx.helper with operator set 13 and weights in eighths.
enum SmallNetworks {
  /// `[1, 4, 4]` to maps of three classes `[3, 4, 4]`: one 3 × 3 convolution named `conv`.
  static let maps = """
    CAg6lwIKQgoBeAoBdwoBYhIBeRoEY29udiIEQ29udioVCgxrZXJuZWxfc2hhcGVAA0ADoAEHKhEKBHBhZHNAAUABQAFAAaAB\
    BxIBZyp7CAMIAQgDCAMQAUIBd0psAADAPgAAID8AAIC/AAAgPwAAAL4AAAAAAACAPgAAAL8AAIA/AACAvwAAAL8AAIC+AAAA\
    PgAAgL4AAEC/AACAvwAAgL8AAIC/AABAvwAAgD8AACC/AADAPgAAAD8AACC/AAAAvwAAAL4AAAC/KhUIAxABQgFiSgwAAAA/\
    AACAvgAAAABaHAoBeBIXChUIARIRCgMSAU4KAggBCgIIBAoCCARiHAoBeRIXChUIARIRCgMSAU4KAggDCgIIBAoCCARCBAoA\
    EA0=
    """

  /// `[4, 4, 2]`, channels last, to three classes: a transposition, a 1 × 1 convolution named `conv`,
  /// Relu and the mean over the image.
  static let channelsLast = """
    CAg6lAIKJwoBeBIBdBoBdCIJVHJhbnNwb3NlKhEKBHBlcm1AAEADQAFAAqABBwovCgF0CgF3CgFiEgFjGgRjb252IgRDb252\
    KhUKDGtlcm5lbF9zaGFwZUABQAGgAQcKDwoBYxIBchoBciIEUmVsdQocCgFyEgFwGgFwIhFHbG9iYWxBdmVyYWdlUG9vbAoS\
    CgFwEgF5GgFmIgdGbGF0dGVuEgFnKicIAwgCCAEIARABQgF3ShgAAIA/AAAgvwAAYD8AACA/AABAPwAAYL8qFQgDEAFCAWJK\
    DAAAAD8AAIC+AAAAAFocCgF4EhcKFQgBEhEKAxIBTgoCCAQKAggECgIIAmIUCgF5Eg8KDQgBEgkKAxIBTgoCCANCBAoAEA0=
    """

  /// Writes one of them to `name` in `folder`.
  static func write(_ text: String, to name: String, in folder: TemporaryFolder) throws {
    try FileContents.write(Data(base64Encoded: text) ?? Data(), to: folder.file(name))
  }
}
