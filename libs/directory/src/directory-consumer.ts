import type { Type } from '@nestjs/common';
import type { Fact, ServiceName } from '@aftersales/contracts/kernel/event';
import { CalendarChanged } from '@aftersales/contracts/hq/calendar';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import { StaffChanged } from '@aftersales/contracts/hq/staff';
import { StoreChanged } from '@aftersales/contracts/hq/store';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';

export const directoryTopics = [StoreChanged, CalendarChanged, PolicyChanged, StaffChanged].map(({ topic }) => topic);

/** Keeps this service's copy of the organisation. Whole states: an older version changes nothing. */
export function directoryConsumer(service: ServiceName): Type {
  @Consumer(`${service}.directory`)
  class DirectoryConsumer {
    @On(StoreChanged)
    store(tx: Tx, { data }: Fact<typeof StoreChanged>) {
      return tx.query(
        `insert into directory_store (id, version, data) values ($1, $2, $3)
         on conflict (id) do update set version = excluded.version, data = excluded.data where directory_store.version < excluded.version`,
        [data.storeId, data.version, JSON.stringify(data)],
      );
    }

    @On(CalendarChanged)
    calendar(tx: Tx, { data }: Fact<typeof CalendarChanged>) {
      return tx.query(
        `insert into directory_calendar (id, store_id, desk, version, calendar) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set version = excluded.version, calendar = excluded.calendar where directory_calendar.version < excluded.version`,
        [data.calendarId, data.storeId, data.desk, data.version, JSON.stringify(data.calendar)],
      );
    }

    @On(PolicyChanged)
    policy(tx: Tx, { data }: Fact<typeof PolicyChanged>) {
      const place = data.scope.level === 'store' ? data.scope.storeId : data.scope.level === 'brand' ? data.scope.brand : '';
      return tx.query(
        `insert into directory_policy (id, version, kind, level, place, value, on_open, from_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
        [data.policyId, data.version, data.kind, data.scope.level, place, JSON.stringify(data.value), data.onOpen, data.from],
      );
    }

    @On(StaffChanged)
    async staff(tx: Tx, { data }: Fact<typeof StaffChanged>) {
      const [newer] = await tx.query(
        `insert into directory_staff (id, version) values ($1, $2) on conflict (id) do update set version = excluded.version where directory_staff.version < excluded.version returning id`,
        [data.staffId, data.version],
      );
      if (!newer) return;
      await tx.query(`delete from directory_post where staff_id = $1`, [data.staffId]);
      await tx.query(
        `insert into directory_post (staff_id, n, role, store_id, from_at, to_at)
         select $1, n, p->>'role', (p->>'storeId')::uuid, (p->>'from')::timestamptz, (p->>'to')::timestamptz from jsonb_array_elements($2::jsonb) with ordinality t(p, n)`,
        [data.staffId, JSON.stringify(data.posts)],
      );
    }
  }
  return DirectoryConsumer;
}
