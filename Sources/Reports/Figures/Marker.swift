/// The marks of points, a shape and a color for each series.
enum Marker {
  static func draw(on canvas: inout SVGCanvas, _ index: Int, _ x: Double, _ y: Double) {
    let style = FigureStyle.fill(index)
    let r = 3.2
    switch index % 4 {
    case 0: canvas.circle(x, y, r, style)
    case 1: canvas.rectangle(x - r + 0.4, y - r + 0.4, 2 * r - 0.8, 2 * r - 0.8, style)
    case 2:
      canvas.polygon(
        [(x, y - r - 0.6), (x + r + 0.4, y + r - 0.6), (x - r - 0.4, y + r - 0.6)], style)
    default:
      canvas.polygon(
        [(x, y - r - 0.8), (x + r + 0.8, y), (x, y + r + 0.8), (x - r - 0.8, y)], style)
    }
  }
}
