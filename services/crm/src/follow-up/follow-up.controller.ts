import { Controller } from '@nestjs/common';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { DataChecks } from './check-data.service';
import { coverage } from './coverage.queries';
import { rolesOf } from './follow-up';
import { CallList, Coverage, FollowUpList, FollowUpView } from './follow-up.answers';
import { AttemptInput, CallListQuery, CoverageQuery, DataCheckInput, ListQuery, SatisfactionInput, SheetsInput } from './follow-up.inputs';
import { callList, followUp, followUps } from './follow-up.queries';
import type { FollowUpRow } from './follow-up.row';
import { CallSheets } from './hand-in-sheets.service';
import { FollowUpCalls } from './record-attempt.service';

const readers = ['crm-agent', 'crm-supervisor', 'advisor', 'front-desk-supervisor', 'service-manager', 'store-manager', 'hq-analyst'];

/** CRM-4..10. Nothing here makes a follow-up or takes one away: they come from deliveries. */
@Controller('stores/:storeId/follow-ups')
export class FollowUpController {
  constructor(private readonly calls: FollowUpCalls, private readonly callSheets: CallSheets, private readonly checks: DataChecks) {}

  @Query('GET call-list', { summary: 'Who may be called now, by due', roles: rolesOf('attempt'), query: CallListQuery, answer: CallList })
  callList(tx: Tx, { storeId, query, person }: Call<undefined, CallListQuery>) {
    return callList(tx, storeId, query, person);
  }

  @Query('GET coverage', { summary: 'Deliveries followed up and customers reached, with the denominator', roles: readers, query: CoverageQuery, answer: Coverage })
  coverage(tx: Tx, { storeId, query }: Call<undefined, CoverageQuery>) {
    return coverage(tx, storeId, query);
  }

  @Query('GET ', { summary: 'Follow-ups of the store, by state', roles: readers, query: ListQuery, answer: FollowUpList })
  list(tx: Tx, { storeId, query, person }: Call<undefined, ListQuery>) {
    return followUps(tx, storeId, query, person);
  }

  @Query('GET :followUpId', { summary: 'One follow-up with its calls and its call sheet', roles: readers, answer: FollowUpView })
  one(tx: Tx, { params, person }: Call) {
    return followUp(tx, params['followUpId']!, person);
  }

  @Command('POST :followUpId/attempt', { summary: 'A call and its outcome', roles: rolesOf('attempt'), ifMatch: true, body: AttemptInput, answer: FollowUpView })
  async attempt(tx: Tx, { params, version, body, person }: Call<AttemptInput>) {
    const askedFor = body.askedFor ? new Date(body.askedFor) : null;
    return this.#view(tx, await this.calls.attempt(tx, params['followUpId']!, version, { ...body, askedFor }, person.id), person);
  }

  @Command('POST :followUpId/sheets', { summary: 'Hand in the sheets of a call that reached the customer', roles: rolesOf('sheets'), ifMatch: true, body: SheetsInput, answer: FollowUpView })
  async sheets(tx: Tx, { params, version, body, person }: Call<SheetsInput>) {
    return this.#view(tx, await this.callSheets.handIn(tx, params['followUpId']!, version, body, person.id), person);
  }

  @Command('POST :followUpId/satisfaction', { summary: 'What the customer says to the department’s answer', roles: rolesOf('satisfaction'), ifMatch: true, body: SatisfactionInput, answer: FollowUpView })
  async satisfaction(tx: Tx, { params, version, body, person }: Call<SatisfactionInput>) {
    return this.#view(tx, await this.callSheets.hearSatisfaction(tx, params['followUpId']!, version, body, person.id), person);
  }

  @Command('POST :followUpId/break-off', { summary: 'The customer would not answer after all', roles: rolesOf('break-off'), ifMatch: true, answer: FollowUpView })
  async breakOff(tx: Tx, { params, version, person }: Call) {
    return this.#view(tx, await this.calls.breakOff(tx, params['followUpId']!, version), person);
  }

  @Command('POST :followUpId/data-check', { summary: 'What the advisor found about the data of a failed call', roles: rolesOf('data-check'), ifMatch: true, body: DataCheckInput, answer: FollowUpView })
  async dataCheck(tx: Tx, { params, version, body, person }: Call<DataCheckInput>) {
    return this.#view(tx, await this.checks.check(tx, params['followUpId']!, version, body, person.id), person);
  }

  #view(tx: Tx, { id }: FollowUpRow, person: { roles: readonly string[] }) {
    return followUp(tx, id, person);
  }
}
