/// Adapts gnuplot's SVG for use inside a page.
enum SVGDrawing {
  /// Foreground becomes the color of the surrounding text, so that the drawing follows a dark
  /// page; the program's name and version give way to the figure's title; pixels stay sharp.
  static func adapt(_ svg: String, title: String) -> String {
    svg
      .replacing(/<title>Gnuplot<\/title>\s*<desc>.*?<\/desc>/) { _ in
        "<title>\(HTMLText.escape(title))</title>"
      }
      .replacing("<svg ", with: "<svg role=\"img\" ", maxReplacements: 1)
      .replacing("color=\"black\"", with: "color=\"inherit\"")
      .replacing(/<title>gnuplot_plot_[0-9a-z]*<\/title>/) { _ in "" }
      .replacing("stroke=\"black\"", with: "stroke=\"currentColor\"")
      .replacing("fill=\"black\"", with: "fill=\"currentColor\"")
      .replacing("'black'", with: "'currentColor'")
      .replacing(/(['"])rgb\( *0, *0, *0\)['"]/) { "\($0.1)currentColor\($0.1)" }
      .replacing("<image ", with: "<image style='image-rendering:pixelated' ")
  }

  /// The drawing with every identifier behind `prefix`: several drawings on one page must not
  /// share identifiers.
  static func prefixingIdentifiers(_ svg: String, with prefix: String) -> String {
    svg
      .replacing(/\bid=(['"])/) { "id=\($0.1)\(prefix)" }
      .replacing(/xlink:href=(['"])#/) { "xlink:href=\($0.1)#\(prefix)" }
      .replacing("url(#", with: "url(#\(prefix)")
  }
}
