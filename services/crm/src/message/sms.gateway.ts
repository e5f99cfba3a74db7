import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '@aftersales/platform/config/config';
import type { CrmSettings } from '../crm.settings';
import type { Letter } from './claiming.service';
import type { Outcome } from './outcomes.service';
import { signed } from './webhook.signature';

const answerWithinMs = 10_000;

/** The SMS gateway: a signed request that is safe to repeat, for the gateway sends a message's id once. So an SMS goes out exactly once. */
@Injectable()
export class SmsGateway {
  readonly #log = new Logger('sms');

  constructor(private readonly settings: Settings<CrmSettings>) {}

  async send({ id, address, text }: Letter): Promise<Outcome> {
    const { AFTERSALES_SMS_URL: url, AFTERSALES_SMS_SECRET: secret } = this.settings.values;
    const body = JSON.stringify({ id, to: address, text });
    try {
      // eslint-disable-next-line no-restricted-syntax -- the gateway compares with its own wall clock
      const headers = { 'content-type': 'application/json', ...signed(secret, id, body, Date.now()) };
      const answer = await fetch(`${url.replace(/\/$/, '')}/messages`, { method: 'POST', body, headers, redirect: 'error', signal: AbortSignal.timeout(answerWithinMs) });
      await answer.body?.cancel();
      if (answer.ok) return 'taken';
      this.#log.warn({ messageId: id, status: answer.status }, 'the gateway says no');
      // 401 is our secret, 408 and 429 are its load: another time. What it says of the message itself stays so.
      return answer.status >= 400 && answer.status < 500 && ![401, 403, 408, 429].includes(answer.status) ? 'refused' : 'failed';
    } catch (error) {
      this.#log.warn({ messageId: id }, `no answer from the gateway: ${(error as Error).message}`);
      return 'unclear';
    }
  }
}
