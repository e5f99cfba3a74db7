import { VisitDelivered } from '@aftersales/contracts/reception/visit';
import { FollowUpPlanned } from '@aftersales/contracts/crm/follow-up';
import { ReservationMade } from '@aftersales/contracts/parts/reservation';
import { CalendarChanged } from '@aftersales/contracts/hq/calendar';
import { schemas } from '@aftersales/contracts/generate/schemas';
import type { AnyContract } from '@aftersales/contracts/kernel/event';
import { breaking, type Schema } from './breaking';

const schemaOf = (contract: AnyContract): Schema => JSON.parse([...schemas([contract]).values()][0]!) as Schema;

/** The schema as it is, and the same after somebody's change. */
function doctored(contract: AnyContract, change: (schema: any) => void): string[] {
  const after = schemaOf(contract);
  change(after);
  return breaking(schemaOf(contract), after);
}

describe('a breaking change within a version is seen, with the field\'s path', () => {
  it('nothing changed, nothing broken', () => expect(doctored(VisitDelivered, () => {})).toEqual([]));

  it('a removed field', () =>
    expect(doctored(VisitDelivered, ({ properties, required }) => {
      delete properties.mileage;
      required.splice(required.indexOf('mileage'), 1);
    })).toEqual(['/mileage: removed']));

  it('a removed field inside a list', () =>
    expect(doctored(ReservationMade, ({ properties: { lines } }) => delete lines.items.properties.eta)).toEqual(['/lines[]/eta: removed']));

  it('a narrowed enum', () =>
    expect(doctored(FollowUpPlanned, ({ properties: { because } }) => (because.enum = ['delivered', 'case-answered']))).toEqual(['/because: data-corrected was allowed']));

  it('a field newly required, and one no longer sure', () => {
    expect(doctored(VisitDelivered, (schema) => {
      schema.properties.bayId = { type: 'string' };
      schema.required.push('bayId');
    })).toEqual(['/bayId: newly required']);
    expect(doctored(VisitDelivered, ({ required }) => required.splice(required.indexOf('kind'), 1))).toEqual(['/kind: no longer required']);
  });

  it('another type, null taken away or added', () => {
    expect(doctored(VisitDelivered, ({ properties }) => (properties.maintenanceDone = { type: 'string' }))).toEqual(['/maintenanceDone: type was boolean, is string']);
    expect(doctored(FollowUpPlanned, ({ properties }) => (properties.after = properties.after.anyOf[0]))).toEqual(['/after: type was null, is string']);
    expect(doctored(FollowUpPlanned, ({ properties }) => (properties.visitId = { anyOf: [properties.visitId, { type: 'null' }] }))).toEqual(['/visitId: type widened']);
    expect(breaking({ type: ['string', 'null'] }, { type: 'string' })).toEqual(['(whole): type was null, is string']);
    expect(breaking({ type: ['string', 'null'] }, { type: ['string', 'null'] })).toEqual([]);
  });

  it('tightened limits', () => {
    expect(doctored(VisitDelivered, ({ properties }) => (properties.mileage.maximum = 999_999))).toEqual(['/mileage: maximum tightened to 999999']);
    expect(doctored(VisitDelivered, ({ properties }) => (properties.mileage.minimum = 1))).toEqual(['/mileage: minimum tightened to 1']);
    expect(doctored(VisitDelivered, ({ properties }) => (properties.repairOrder.pattern = '^RO'))[0]).toMatch(/^\/repairOrder: pattern was/);
    expect(doctored(VisitDelivered, (schema) => (schema.additionalProperties = false))).toEqual(['(whole): unknown fields are refused']);
    expect(doctored(CalendarChanged, ({ properties: { calendar } }) => (calendar.properties.days.additionalProperties.maxItems = 2))).toEqual(['/calendar/days{}: maxItems tightened to 2']);
  });

  it('another topic', () => expect(doctored(VisitDelivered, (schema) => (schema['x-topic'] = 'reception.delivery'))).toEqual(['(whole): x-topic was reception.visit, is reception.delivery']));

  it('a new field and a new word of an enum break nothing', () =>
    expect(doctored(FollowUpPlanned, ({ properties }) => {
      properties.agentId = { type: 'string' };
      properties.because.enum.push('maker-asked');
    })).toEqual([]));
});
