import Testing

@testable import Files

@Suite struct NearestWordTests {
  @Test func slipsAloneAreAllowed() {
    #expect(NearestWord.distance("kitten", "sitting") == 3)
    #expect(NearestWord.distance("bits", "btis") == 1)
    #expect(NearestWord.find("BITS", among: ["bytes", "bits"]) == "bits")
    #expect(NearestWord.find("zebra", among: ["bits", "name"]) == nil)
    // A single letter is near every other.
    #expect(NearestWord.find("a", among: ["b"]) == nil)
    #expect(NearestWord.find("a", among: ["A"]) == "A")
  }
}
