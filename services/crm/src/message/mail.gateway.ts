import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '@aftersales/platform/config/config';
import { createTransport, type Transporter } from 'nodemailer';
import type { CrmSettings } from '../crm.settings';
import type { Letter } from './claiming.service';
import type { Outcome } from './outcomes.service';

const withinMs = 8_000;

/**
 * Letters by SMTP. A mail server knows nothing of our ids, so when the connection ends without its answer nobody can say whether the letter was
 * taken: it goes again, after the lease, under the same Message-ID. On the wire that is at least once; a mailbox that drops a second letter of
 * one Message-ID, as the large ones do, shows it once. What the server answers, yes or no, is certain, and sends nothing twice.
 */
@Injectable()
export class MailGateway {
  readonly #log = new Logger('mail');
  readonly #transport: Transporter;
  readonly #from: string;

  constructor(settings: Settings<CrmSettings>) {
    this.#from = settings.values.AFTERSALES_MAIL_FROM;
    this.#transport = createTransport({ url: settings.values.AFTERSALES_SMTP_URL, connectionTimeout: withinMs, greetingTimeout: withinMs, socketTimeout: withinMs });
  }

  async send({ id, address, sender, subject, text }: Letter): Promise<Outcome> {
    try {
      await this.#transport.sendMail({
        from: { name: sender, address: this.#from }, to: address, subject, text, messageId: `<${id}@${this.#from.split('@')[1]}>`, headers: { 'auto-submitted': 'auto-generated' },
      });
      return 'taken';
    } catch (error) {
      const { responseCode, code } = error as { responseCode?: number; code?: string };
      this.#log.warn({ messageId: id, responseCode, code }, 'the letter was not taken');
      if (responseCode === undefined) return 'unclear';
      // A sign-in that fails is our fault and not the letter's.
      return responseCode >= 500 && code !== 'EAUTH' ? 'refused' : 'failed';
    }
  }
}
