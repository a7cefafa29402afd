/// The style sheet of every page.
enum HTMLStyle {
  // System fonts only: the page loads nothing. Drawings take their foreground from `color`.
  static var css: String {
    """
    :root {
      --text: #1c2126; --muted: #59636e; --ground: #ffffff; --panel: #f6f8fa;
      --line: #d5dbe1; --accent: #0b62b0; --note: #fff6dd; --note-line: #d9a400;
      --shade: rgba(0, 0, 0, 0.28);
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --text: #dfe5ea; --muted: #9aa6b2; --ground: #14181c; --panel: #1c2227;
        --line: #353e47; --accent: #72b4f2; --note: #2e2812; --note-line: #b58900;
        --shade: rgba(0, 0, 0, 0.75);
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.55 \(FigureStyle.fonts);
    }
    main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
    h1 { font-size: 1.45rem; line-height: 1.25; margin: 0 0 0.25rem; overflow-wrap: anywhere; }
    h2 {
      font-size: 1.25rem; margin: 2.5rem 0 0.75rem; padding-bottom: 0.3rem;
      border-bottom: 1px solid var(--line);
    }
    h3 { font-size: 1.05rem; margin: 1.75rem 0 0.5rem; }
    p, ul { margin: 0 0 1rem; overflow-wrap: anywhere; }
    sub { font-size: 75%; line-height: 0; }
    a { color: var(--accent); }
    .lead { font-size: 1.3rem; line-height: 1.4; font-weight: 600; margin: 1.1rem 0 0.5rem; }
    .subtitle, .caption, .data, .hint, figcaption { color: var(--muted); }
    .note {
      background: var(--note); border-left: 4px solid var(--note-line);
      padding: 0.6rem 0.9rem; border-radius: 0 4px 4px 0;
    }
    .table { margin: 0 0 1.5rem; }
    .caption { margin: 0 0 0.4rem; font-size: 0.92rem; }
    .data { margin: 0.35rem 0 0; font-size: 0.85rem; }
    .hint { display: none; margin: 0 0 0.25rem; font-size: 0.85rem; }
    /* A shadow at each edge behind which the table goes on. */
    .scroll {
      overflow-x: auto; background-color: var(--ground);
      background-image:
        linear-gradient(to right, var(--ground), var(--ground)),
        linear-gradient(to left, var(--ground), var(--ground)),
        linear-gradient(to right, var(--shade), transparent),
        linear-gradient(to left, var(--shade), transparent);
      background-position: left, right, left, right; background-repeat: no-repeat;
      background-size: 18px 100%, 18px 100%, 12px 100%, 12px 100%;
      background-attachment: local, local, scroll, scroll;
    }
    table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
    th, td { padding: 0.35rem 0.7rem 0.35rem 0.4rem; text-align: left; vertical-align: top; }
    th {
      border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom;
      white-space: nowrap;
    }
    thead td { border: 0; }
    th.group { text-align: center; border-bottom-width: 1px; }
    /* The names of rows stay in sight. */
    th:first-child:not(.group), td:first-child { position: sticky; left: 0; background: var(--ground); }
    td { border-bottom: 1px solid var(--line); white-space: nowrap; }
    td.number, th.number { text-align: right; }
    figure { margin: 1.25rem 0 2rem; }
    figure svg { display: block; width: 100%; max-width: 37rem; height: auto; margin: 0 auto; }
    figcaption {
      overflow-wrap: anywhere; font-size: 0.9rem; line-height: 1.45; margin: 0.6rem auto 0;
      max-width: 37rem;
    }
    figcaption b { color: var(--text); }
    details { margin: 0 0 1rem; border-top: 1px solid var(--line); padding-top: 0.5rem; }
    details > :nth-child(2) { margin-top: 0.8rem; }
    summary { cursor: pointer; color: var(--accent); }
    pre {
      background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
      padding: 0.8rem 1rem; overflow-x: auto; font: 0.8rem/1.45 ui-monospace, "DejaVu Sans Mono",
      monospace;
    }
    \(FigureStyle.css(scope: "figure svg"))
    @media (max-width: 46rem) {
      main { padding: 1.2rem 1rem 3rem; }
      .hint { display: block; }
      .lead { font-size: 1.15rem; }
    }
    @media print {
      body { font-size: 10.5pt; }
      main { max-width: none; padding: 0; }
      figure { margin: 0.8rem 0 1.2rem; }
      figure svg { max-width: 26rem; }
      figure, .table { break-inside: avoid; }
      h2, h3, .lead { break-after: avoid; }
      .scroll { overflow: visible; background-image: none; }
      table { font-size: 7.5pt; }
      th, td { white-space: normal; }
      .data, .hint, figcaption a { display: none; }
    }
    """
  }
}
