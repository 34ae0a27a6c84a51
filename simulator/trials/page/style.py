"""The look of a report: one style sheet, light and dark, with nothing loaded from anywhere."""

STYLE = """
:root{color-scheme:light dark;--paper:#fbfbf9;--card:#fff;--ink:#22252a;--faded:#6a7078;--line:#e2e4e3;--good:#1f7a4d;
--bad:#b3261e;--noise:#d9822b;--sound:#8250c4;--crowd:#1b7fb5;--person:#c2366b;--sensor:#7a7f86;--other:#555;
--level:#2b5fb8;--background:#9aa3ad;--present:#1b7fb51f}
@media(prefers-color-scheme:dark){:root{--paper:#15181c;--card:#1d2126;--ink:#e6e8ea;--faded:#9aa1a9;--line:#31363c;
--good:#5fce95;--bad:#ff8a80;--noise:#f0a35a;--sound:#b48cf0;--crowd:#5fb6e5;--person:#f07fa8;--sensor:#a3a9b0;
--other:#aaa;--level:#7ba7ff;--background:#7a838d;--present:#5fb6e529}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px}
h2{font-size:20px;margin:44px 0 10px}
h3{font-size:16px;margin:0}
p{margin:6px 0 12px;max-width:75ch}
.lead,.faded,figcaption,caption{color:var(--faded)}
caption{text-align:left;padding-bottom:6px;font-size:13px}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:22px 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 18px;min-width:150px;flex:1}
.tile b{display:block;font-size:24px;line-height:1.25;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line);
font-variant-numeric:tabular-nums}
th,td{padding:6px 10px;border-top:1px solid var(--line);text-align:right;white-space:nowrap}
th{white-space:normal;font-weight:600;font-size:13px;color:var(--faded);vertical-align:bottom}
th:first-child,td:first-child,.words{text-align:left}
.words{white-space:normal}
td.hit{color:var(--good);font-weight:600}
td.miss{color:var(--bad)}
td .share{display:inline-block;width:44px;height:8px;border-radius:4px;background:var(--line);
margin-right:8px;vertical-align:1px}
td .share i{display:block;height:8px;border-radius:4px;background:var(--good)}
table.confusion{width:auto}.confusion td{min-width:84px}
.confusion td.some{background:color-mix(in srgb,var(--heat) var(--weight),transparent)}
.dot{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:7px;background:var(--kind)}
.k-noise{--kind:var(--noise)}.k-sound{--kind:var(--sound)}.k-crowd{--kind:var(--crowd)}.k-person{--kind:var(--person)}
.k-sensor{--kind:var(--sensor)}.k-other{--kind:var(--other)}
.good{color:var(--good)}.bad{color:var(--bad)}
.tag{font-size:12px;border:1px solid currentColor;border-radius:20px;padding:1px 9px;margin-left:8px;white-space:nowrap}
details{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:0 0 12px;overflow:hidden}
summary{display:flex;gap:16px;align-items:center;padding:10px 14px;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary::after{content:"+";font-size:22px;color:var(--faded);margin-left:auto;padding:0 6px}
details[open]>summary::after{content:"\\2212"}
summary img{width:144px;height:81px;border-radius:6px;flex:none;object-fit:cover}
summary p{margin:2px 0 0}
.inside{padding:4px 18px 16px;border-top:1px solid var(--line)}
.inside .picture{width:288px;max-width:100%;border-radius:8px;margin:14px 0 4px}
figure{margin:14px 0 0}
figcaption{font-size:13px;margin-bottom:2px}
svg{width:100%;height:auto;display:block}
svg text{font-size:10.5px;fill:var(--faded)}
svg .end{text-anchor:end}svg .middle{text-anchor:middle}
svg .unit{font-style:italic}
svg .grid{stroke:var(--line);stroke-width:1}
svg polyline{fill:none;stroke-linejoin:round}
svg .level{stroke:var(--level);stroke-width:1.5}
svg .background{stroke:var(--background);stroke-width:1.5;stroke-dasharray:5 3}
svg .foreground{fill:var(--crowd);fill-opacity:.35}
svg .motion{stroke:var(--person);stroke-width:1.2}
svg .present{fill:var(--present)}
svg .truth{fill:var(--kind);fill-opacity:.2}
svg .told line{stroke:var(--kind);stroke-width:1.6}
svg .told path{fill:var(--kind)}
svg rect.k-noise,svg rect.k-sound,svg rect.k-crowd,svg rect.k-person,svg rect.k-sensor{fill:var(--kind)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:var(--faded);margin:8px 0}
.legend i{display:inline-block;width:22px;height:0;border-top:2px solid;vertical-align:4px;margin-right:6px}
.legend i.box{height:11px;border:0;vertical-align:-1px}
footer{margin-top:48px;color:var(--faded);font-size:13px}
"""
