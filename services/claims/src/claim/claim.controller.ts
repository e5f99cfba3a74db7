import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { rolesOf } from './claim';
import type { ClaimRow } from './claim-draft.service';
import { AppealInput, ArchiveInput, ClaimList, ClaimView, EvidenceInput, ListQuery, PassRate, PassRateQuery, PlaceInput } from './claim.inputs';
import { claimList, claimView, passRate } from './claim.queries';
import { ClaimService } from './claim.service';

const read = ['claims-clerk', 'service-manager', 'technical-director', 'store-manager', 'finance', 'advisor', 'front-desk-supervisor', 'workshop-manager', 'parts-manager', 'hq-analyst', 'hq-admin'];

/** CLM-4: claims to the maker. */
@Controller('stores/:storeId/claims')
export class ClaimController {
  constructor(private readonly claims: ClaimService) {}

  @Query('GET ', { summary: 'Claims by state, number, repair order or VIN, newest first', roles: read, query: ListQuery, answer: ClaimList })
  list(tx: Tx, { storeId, query }: Call<undefined, z.output<typeof ListQuery>>) {
    return claimList(tx, storeId, query);
  }

  @Query('GET pass-rate', { summary: 'The share of claims that the maker accepted in whole, of those it decided on these days', roles: read, query: PassRateQuery, answer: PassRate })
  passRate(tx: Tx, { storeId, query }: Call<undefined, z.output<typeof PassRateQuery>>) {
    return passRate(tx, storeId, query.from, query.to);
  }

  @Query('GET :claimId', { summary: 'One claim, with its evidence and what is missing', roles: read, answer: ClaimView })
  async one(tx: Tx, call: Call) {
    return this.#view(tx, call, await findRow<ClaimRow>(tx, 'claim', call.params['claimId']!));
  }

  @Command('POST :claimId/evidence', { summary: 'Add photos, parts without an old part, a note', roles: rolesOf('evidence'), body: EvidenceInput, answer: ClaimView, ifMatch: true })
  async evidence(tx: Tx, call: Call<z.output<typeof EvidenceInput>>) {
    return this.#view(tx, call, await this.claims.addEvidence(tx, asked(call), call.body));
  }

  @Command('POST :claimId/check', { summary: 'The claim is complete', roles: rolesOf('check'), answer: ClaimView, ifMatch: true })
  async check(tx: Tx, call: Call) {
    return this.#view(tx, call, await this.claims.check(tx, asked(call)));
  }

  @Command('POST :claimId/submit', { summary: 'Send it to the maker, for the first time or again after a return', roles: rolesOf('submit'), answer: ClaimView, ifMatch: true })
  async submit(tx: Tx, call: Call) {
    return this.#view(tx, call, await this.claims.submit(tx, asked(call)));
  }

  @Command('POST :claimId/appeal', { summary: 'Send the rejected lines again, with a reason', roles: rolesOf('appeal'), body: AppealInput, answer: ClaimView, ifMatch: true })
  async appeal(tx: Tx, call: Call<z.output<typeof AppealInput>>) {
    return this.#view(tx, call, await this.claims.appeal(tx, asked(call), call.body.reason));
  }

  @Command('POST :claimId/place-lines', { summary: 'Take rejected lines upon the house: internal or goodwill, by an approver', roles: rolesOf('place-lines'), body: PlaceInput, answer: ClaimView, ifMatch: true })
  async placeLines(tx: Tx, call: Call<z.output<typeof PlaceInput>>) {
    return this.#view(tx, call, await this.claims.placeLines(tx, asked(call), call.body.lines));
  }

  @Command('POST :claimId/archive', { summary: 'Close the file', roles: rolesOf('archive'), body: ArchiveInput, answer: ClaimView, ifMatch: true })
  async archive(tx: Tx, call: Call<z.output<typeof ArchiveInput>>) {
    return this.#view(tx, call, await this.claims.archive(tx, asked(call), call.body.shortReason ?? null));
  }

  #view(tx: Tx, { person }: Call<unknown>, claim: ClaimRow) {
    return claimView(tx, this.claims, claim, person.roles);
  }
}

const asked = ({ params, version, person }: Call<unknown>) => ({ claimId: params['claimId']!, version, by: person.id });
