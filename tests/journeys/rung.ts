/** How often each kind of timer has rung, over all processes, as they count it themselves: `service kind` → n. */
export type Rung = Map<string, number>;

/** @param urls of each service's processes */
export async function rung(urls: Record<string, string[]>): Promise<Rung> {
  const found: Rung = new Map();
  await Promise.all(Object.entries(urls).flatMap(([service, processes]) => processes.map(async (url) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const [, kind, outcome, n] of text.matchAll(/^timers_fired_total\{kind="([^"]+)",outcome="([^"]+)"\} (\d+)$/gm)) {
      const name = `${service} ${kind}${outcome === 'void' ? ' (void)' : ''}`;
      found.set(name, (found.get(name) ?? 0) + Number(n));
    }
  })));
  return found;
}

/** What rang between two counts, in words; a process that was restarted meanwhile counts from nought. */
export function rungSince(before: Rung, now: Rung): string[] {
  return [...now].map(([name, n]) => [name, n - (before.get(name) ?? 0)] as const)
    .map(([name, more]) => [name, more < 0 ? now.get(name)! : more] as const)
    .filter(([, more]) => more > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, more]) => (more > 1 ? `${name} ×${more}` : name));
}
