"""How the HTML report looks, on screen and on paper: calm paper, one accent, meaning never by colour alone."""

STYLE = """
:root{--paper:#f6f4ee;--sheet:#fffefb;--ink:#1c1f26;--soft:#4d535f;--rule:#d8d3c7;--strong:#8a8578;--accent:#1f4173;
--stop:#94231c;--ask:#734a00;
--serif:"Iowan Old Style",Palatino,"Source Serif 4","Noto Serif",Georgia,"DejaVu Serif",serif}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:66rem;margin:0 auto;padding:1.5rem}
h1,h2{font-family:var(--serif);line-height:1.25;margin:0 0 .75rem;overflow-wrap:anywhere;text-wrap:balance}
h1{font-size:1.9rem}h2{font-size:1.3rem}p{margin:0 0 .75rem;overflow-wrap:anywhere}a{color:var(--accent)}
section,header{background:var(--sheet);border:1px solid var(--rule);border-radius:3px;padding:1.5rem;
margin-bottom:1.5rem}
.verdict{border-top:6px solid var(--strong)}.verdict.stop{border-top-color:var(--stop)}
.verdict.ask{border-top-color:var(--ask)}
.headline{font:1.25rem/1.4 var(--serif)}.verdict.stop .headline{color:var(--stop)}
.verdict.ask .headline{color:var(--ask)}
.eyebrow{font-size:.8125rem;color:var(--soft);margin-bottom:.25rem}
.soft,figcaption,caption{color:var(--soft);font-size:.8125rem}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.35rem 1.5rem;margin:0 0 1rem}
dt{color:var(--soft);font-size:.875rem}dd{margin:0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;font-size:.9375rem;margin:.75rem 0 0}
caption{text-align:start;padding-bottom:.25rem}
th,td{text-align:start;vertical-align:top;padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--rule);
overflow-wrap:anywhere}
section>:last-child{margin-bottom:0}th{white-space:nowrap;font-weight:600;font-size:.875rem}code{font-size:.8125rem;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto;overflow:visible}figure{margin:0;min-width:0}figcaption{padding-top:.35rem}
.track{fill:#e9e5da}.tick{stroke:var(--rule)}.mark{font-size:15px;fill:var(--soft)}
.bar{fill:#c9cfd9;stroke:#4d535f;stroke-width:1.5}.bar.copy{fill:#e8b4ae;stroke:var(--stop);stroke-width:2.5}
.bar.scene,.bar.audio,.bar.text{fill:#f0d9a6;stroke:var(--ask)}.timeline text{font-size:15px;fill:var(--ink)}
.timeline a:focus-visible .bar{stroke-width:4}
.pairs{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr));margin-bottom:1rem}
.pairs div{display:grid;grid-template-columns:1fr 1fr;gap:.5rem;align-items:start}
.pairs img{width:100%;background:#000}
.plots{display:grid;gap:1.5rem;grid-template-columns:minmax(0,1.6fr) minmax(0,1fr);align-items:start;margin:1rem 0}
.plots figure:only-child{grid-column:1/-1}.curve polygon{fill:var(--accent);opacity:.12}
.curve .mark{font-size:24px}.curve polyline{fill:none;stroke:var(--accent);stroke-width:2.5}
.matrix img{max-width:100%;max-height:15rem;image-rendering:pixelated;border:1px solid var(--strong)}
@media (max-width:45rem){main{padding:.75rem}section,header{padding:1rem}dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.5rem}
.plots{grid-template-columns:minmax(0,1fr)}table{display:block;overflow-x:auto}}
@media print{@page{margin:16mm}body{background:#fff;color:#000;font-size:10.5pt}main{max-width:none;padding:0}
section,header{border:0;border-top:1px solid #999;border-radius:0;padding:.75rem 0;background:#fff}
.finding,figure,tr{break-inside:avoid}h2{break-after:avoid}a{color:inherit;text-decoration:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
