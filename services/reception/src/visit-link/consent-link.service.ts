import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { ConsentAsked } from '@aftersales/contracts/reception/asked-by-link';
import { policyOf, storeOf } from '@aftersales/directory/directory';
import { lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { openForCustomer } from '../estimate/consent';
import { ConsentService } from '../estimate/consent.service';
import { demandAnswerable } from '../estimate/estimate';
import { consentsOf, newestShown, versionOf, type EstimateVersion } from '../estimate/version.queries';
import type { Link, LinkPage } from '../link/link';
import { Links, type LinkQuestion } from '../link/link.service';
import { visitFor, withCurrentIds } from '../visit/visit.store';
import { opened, type OpenVisit, type Visit } from '../visit/visit';
import { answeredPage, askPage, noteLength, replacedPage, why } from './consent-page';

const minute = 60_000;

/** REC-18: the version that is shown, answered from afar, yes or no per line. */
@Injectable()
export class ConsentLinkService implements LinkQuestion {
  readonly question = 'consent';

  constructor(private readonly links: Links, private readonly consents: ConsentService) {
    links.register(this);
  }

  async ask(tx: Tx, visitId: string, n: string, ifMatch: number | null): Promise<EstimateVersion> {
    const visit = opened(await visitFor(tx, 'estimate', visitId, ifMatch));
    const version = await versionOf(tx, visitId, n);
    demandAnswerable(version, (await newestShown(tx, visitId))!.n, version.shownHash ?? '', tx.now);
    demand(openForCustomer(version.lines, await consentsOf(tx, visitId)).length > 0, 'estimate.not-open', 'The customer has answered every line.');
    const { wallMinutes } = (await policyOf(tx, 'consent.link-expiry', visit.storeId)).value;
    const expiresAt = new Date(Math.min(tx.now.getTime() + wallMinutes * minute, version.expiresAt!.getTime()));
    const { askId, url } = await this.links.ask(tx, { question: 'consent', subject: visitId, version: version.n, storeId: visit.storeId, expiresAt });
    const next = await updateRow<OpenVisit>(tx, 'visit', visit, {});
    publish(tx, ConsentAsked, next, { visitId, version: version.n, askId, customerId: next.customerId, vehicleId: next.vehicleId, expiresAt: expiresAt.toISOString() }, { link: url });
    return version;
  }

  async page(tx: Tx, { subject, version: n, language, storeId }: Link): Promise<LinkPage> {
    const shown = (await newestShown(tx, subject))!;
    if (shown.n !== n) return replacedPage(language, shown.lines);
    return askPage(language, openForCustomer(shown.lines, await consentsOf(tx, subject)), shown.promisedAt!, (await storeOf(tx, storeId)).zone);
  }

  async answer(tx: Tx, link: Link, form: Readonly<Record<string, string>>): Promise<LinkPage> {
    const visit = opened(await withCurrentIds(tx, await lockRow<Visit>(tx, 'visit', link.subject)));
    const shown = (await newestShown(tx, visit.id))!;
    if (shown.n !== link.version) return replacedPage(link.language, shown.lines);
    const open = openForCustomer(shown.lines, await consentsOf(tx, visit.id));
    const answers = open.map(({ lineId }) => ({ lineId, yes: form[lineId] === 'yes', given: form[lineId] === 'yes' || form[lineId] === 'no', reason: why, note: form['note']?.slice(0, noteLength).trim() || null }));
    if (answers.some(({ given }) => !given)) return askPage(link.language, open, shown.promisedAt!, (await storeOf(tx, link.storeId)).zone);
    await this.consents.record(tx, visit, shown, shown.shownHash!, { how: 'link', staffId: null, witnessId: null, signatureId: null }, answers);
    return answeredPage(link.language);
  }
}
