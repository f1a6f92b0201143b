/** The one style sheet of the page. Colours are those that colour-blind people tell apart; each has a sign besides. */
export const STYLE = `
:root{color-scheme:light dark;--page:#fff;--text:#1b2430;--soft:#566170;--line:#d5dae1;--card:#f5f7f9;--link:#0b57a4;
--made:#0072b2;--late:#e69f00;--bad:#b3421b;--held:#7b4fa3;--pruned:#c3d9e8;--unknown:#d9dce1;--due:#56b4e9;--well:#0b6e4f;--on-dark:#fff;--on-light:#1b2430}
@media (prefers-color-scheme:dark){:root{--page:#12171d;--text:#e6eaef;--soft:#a3adba;--line:#39424e;--card:#1b222a;--link:#8cc4ff;
--made:#4aa8e0;--late:#f0b429;--bad:#ff8a5c;--held:#c09be8;--pruned:#2f4a5d;--unknown:#3d4550;--due:#a5d8f5;--well:#5fd0a5;--on-dark:#0d1117;--on-light:#e6eaef}}
*{box-sizing:border-box}
html{background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
body{max-width:1120px;margin:0 auto;padding:20px 20px 60px}
h1{font-size:1.45rem;line-height:1.2;margin:0 0 4px}h2{font-size:1.15rem;margin:36px 0 6px;padding-top:12px;border-top:1px solid var(--line)}h3{font-size:1rem;margin:20px 0 6px}
p{margin:4px 0 10px;max-width:80ch}code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.92em}
a{color:var(--link)}nav ul{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:14px 0 0;padding:0}
.verdict{display:flex;gap:16px;align-items:flex-start;border:1px solid var(--line);border-left:8px solid var(--well);border-radius:8px;background:var(--card);padding:16px 18px}
.verdict.stale,.verdict.empty{border-left-color:var(--late)}.verdict.failed{border-left-color:var(--bad)}
.mark{margin:0}.mark span{display:grid;place-items:center;width:44px;height:44px;border-radius:50%;background:var(--well);color:var(--on-dark);font-size:24px;font-weight:700}
.stale .mark span,.empty .mark span{background:var(--late);color:#1b2430}.failed .mark span{background:var(--bad)}
.sentence{font-size:1.08rem;margin:0 0 2px}.when{color:var(--soft);margin:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(158px,1fr));gap:10px;margin:16px 0 0}
.tiles div{border:1px solid var(--line);border-radius:8px;padding:9px 12px}.tiles dt{color:var(--soft);font-size:.86rem}.tiles dd{margin:0;font-size:1.22rem;font-weight:600;font-variant-numeric:tabular-nums}.tiles small{display:block;font-size:.8rem;font-weight:400;color:var(--soft)}
.plain{margin:4px 0 10px;padding-left:20px}.plain li{max-width:100ch;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:8px 0;padding:0;font-size:.86rem}.legend span{color:var(--soft)}
.chip{display:inline-grid;place-items:center;width:20px;height:18px;border-radius:4px;font-size:12px;font-weight:700;line-height:1;background:var(--unknown);color:var(--on-light);vertical-align:-3px}
.legend .chip,.volume .chip{color:var(--on-light)}
.legend .chip.made,.legend .chip.held,.legend .chip.failed,.legend .chip.missed,.legend .chip.overdue,.volume .chip.fresh,.volume .chip.missing{color:var(--on-dark)}
.legend .chip.late,.legend .chip.due,.volume .chip.late,.volume .chip.new{color:#1b2430}
.chip.made,.chip.fresh{background:var(--made)}.chip.late{background:var(--late)}.chip.failed,.chip.missed,.chip.overdue,.chip.missing{background:var(--bad)}
.chip.held{background:var(--held)}.chip.pruned{background:var(--pruned)}.chip.due,.chip.new{background:var(--due)}.chip.before{background:none;border:1px dashed var(--line)}
figure{margin:8px 0 18px}figcaption{color:var(--soft);font-size:.86rem;margin:2px 0 4px}
.scroll{overflow-x:auto}.scroll:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
svg{display:block;width:100%;min-width:760px;height:auto;overflow:visible}
svg text{fill:var(--text);font-size:11.5px}svg .axis{fill:var(--soft);font-size:10.5px}.middle{text-anchor:middle}.end-text{text-anchor:end}.isolated{unicode-bidi:isolate}
.grid{stroke:var(--line);stroke-width:1}
.day{fill:var(--unknown)}.day.made{fill:var(--made)}.day.late{fill:var(--late)}.day.failed,.day.missed,.day.overdue{fill:var(--bad)}.day.held{fill:var(--held)}.day.pruned{fill:var(--pruned)}.day.due{fill:var(--due)}.day.before{fill:none;stroke:var(--line);stroke-dasharray:2 3}
svg .sign{text-anchor:middle;font-size:11px;font-weight:700;fill:var(--on-light)}
svg .on-made,svg .on-held,svg .on-failed,svg .on-missed,svg .on-overdue{fill:var(--on-dark)}svg .on-late,svg .on-due{fill:#1b2430}
svg .on-made{font-size:7px}
.life{stroke:var(--made);stroke-width:3;opacity:.55}.life.weekly{stroke:var(--well)}.life.monthly{stroke:var(--late)}.life.hold{stroke:var(--held)}.life.last{stroke:var(--due)}.life.none,.life.other{stroke:var(--soft)}.life.open{stroke-dasharray:6 4}
.taken{fill:var(--made)}.taken.weekly{fill:var(--well)}.taken.monthly{fill:var(--late)}.taken.hold{fill:var(--held)}.taken.last{fill:var(--due)}.taken.none,.taken.other{fill:var(--soft)}
.end{stroke:var(--text);stroke-width:1.5}.now{stroke:var(--bad);stroke-width:1.5}svg .now-text{fill:var(--bad);font-weight:700}
.bar.first{fill:var(--made)}.bar.second{fill:var(--late)}.limit{stroke:var(--bad);stroke-width:2.5}svg .value{font-size:11px}
.well{fill:var(--well)}.unwell{fill:var(--bad)}
table{border-collapse:collapse;font-size:.9rem;width:100%}caption{text-align:left;color:var(--soft);font-size:.86rem;padding:4px 0}
th,td{text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-bottom:1px solid var(--line)}td bdi,tbody th bdi{overflow-wrap:anywhere}td:has(bdi),tbody th:has(bdi){min-width:14ch}thead th{color:var(--soft);font-weight:600;white-space:nowrap;overflow-wrap:normal}tbody th{font-weight:500;min-width:14ch}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
summary{cursor:pointer;padding:4px 0}.as-table>summary{color:var(--link);font-size:.88rem}
.volume{border:1px solid var(--line);border-radius:8px;margin:6px 0;padding:2px 12px}.volume[open]{padding-bottom:10px}.volume>summary b{overflow-wrap:anywhere}.volume>summary span:last-child{color:var(--soft)}
.names{max-width:none;overflow-wrap:anywhere}footer{color:var(--soft);font-size:.86rem;margin-top:36px;border-top:1px solid var(--line);padding-top:10px}
@media (max-width:640px){body{padding:12px 12px 40px}.verdict{padding:12px}.mark span{width:34px;height:34px;font-size:18px}.tiles{grid-template-columns:repeat(2,1fr)}}
@media print{:root{color-scheme:light;--page:#fff;--text:#000;--soft:#333;--line:#bbb;--card:#fff}html{font-size:11px}body{max-width:none;padding:0}nav{display:none}.scroll{overflow:visible}svg{min-width:0}svg,.chip,.mark span,.verdict{print-color-adjust:exact}section,figure,tr{break-inside:avoid-page}.volume{break-inside:avoid-page}}
`;
