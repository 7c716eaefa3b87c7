/// How a report looks: by day, by night, on a phone and on paper.
enum ReportStyle {
    static let text = """
        :root {
          color-scheme: light dark;
          --ground: #fafaf8; --surface: #ffffff; --sunken: #f3f3f0; --line: #e2e2dd;
          --ink: #1c1d20; --muted: #5c6067; --accent: #2f57cc;
          --bad: #b3261e; --good: #1d7a46; --mark: #fdf0c4;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #131416; --surface: #1b1d20; --sunken: #232529; --line: #2f3237;
            --ink: #ececee; --muted: #a3a8b0; --accent: #93b1ff; --bad: #ff9a90; --good: #6fd29a; --mark: #4d4113;
          }
        }
        * { box-sizing: border-box; margin: 0; padding: 0; }
        body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        header, main { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
        header { padding-top: 32px; }
        main { padding-bottom: 48px; }
        h1 { font-size: 26px; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
        h2 { font-size: 18px; font-weight: 650; margin: 40px 0 8px; overflow-wrap: anywhere; }
        ol, ul { list-style: none; }
        a { color: var(--accent); }
        bdi, .caption { overflow-wrap: anywhere; }
        .muted { color: var(--muted); }
        .stage { margin-top: 8px; padding-left: 12px; border-left: 3px solid var(--good); }
        .stage.open { border-color: var(--accent); }
        .tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 24px 0 16px; }
        .tile { display: flex; flex-direction: column-reverse; flex: 1 0 128px; padding: 12px 16px;
          background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }
        .tile dd { font-size: 26px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
        .tile dt { color: var(--muted); font-size: 14px; }
        .tile.bad dd, section.bad h2 { color: var(--bad); }
        details { border-top: 1px solid var(--line); }
        details:last-of-type { border-bottom: 1px solid var(--line); }
        summary { padding: 10px 0; cursor: pointer; overflow-wrap: anywhere; }
        summary b { margin-left: 8px; color: var(--muted); font-variant-numeric: tabular-nums; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
        .names { columns: 20em; column-gap: 32px; padding: 0 0 12px 18px; }
        .names li { break-inside: avoid; }
        .histogram { display: flex; align-items: stretch; gap: 2px; height: 200px; margin: 16px 0 22px; }
        .histogram li { flex: 1; display: flex; align-items: flex-end; position: relative; min-width: 0;
          border-bottom: 1px solid var(--line); max-width: 56px; }
        .histogram i { width: 100%; background: var(--accent); border-radius: 3px 3px 0 0; }
        .histogram li:hover { background: var(--sunken); }
        .histogram small { position: absolute; top: 100%; left: 0; padding-top: 2px; font-size: 12px;
          color: var(--muted); font-variant-numeric: tabular-nums; }
        .axis { font-size: 13px; }
        .terms { columns: 2 380px; column-gap: 40px; margin: 12px 0 16px; }
        .terms li { display: grid; grid-template-columns: minmax(0, 9.5em) 1fr 3.6em 3.2em; gap: 10px;
          align-items: center; break-inside: avoid; padding: 2px 0; font-variant-numeric: tabular-nums; }
        .terms .bar { height: 12px; }
        .terms i { display: block; height: 100%; min-width: 2px; background: var(--accent);
          border-radius: 0 3px 3px 0; }
        .terms .count, .terms .share { text-align: right; }
        .more { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0 0 14px; }
        .groups { margin-top: 12px; }
        .groups > li { display: grid; grid-template-columns: 4em 1fr; gap: 12px; padding: 10px 0;
          border-top: 1px solid var(--line); break-inside: avoid; }
        .groups .times { text-align: right; font-variant-numeric: tabular-nums; }
        .groups .members { font-size: 13px; }
        .groups .members + .caption { margin-top: 6px; }
        .caption { white-space: pre-wrap; unicode-bidi: isolate; }
        mark { background: var(--mark); color: inherit; border-radius: 3px; padding: 0 1px; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 16px;
          margin-top: 12px; }
        article { display: flex; flex-direction: column; gap: 6px; padding-bottom: 14px; overflow: hidden;
          background: var(--surface); border: 1px solid var(--line); border-radius: 12px; font-size: 14px;
          break-inside: avoid; }
        article:target { outline: 2px solid var(--accent); }
        article img { width: 100%; height: 176px; padding: 8px; background: var(--sunken); object-fit: contain; }
        article > h3:first-child { padding-top: 10px; }
        article h3 { font-size: 13px; font-weight: 600; color: var(--muted); padding: 0 12px; }
        article h3 em { font-style: normal; font-weight: 400; border: 1px solid var(--line); border-radius: 8px;
          padding: 0 6px; white-space: nowrap; }
        article .caption, article .note { padding: 0 12px; }
        article .caption b { display: block; font-size: 12px; font-weight: 600; color: var(--muted); }
        .note { color: var(--muted); font-size: 13px; }
        @media (max-width: 560px) {
          header, main { padding-left: 16px; padding-right: 16px; }
          .tile { flex-basis: 96px; padding: 10px 12px; }
          .tile dd { font-size: 22px; }
          .histogram { height: 150px; gap: 1px; }
          .terms li { grid-template-columns: minmax(0, 8em) 1fr 3em 3em; gap: 8px; }
          .groups > li { grid-template-columns: 2.8em 1fr; }
          .cards { grid-template-columns: repeat(2, 1fr); gap: 10px; }
          article img { height: 140px; }
        }
        @page { margin: 12mm 0; }
        @media print {
          :root { color-scheme: light; --ground: #fff; --surface: #fff; --sunken: #f3f3f0; --line: #ccc; --ink: #000;
            --muted: #444; --accent: #2f57cc; --bad: #b3261e; --mark: #fdf0c4; }
          body { font-size: 10pt; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
          details::details-content { content-visibility: visible; }
          h2, h2 + p { break-after: avoid; }
          .histogram { break-inside: avoid; }
          .cards { grid-template-columns: repeat(4, 1fr); }
        }

        """
}
