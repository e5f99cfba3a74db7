import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = join(__dirname, '../../../../tools/far-ends');
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

type Fault = { mode: 'none' | 'reject' | 'slow' | 'fail-after-accept' | 'undelivered'; count?: number; ms?: number; status?: number };

/** The mail server and the SMS gateway, each in a process of its own, as `npm start` runs them. */
export class FarEnds {
  private constructor(private readonly children: readonly ChildProcess[], readonly smtp: string, readonly mailPage: string, readonly smsPage: string) {}

  /** @param receiptUrl where the SMS gateway sends its signed receipts; '' for nowhere */
  static async start(receiptUrl = ''): Promise<FarEnds> {
    const [[mail, mailAddresses], [sms, smsAddresses]] = await Promise.all([run('mail', {}), run('sms', { SMS_SECRET: secret, SMS_RECEIPT_URL: receiptUrl })]);
    return new FarEnds([mail, sms], mailAddresses[1]!, mailAddresses[0]!, smsAddresses[0]!);
  }

  get settings(): Record<string, string> {
    return { AFTERSALES_PUBLIC_URL: 'http://127.0.0.1:9/crm', AFTERSALES_SMTP_URL: this.smtp, AFTERSALES_SMS_URL: this.smsPage, AFTERSALES_SMS_SECRET: secret };
  }

  fault(end: 'mail' | 'sms', fault: Fault): Promise<unknown> {
    return fetch(`${this.#page(end)}/faults`, { method: 'POST', body: JSON.stringify(fault) });
  }

  async hits(end: 'mail' | 'sms'): Promise<number> {
    return ((await (await fetch(`${this.#page(end)}/faults`)).json()) as { hits: number }).hits;
  }

  /** What arrived at an address, once `min` are there (else what there is after five seconds). */
  async arrived(end: 'mail' | 'sms', to: string, min = 1): Promise<any[]> {
    return (await (await fetch(`${this.#page(end)}/messages?to=${encodeURIComponent(to)}&min=${min}&wait=${min ? 5000 : 0}`)).json()) as any[];
  }

  async stop(): Promise<void> {
    await Promise.all(this.children.map(async (child) => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }));
  }

  #page(end: 'mail' | 'sms'): string {
    return end === 'mail' ? this.mailPage : this.smsPage;
  }
}

async function run(name: string, env: Record<string, string>): Promise<[ChildProcess, string[]]> {
  const child = spawn(process.execPath, [join(folder, `${name}.mjs`)], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('ready ')) return [child, line.split(' ').slice(1)];
  throw new Error(`${name} did not start`);
}
