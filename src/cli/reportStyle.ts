import { MATRIX_COLOURS } from '../gallery/similarityMatrix.js';

const css = (colour: readonly number[]) => `rgb(${colour.join(' ')})`;

/** Colours of the legend, as in the picture. */
const LEGEND = `
.different{background:linear-gradient(90deg,${MATRIX_COLOURS.different.map(css).join(',')})}
.match{background:${css(MATRIX_COLOURS.match)}}
.alike{background:${css(MATRIX_COLOURS.alike)}}
.self{background:linear-gradient(90deg,${MATRIX_COLOURS.own.map(css).join(',')})}
.none{background:${css(MATRIX_COLOURS.none)}}`;

/** The style sheet of the report: light and dark, for a desktop and a phone. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--page:#fff;--text:#1c2128;--dim:#59636e;--card:#f4f6f8;--line:#d5dae0;--bad:#b42318;--note:#8a5a00;--good:#1a7f37;--link:#0b5cad}
@media (prefers-color-scheme:dark){:root{--page:#14171c;--text:#e4e8ee;--dim:#9aa4b1;--card:#1f242c;--line:#363d48;--bad:#ff8a80;--note:#f0b440;--good:#5fd38d;--link:#7db8ff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.25rem 1rem 4rem;max-width:72rem;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0 0 .25rem}
h2{font-size:1.2rem;margin:2.25rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{font-size:1.05rem;margin:0 0 .5rem}
a{color:var(--link)}
.dim,figcaption small{color:var(--dim)}
ul{padding-left:1.2rem;margin:.5rem 0}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;padding:0;list-style:none}
.counts li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.4rem .8rem}
.counts b{font-size:1.15rem}
section.person{margin:1.25rem 0;content-visibility:auto;contain-intrinsic-size:auto 20rem}
.photos{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr))}
figure{margin:0;padding:.6rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem}
figure.bad{border-color:var(--bad)}
figure:target{outline:3px solid var(--link)}
.picture{position:relative;display:block;width:fit-content;max-width:100%;margin:0 auto .5rem}
.picture img{display:block;max-width:100%;height:auto;border-radius:.2rem}
.picture i{position:absolute;border:2px solid #39d353;outline:1px solid #0008;outline-offset:0}
.bad .picture i{border-color:#ff5449}
.missing{display:grid;place-items:center;height:6rem;margin-bottom:.5rem;color:var(--dim);border:1px dashed var(--line);border-radius:.2rem}
figcaption p{margin:.25rem 0 0}
.fault{color:var(--bad)}.note{color:var(--note)}.used{color:var(--good)}
code{font:.9em ui-monospace,monospace}
.matrix{width:min(100%,44rem);display:block}
.matrix image{image-rendering:pixelated}
.matrix text{fill:currentColor;font:9px system-ui,sans-serif}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1rem;padding:0;list-style:none}
.legend span{display:inline-block;width:2rem;height:.8rem;margin-right:.4rem;border:1px solid var(--line);vertical-align:-.05rem}
table{border-collapse:collapse}
td,th{text-align:left;padding:.2rem 1rem .2rem 0;border-bottom:1px solid var(--line)}
@media (max-width:30rem){.photos{grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr))}figure{padding:.45rem}body{padding:1rem .75rem 3rem}}
${LEGEND}`;
