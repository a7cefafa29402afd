import Testing

extension Tag {
  /// Takes more than about five seconds, or runs a program of others.
  ///
  /// `make test-quick` leaves these tests out, `make test-validation` runs them alone.
  @Tag public static var validation: Self
}
