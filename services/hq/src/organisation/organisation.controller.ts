import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { CalendarInput, Kept, PolicyInput, StaffInput, StoreInput, Whole } from './organisation.inputs';
import { OrganisationService } from './organisation.service';

const write = ['hq-admin'];
const read = ['hq-admin', 'hq-analyst', 'store-manager', 'service-manager'];
const All = z.object({ things: z.array(Whole) });
type WholeRow = { id: string; version: number; data: Record<string, unknown> };

/** HQ-1: the organisation. A new thing comes without If-Match, a change with the version last seen. */
@Controller('organisation')
export class OrganisationController {
  constructor(private readonly organisation: OrganisationService) {}

  @Command('PUT stores/:branchId', { summary: 'Open or change a store', roles: write, body: StoreInput, answer: Kept })
  store(tx: Tx, { params, version, body }: Call<StoreInput>) {
    return this.organisation.store(tx, params['branchId']!, version, body);
  }

  @Command('PUT calendars/:calendarId', { summary: 'Set the hours of a desk', roles: write, body: CalendarInput, answer: Kept })
  calendar(tx: Tx, { params, version, body }: Call<CalendarInput>) {
    return this.organisation.calendar(tx, params['calendarId']!, version, body);
  }

  @Command('PUT policies/:policyId', { summary: 'Publish the next version of a policy', roles: write, body: PolicyInput, answer: Kept })
  policy(tx: Tx, { params, version, body }: Call<PolicyInput>) {
    return this.organisation.policy(tx, params['policyId']!, version, body);
  }

  @Command('PUT staff/:staffId', { summary: 'Give a person posts, or end them', roles: write, body: StaffInput, answer: Kept })
  staff(tx: Tx, { params, version, body }: Call<StaffInput>) {
    return this.organisation.staff(tx, params['staffId']!, version, body);
  }

  @Query('GET stores', { summary: 'All stores', roles: read, answer: All })
  stores(tx: Tx) {
    return all(tx, 'organisation_store');
  }

  @Query('GET calendars', { summary: 'All calendars', roles: read, answer: All })
  calendars(tx: Tx) {
    return all(tx, 'organisation_calendar');
  }

  @Query('GET policies', { summary: 'The newest version of every policy', roles: read, answer: All })
  policies(tx: Tx) {
    return all(tx, 'organisation_policy');
  }

  @Query('GET policies/:policyId', { summary: 'One policy', roles: read, answer: Whole })
  onePolicy(tx: Tx, { params }: Call) {
    return findRow<WholeRow>(tx, 'organisation_policy', params['policyId']!);
  }

  @Query('GET staff/:staffId', { summary: 'One person', roles: write, answer: Whole })
  person(tx: Tx, { params }: Call) {
    return findRow<WholeRow>(tx, 'organisation_staff', params['staffId']!);
  }
}

async function all(tx: Tx, table: string) {
  return { things: await tx.query<WholeRow>(`select id, version, data from ${table} order by id limit 2000`) };
}
