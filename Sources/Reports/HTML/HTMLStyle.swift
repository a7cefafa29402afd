/// The style sheet of every page.
enum HTMLStyle {
  // System fonts only: the page loads nothing. Drawings take their foreground from `color`.
  static let css = """
    :root {
      --text: #1c2126; --muted: #59636e; --ground: #ffffff; --panel: #f6f8fa;
      --line: #d5dbe1; --accent: #0b62b0; --note: #fff6dd; --note-line: #d9a400;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --text: #dfe5ea; --muted: #9aa6b2; --ground: #14181c; --panel: #1c2227;
        --line: #353e47; --accent: #72b4f2; --note: #2e2812; --note-line: #b58900;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
    }
    main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
    h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 0.25rem; }
    h2 {
      font-size: 1.3rem; margin: 2.5rem 0 0.75rem; padding-bottom: 0.3rem;
      border-bottom: 1px solid var(--line);
    }
    h3 { font-size: 1.08rem; margin: 1.75rem 0 0.5rem; }
    p, ul { margin: 0 0 1rem; max-width: 46rem; overflow-wrap: anywhere; }
    a { color: var(--accent); }
    .subtitle, .caption, .data, figcaption { color: var(--muted); }
    .note {
      background: var(--note); border-left: 4px solid var(--note-line);
      padding: 0.6rem 0.9rem; border-radius: 0 4px 4px 0;
    }
    .table { margin: 0 0 1.5rem; }
    .caption { margin: 0 0 0.4rem; font-size: 0.92rem; }
    .data { margin: 0.35rem 0 0; font-size: 0.85rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
    th, td { padding: 0.35rem 0.7rem 0.35rem 0.4rem; text-align: left; vertical-align: top; }
    th { border-bottom: 2px solid var(--line); font-weight: 600; }
    td { border-bottom: 1px solid var(--line); }
    td { white-space: nowrap; }
    th { vertical-align: bottom; }
    td.number, th.number { text-align: right; }
    figure {
      margin: 1.25rem 0 2rem; padding: 1rem 1rem 0.8rem; background: var(--panel);
      border: 1px solid var(--line); border-radius: 6px;
    }
    /* Narrower than this, letters get too small: the figure scrolls instead. */
    figure svg { display: block; width: 100%; min-width: 540px; max-width: 760px; height: auto; margin: 0 auto; }
    figcaption { overflow-wrap: anywhere; font-size: 0.9rem; margin-top: 0.6rem; }
    figcaption b { color: var(--text); }
    details { margin: 0 0 1rem; }
    summary { cursor: pointer; color: var(--accent); }
    pre {
      background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
      padding: 0.8rem 1rem; overflow-x: auto; font: 0.85rem/1.45 ui-monospace, "DejaVu Sans Mono",
      monospace;
    }
    @media print {
      figure, .table { break-inside: avoid; }
      .data, figcaption a { display: none; }
    }
    """
}
