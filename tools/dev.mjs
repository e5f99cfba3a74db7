// npm run dev -- crm [reception …]: services from source, restarting on change, in place of those of a running platform (npm start).
import { home, portBase, running, startFirst } from './platform/here.mjs';
import { root } from './stack/cache.mjs';
import { all, run } from './stack/run.mjs';

const { services } = await import('./platform/platform.mjs');
const { FromSource, watchSources } = await import('./platform/from-source.mjs');
const names = process.argv.slice(2);
const strangers = names.filter((name) => !services.includes(name));
if (names.length === 0 || strangers.length) {
  console.error(`${strangers.length ? `no such service: ${strangers.join(', ')}\n` : ''}usage: npm run dev -- <service> …   (beside a running npm start; services: ${services.join(', ')})`);
  process.exit(2);
}
const isThere = () => running({ but: names }).then(Boolean);
if (!(await isThere())) {
  console.error(startFirst);
  process.exit(2);
}

const log = (/** @type {string} */ line) => console.log(`dev: ${line}`);
const here = names.map((service) => new FromSource({ service, home, portBase, log }));
let ending = false;
const end = async () => {
  if (ending) return;
  ending = true;
  await all(here.map((one) => one.stop()));
  // The platform goes on as it was, with the sources as they are now; if it was stopped meanwhile there is nothing to put back.
  if (await isThere()) {
    await all(here.map((one) => one.ordinary.start())).catch((error) => {
      log(`${error.message}\ndev: npm start, once more, starts everything again`);
      process.exitCode = 1;
    });
  }
  process.exit();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());

watchSources(names, log, (changed) => Promise.all(here.filter(({ service }) => changed.has(service)).map((one) => one.restart())));
await run('npm', ['run', 'build', '--silent'], { cwd: root, env: { ...process.env, NX_DAEMON: 'false' } });
await all(here.map((one) => one.restart()));
log(`${names.join(', ')} from source; restarts on change. Ctrl-C puts the ordinary ${names.length > 1 ? 'processes' : 'process'} back.`);
