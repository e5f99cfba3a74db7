import { once } from 'node:events';
import { createServer } from 'node:net';
import { MessageFailed, MessageSent } from '@aftersales/contracts/crm/message';
import { ConfirmationDue } from '@aftersales/contracts/reception/asked-by-link';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { CrmModule } from '../crm.module';
import { crmSettings } from '../crm.settings';
import { Sender } from '../message/message.sender';
import { FarEnds } from './far-ends';
import { Told } from './told';

const hour = 3_600_000;

/** crm with real gateways beside it, listening for their receipts. */
export class MessageDesk {
  private constructor(readonly far: FarEnds, readonly service: TestService, readonly org: TestOrganisation, readonly sender: Sender) {}

  static async start(): Promise<MessageDesk> {
    const port = await freePort();
    const far = await FarEnds.start(`http://127.0.0.1:${port}/callbacks/sms`);
    const service = await TestService.start({ name: 'crm', module: CrmModule, settings: crmSettings }, far.settings);
    const org = await TestOrganisation.publish(service);
    await service.built.app.listen(port, '127.0.0.1');
    return new MessageDesk(far, service, org, service.get(Sender));
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.far.stop();
  }

  async noFaults(): Promise<void> {
    await this.far.fault('sms', { mode: 'none' });
    await this.far.fault('mail', { mode: 'none' });
  }

  get(path: string, as = this.org.a.staff.advisor, store = this.org.a) {
    return this.service.http(`GET /stores/${store.storeId}/${path}`, { as });
  }

  async messageAbout(id: string): Promise<any> {
    return (await this.get(`messages?aboutId=${id}`)).body.messages[0];
  }

  async saidAbout(id: string) {
    return {
      sent: (await this.service.said(MessageSent)).filter(({ data }) => data.about.id === id),
      failed: (await this.service.said(MessageFailed)).filter(({ data }) => data.about.id === id),
    };
  }

  /** The receipt comes over the wire, from another process. */
  async reached(aboutId: string, state: string): Promise<void> {
    for (let i = 0; i < 100 && (await this.messageAbout(aboutId)).state !== state; i++) await new Promise((go) => setTimeout(go, 50));
  }

  /** As if its wait, or the lease of a sender that died, were over. */
  async waited(aboutId: string): Promise<void> {
    await this.service.rows(`update message set try_at = now() - interval '1 second' where about_id = $1`, [aboutId]);
    await this.sender.look();
  }

  async customer(sealed: object = {}): Promise<Told> {
    const car = new Told(this.service, this.org.a.storeId);
    await car.introduced({}, sealed);
    return car;
  }

  /** A confirmation that reception wants sent; `tell` says so, each time with the same bytes. */
  async due(car: Told, { appointmentId = uuidv7(), askId = uuidv7(), id = uuidv7() } = {}) {
    const link = `https://desk.example/l/${askId}`;
    const at = new Date((await this.service.now()).getTime() + hour).toISOString();
    const data = { appointmentId, round: 1, askId, customerId: car.customerId, vehicleId: car.vehicleId, kind: 'maintenance' as const, startsAt: at, expiresAt: at };
    const tell = () => this.service.hear(ConfirmationDue, data, { storeId: this.org.a.storeId, id, sealed: { link } });
    return { appointmentId, askId, link, at, tell };
  }

  async confirmation(car: Told, ids: { appointmentId?: string; askId?: string } = {}) {
    const asked = await this.due(car, ids);
    await asked.tell();
    return asked;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
