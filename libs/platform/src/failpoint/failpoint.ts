import { writeSync } from 'node:fs';

/** The moments at which a crash is hardest, by name: where the protocols (docs/model) say that nothing may be lost or doubled. */
export const failpoints = ['database.before-commit', 'database.after-commit', 'relay.after-send', 'bus.after-effect'] as const;
export type Failpoint = (typeof failpoints)[number];

let armed: { readonly name: string; left: number } | undefined;

/** Once at start. `at` is `<name>#<n>`: this process dies when it comes to `name` for the nth time. Only AFTERSALES_ENV=test gets here with one (config.ts). */
export function arm(at: string | undefined): void {
  const [name = '', n] = (at ?? '').split('#');
  armed = at === undefined ? undefined : { name, left: Number(n) };
}

/** Dies here as a power cut does it, when the fault tests have asked for it; else nothing. */
export function failpoint(name: Failpoint): void {
  if (armed?.name !== name || --armed.left > 0) return;
  writeSync(2, `failpoint ${name}: dies\n`);
  process.kill(process.pid, 'SIGKILL');
}
