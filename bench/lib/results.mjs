import fs from 'node:fs';
import os from 'node:os';

const file = new URL('../results.json', import.meta.url);
const readme = new URL('../README.md', import.meta.url);

const number = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n >= 10 ? n.toFixed(1) : n.toFixed(2));
const reached = (figure, value, mark) => (figure.less ? value <= mark : value >= mark);
/** With `quick`, a figure whose peer is slow only beside much data is not judged. */
export const verdict = (figure, value, quick) => (quick && figure.byData ? 'not judged by so little data' : reached(figure, value, figure.goal) ? 'goal' : reached(figure, value, figure.floor) ? 'floor' : 'MISSED');

/** @returns one line a figure: value, floor, goal, reached or not */
export function line({ figure, result, failed }, quick) {
  if (failed) return `${figure.id}  FAILED  ${failed}`;
  const { value, p10, p90, ours, peer, rounds, also } = result;
  const range = p10 === undefined || rounds === 1 ? '' : ` (${number(p10)}–${number(p90)}${rounds ? `, ${rounds} rounds` : ''})`;
  const rates = ours === undefined ? '' : `; ${number(ours)} against ${number(peer)} ${figure.rates}`;
  return `${figure.id.padEnd(3)} ${number(value)} ${figure.unit}${range}  floor ${figure.floor} goal ${figure.goal}: ${verdict(figure, value, quick)}  ${figure.what}${rates}${also ? `; ${also}` : ''}`;
}

/** Keeps the latest run of a figure on a storage, and makes README's table of all that is kept. */
export function save(measured) {
  const all = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  const { figure, result, profile, quick, commit, load } = measured;
  all[`${figure.id} ${profile}`] = { figure, ...result, quick, date: new Date().toISOString().slice(0, 10), machine: `${os.cpus().length} × ${os.cpus()[0].model.trim()}`, commit, load };
  fs.writeFileSync(file, `${JSON.stringify(all, null, 1)}\n`);
  const machine = [...new Set(Object.values(all).map((one) => one.machine))].join('; ');
  intoReadme('results', `On ${machine}. *Load* is the machine's own as the figure ended: above the number of cores others were at work.\n\n${table(all)}`);
}

/** Replaces what stands between a name's two marks. @param {string} name @param {string} words */
export function intoReadme(name, words) {
  const text = fs.readFileSync(readme, 'utf8');
  fs.writeFileSync(readme, text.replace(new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`), (_, from, to) => `${from}\n${words}\n${to}`));
}

function table(all) {
  const rows = Object.entries(all).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })).map(([key, { figure, value, p10, p90, rounds, ours, peer, also, quick, date, commit, load }]) => [
    key, figure.what, `**${number(value)}** ${figure.unit}${p10 === undefined || rounds === 1 ? '' : ` (${number(p10)}–${number(p90)})`}`, figure.floor, figure.goal, verdict(figure, value, quick),
    [ours === undefined ? '' : `${number(ours)} against ${number(peer)} ${figure.rates}`, also].filter(Boolean).join('; '), `${rounds ?? 1}${quick ? ' quick' : ''}`, `${number(commit.median)} ms`, `${date}, ${number(load)}`,
  ]);
  const head = ['', 'figure', 'median (p10–p90)', 'floor', 'goal', 'reached', 'in figures', 'rounds', 'a commit alone', 'date, load'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
