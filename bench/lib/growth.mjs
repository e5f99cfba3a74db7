// bench/growth.svg: what one fact, one timer or one question costs at 1 ×, 10 × and 100 × of the data.
import fs from 'node:fs';
import os from 'node:os';

const shown = {
  P6: { title: 'P6 command → effect, 100/s, p99', unit: 'ms', base: 10_000, of: 'rows in each table' },
  P7: { title: 'P7 2,000 timers at once, p99', unit: 'ms', base: 10_000, of: 'timers waiting' },
  P8: { title: 'P8 200 timers/s, p99', unit: 'ms', base: 10_000, of: 'timers waiting' },
  P11: { title: 'P11 CSI by region and brand', unit: 's', base: 10, of: 'stores × 3 years' },
};
export const grows = Object.keys(shown);

const [width, height, left, top, plot] = [230, 210, 44, 44, { width: 170, height: 110 }];
const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${words}</text>`;
const round = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n >= 10 ? n.toFixed(1) : n.toFixed(2));

/** Each figure has an axis of its own, from zero: flat looks flat. */
function panel(id, { quick, ...bySize }, n) {
  const { title, unit, base, of } = shown[id];
  const points = [1, 10, 100].flatMap((size, i) => (bySize[size] ? [{ i, ...bySize[size] }] : []));
  const most = Math.max(...points.map(({ p90, value }) => p90 ?? value)) * 1.15;
  const at = (i, value) => [left + (i * plot.width) / 2, top + plot.height * (1 - value / most)].map((n) => Number(n.toFixed(1)));
  const marks = points.map(({ i, value, p10 = value, p90 = value }) => {
    const [x, y] = at(i, value);
    return `<line x1="${x}" x2="${x}" y1="${at(i, p10)[1]}" y2="${at(i, p90)[1]}" stroke="#9ab8d8"/><circle cx="${x}" cy="${y}" r="3.5" fill="#1f5f99"/>${text(x, y - 8, round(value), 'text-anchor="middle" font-weight="600"')}`;
  });
  const ticks = [1, 10, 100].map((size, i) => text(at(i, 0)[0], top + plot.height + 16, `${size} ×`, 'text-anchor="middle"') + text(at(i, 0)[0], top + plot.height + 30, ((base * size) / (quick ? 10 : 1)).toLocaleString('en'), 'text-anchor="middle" fill="#666"'));
  return `<g transform="translate(${n * width} 0)">
${text(8, 18, title, 'font-weight="600"')}${text(8, 33, unit, 'fill="#666"')}
<path d="M${left - 10} ${top}V${top + plot.height}H${left + plot.width + 8}" fill="none" stroke="#bbb"/>${text(left - 14, top + plot.height + 4, '0', 'text-anchor="end" fill="#666"')}
<polyline points="${points.map(({ i, value }) => at(i, value).join()).join(' ')}" fill="none" stroke="#1f5f99" stroke-width="2"/>
${marks.join('\n')}
${ticks.join('')}${text(left + plot.width / 2, top + plot.height + 46, of, 'text-anchor="middle" fill="#666"')}
</g>`;
}

export const grownLine = (id, size, { value, also }) => `${id.padEnd(3)} ${`${size} ×`.padStart(5)}  ${round(value)} ${shown[id].unit}${also ? `; ${also}` : ''}`;

/** @param {Record<string, Record<number, { value: number, p10?: number, p90?: number }>>} grown  by figure, by size; a figure that was not measured now stays as it was kept */
export function draw(grown, { quick, load }) {
  const file = new URL('../growth.json', import.meta.url);
  const before = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).grown : {};
  const now = Object.fromEntries(Object.entries(grown).map(([id, bySize]) => [id, { quick, ...bySize }]));
  const kept = { date: new Date().toISOString().slice(0, 10), machine: `${os.cpus().length} × ${os.cpus()[0].model.trim()}`, load: Number(load.toFixed(1)), grown: { ...before, ...now } };
  fs.writeFileSync(file, `${JSON.stringify(kept, null, 1)}\n`);
  const panels = grows.filter((id) => kept.grown[id]).map((id, n) => panel(id, kept.grown[id], n));
  fs.writeFileSync(new URL('../growth.svg', import.meta.url), `<svg xmlns="http://www.w3.org/2000/svg" width="${panels.length * width + 20}" height="${height}" font-family="system-ui, sans-serif" font-size="11" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join('\n')}
</svg>
`);
}
