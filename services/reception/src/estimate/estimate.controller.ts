import { Controller } from '@nestjs/common';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { desk } from '../visit/visit';
import { ConsentLinkService } from '../visit-link/consent-link.service';
import { ConsentService } from './consent.service';
import { AnswerInput, ApproveInput, DraftInput, OfferInput } from './estimate.inputs';
import { EstimateService } from './estimate.service';
import { EstimateList, EstimateView, estimateView } from './estimate.views';
import { versionOf, type EstimateVersion } from './version.queries';

const pricing = [...desk, 'store-manager'];
const approving = ['service-manager', 'store-manager', 'front-desk-supervisor', 'finance', 'claims-clerk', 'advisor'];
const reading = [...new Set([...pricing, ...approving, 'cashier', 'workshop-manager', 'technical-director', 'parts-manager', 'parts-keeper'])];

@Controller('stores/:storeId/visits/:visitId/estimates')
export class EstimateController {
  constructor(private readonly estimates: EstimateService, private readonly consents: ConsentService, private readonly links: ConsentLinkService) {}

  @Command('POST ', { summary: 'Draft the next version of the estimate', roles: pricing, body: DraftInput, answer: EstimateView })
  async draft(tx: Tx, { params, body, person }: Call<DraftInput>) {
    return estimateView(tx, await this.estimates.draft(tx, person, params['visitId']!, body.lines), person.roles);
  }

  @Command('POST :n/offer', { summary: 'Show this version to the customer, with the time promised', roles: desk, body: OfferInput, ifMatch: true, answer: EstimateView })
  async offer(tx: Tx, { params, version, body, person }: Call<OfferInput>) {
    return estimateView(tx, await this.estimates.offer(tx, person.id, params['visitId']!, params['n']!, version, body.promisedAt), person.roles);
  }

  @Command('POST :n/link', { summary: 'Ask for the answer by a one-use link', roles: desk, ifMatch: true, answer: EstimateView })
  async link(tx: Tx, { params, version, person }: Call) {
    return estimateView(tx, await this.links.ask(tx, params['visitId']!, params['n']!, version), person.roles);
  }

  @Command('POST :n/answer', { summary: 'Write down the customer’s yes or no to each open line', roles: desk, body: AnswerInput, ifMatch: true, answer: EstimateView })
  async answer(tx: Tx, { params, version, body, person }: Call<AnswerInput>) {
    return estimateView(tx, await this.consents.answer(tx, person.id, params['visitId']!, params['n']!, version, body), person.roles);
  }

  @Command('POST :n/approve', { summary: 'The answer of another payer: insurer, internal, goodwill', roles: approving, body: ApproveInput, ifMatch: true, answer: EstimateView })
  async approve(tx: Tx, { params, version, body, person }: Call<ApproveInput>) {
    return estimateView(tx, await this.consents.approve(tx, person.id, params['visitId']!, params['n']!, version, body), person.roles);
  }

  @Query('GET ', { summary: 'All versions, the newest first', roles: reading, answer: EstimateList })
  async list(tx: Tx, { params, person }: Call) {
    await findRow(tx, 'visit', params['visitId']!);
    const rows = await tx.query<EstimateVersion>(`select * from estimate_version where visit_id = $1 order by n desc limit 200`, [params['visitId']]);
    const estimates = [];
    for (const row of rows) estimates.push(await estimateView(tx, row, person.roles));
    return { estimates };
  }

  @Query('GET :n', { summary: 'One version, as it was', roles: reading, answer: EstimateView })
  async one(tx: Tx, { params, person }: Call) {
    return estimateView(tx, await versionOf(tx, params['visitId']!, params['n']!), person.roles);
  }
}
