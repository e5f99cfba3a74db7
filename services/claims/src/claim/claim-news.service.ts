import { Injectable } from '@nestjs/common';
import { ClaimAccepted, ClaimPaid, ClaimRejected, ClaimReturned } from '@aftersales/contracts/claims/claim';
import { lockRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { currencyOf, decided, owed, paid, totalOf, type ClaimLine } from './claim';
import type { ClaimRow } from './claim-draft.service';
import { hear, type Heard, type MakerNews } from './maker-news';

interface NewsRow {
  readonly id: string;
  readonly news: MakerNews;
}

/** What the maker says of a claim (CLM-5): each call once, whatever came before it. */
@Injectable()
export class ClaimNews {
  /** @throws NotFound when the store has no claim of that number */
  async arrived(tx: Tx, storeId: string, claimNumber: string, webhookId: string, news: MakerNews): Promise<void> {
    const claim = await tx.one<ClaimRow>(`select * from claim where store_id = $1 and number = $2 for no key update`, [storeId, claimNumber]);
    if (!claim) throw new NotFound('claim');
    const fresh = await tx.one(
      `insert into maker_news (id, store_id, claim_id, webhook_id, news, arrived_at) values ($1, $2, $3, $4, $5, app_now()) on conflict do nothing returning id`,
      [uuidv7(), storeId, claim.id, webhookId, JSON.stringify(news)],
    );
    if (fresh) await this.#applyAll(tx, claim);
  }

  /** The maker could not take the submission at all: the clerk mends it, as after a return. */
  async notTaken(tx: Tx, claimId: string, webhookId: string): Promise<void> {
    const claim = await lockRow<ClaimRow>(tx, 'claim', claimId);
    if (webhookId !== `${claim.number}_${claim.submission}`) return;
    await this.#apply(tx, claim, hear(claim, { submission: claim.submission, decision: 'returned', reason: 'not-taken-by-maker', acceptedLines: null, payment: null, amount: null, currency: null }));
  }

  /** Until nothing more can be applied: one call may be what an earlier one had overtaken. */
  async #applyAll(tx: Tx, held: ClaimRow): Promise<void> {
    let claim = held;
    const waiting = await tx.query<NewsRow>(`select id, news from maker_news where store_id = $1 and claim_id = $2 and applied_at is null order by id`, [claim.storeId, claim.id]);
    for (let moved = true; moved; ) {
      moved = false;
      for (const { id, news } of [...waiting]) {
        const heard = hear(claim, news);
        if (heard === 'later') continue;
        claim = await this.#apply(tx, claim, heard);
        await tx.query(`update maker_news set applied_at = app_now(), ignored = $2 where id = $1`, [id, 'ignored' in heard ? heard.ignored : null]);
        waiting.splice(waiting.findIndex((one) => one.id === id), 1);
        moved = true;
      }
    }
  }

  async #apply(tx: Tx, claim: ClaimRow, heard: Heard): Promise<ClaimRow> {
    if (heard === 'later' || 'ignored' in heard) return claim;
    const { now, said, lines } = heard;
    const answered = said === 'accepted' || said === 'rejected';
    const row = await updateRow(tx, 'claim', claim, { ...decided(now), decidedAt: answered ? (claim.decidedAt ?? tx.now) : claim.decidedAt });
    this.#say(tx, row, said, lines);
    return row;
  }

  #say(tx: Tx, claim: ClaimRow, said: 'returned' | 'accepted' | 'rejected' | 'paid', about: readonly ClaimLine[]): void {
    const ids = { claimId: claim.id, visitId: claim.visitId, vehicleId: claim.vehicleId };
    const at = tx.now.toISOString();
    const accepted = about.filter(({ outcome }) => outcome === 'accepted');
    const money = (amount: number) => ({ amount, currency: currencyOf(claim) });
    const bare = ({ lineId, amount }: ClaimLine) => ({ lineId, amount });
    if (said === 'returned') return publish(tx, ClaimReturned, claim, { ...ids, submission: claim.submission, reason: claim.returnReason!, returnedAt: at });
    if (said === 'rejected') return publish(tx, ClaimRejected, claim, { ...ids, submission: claim.submission, reason: about[0]!.reason!, lines: about.map(bare), rejectedAt: at });
    if (said === 'accepted') {
      const rejected = about.filter(({ outcome }) => outcome === 'rejected').map((line) => ({ ...bare(line), reason: line.reason! }));
      return publish(tx, ClaimAccepted, claim, { ...ids, submission: claim.submission, accepted: accepted.map(bare), rejected, amount: totalOf(accepted, claim), acceptedAt: at });
    }
    const { payment, amount } = claim.payments.at(-1)!;
    publish(tx, ClaimPaid, claim, { ...ids, payment, amount: money(amount), paidInAll: money(paid(claim)), open: money(owed(claim) - paid(claim)), paidAt: at });
  }
}
