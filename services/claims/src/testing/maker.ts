import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomBytes } from 'node:crypto';

const program = join(__dirname, '../../../../tools/far-ends/maker.mjs');

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** The car maker's claim system as it is: tools/far-ends/maker.mjs, a process of its own. */
export class TestMaker {
  private constructor(private readonly child: ChildProcess, readonly url: string, readonly secret: string) {}

  static async start(callbackUrl: string): Promise<TestMaker> {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const child = spawn(process.execPath, [program], { env: { ...process.env, MAKER_SECRET: secret, MAKER_CALLBACK_URL: callbackUrl }, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    return new TestMaker(child, line.split(' ')[1]!, secret);
  }

  /** The first rule that fits decides; untold, it accepts and pays. */
  script(rules: object[]): Promise<unknown> {
    return this.#post('/script', rules);
  }

  faults(order: object): Promise<unknown> {
    return this.#post('/faults', order);
  }

  async hits(): Promise<number> {
    return ((await this.#get('/faults')) as { hits: number }).hits;
  }

  pay(order: { claimNumber: string; amount?: number }): Promise<unknown> {
    return this.#post('/pay', order);
  }

  /** Its submissions of a claim, oldest first. */
  claims(claimNumber: string): Promise<any[]> {
    return this.#get(`/claims?claimNumber=${claimNumber}`) as Promise<any[]>;
  }

  preApprovals(): Promise<any[]> {
    return this.#get('/pre-approvals') as Promise<any[]>;
  }

  async #post(path: string, body: object): Promise<unknown> {
    const response = await fetch(this.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async #get(path: string): Promise<unknown> {
    return (await fetch(this.url + path)).json();
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill();
    await gone;
  }
}
