import os from 'node:os';
import { requireTypescript } from '../../tools/typescript.mjs';
import { intoReadme } from './results.mjs';

const perVisits = 100_000;
const gigabytes = (bytes) => `${((bytes * perVisits) / 1e9).toFixed(2)} GB`;

/** Prints what 100,000 visits take, scaled from so many that went through the whole platform; `save` keeps it in README. */
export async function footprint({ visits, portBase, save }) {
  const { footprint: run } = requireTypescript('../bench/footprint.ts');
  const { answered, postgres, kafka, redis } = await run(visits, portBase);
  const all = Object.values(postgres).reduce((a, b) => ({ kept: a.kept + b.kept, forgotten: a.forgotten + b.forgotten }));
  const row = (name, { kept, forgotten }) => `| ${name} | ${gigabytes(kept)} | ${gigabytes(forgotten)} |`;
  const words = [
    `${visits} visits on ${new Date().toISOString().slice(0, 10)}, ${os.cpus().length} × ${os.cpus()[0].model.trim()}, scaled to 100,000; ${answered} customers of them and before them were called and answered.`,
    '', '| PostgreSQL, with indexes | stays | forgotten in time |', '| --- | --- | --- |', ...Object.entries(postgres).map(([name, of]) => row(name, of)), row('**all six**', all),
    '', `Kafka, one copy: **${gigabytes(kafka.bytes)}**, ${kafka.facts.toFixed(0)} facts a visit of ${(kafka.bytes / kafka.facts).toFixed(0)} bytes. Redis: ${(redis / 1e3).toFixed(1)} kB a visit while these went on.`,
  ].join('\n');
  console.log(words);
  if (save) intoReadme('footprint', words);
}
