import { EtaSlipped, PartsIssued, PartsPicked } from '@aftersales/contracts/parts/reservation';
import { JobBlocked, JobUnblocked, OperationStopped } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { labour, part, TestFloor, type Visit } from '../testing/test-floor';

const minute = 60_000;

describe('blocks', () => {
  let floor: TestFloor;
  let visit: Visit;

  beforeAll(async () => void (floor = await TestFloor.manned()));
  beforeEach(async () => void (visit = await floor.newDay()));
  afterAll(() => floor?.stop());

  it('WRK-6 a short part blocks what it belongs to, a slipped ETA keeps it, picked ends it, and the time counts', async () => {
    const [oil, brakes] = [labour(), labour({ skill: 'brakes', faultCode: 'C1' })];
    const pads = part({ faultCode: 'C1' });
    await floor.authorise(visit, [oil, brakes, pads]);
    await floor.does(visit, 'assign', floor.manager, { lineIds: [oil.lineId, brakes.lineId], technicianIds: [floor.technician], briefing: 'x' });
    const { version } = floor.about();
    await floor.short(visit, pads);
    expect((await floor.saidOf(visit, JobBlocked)).map(({ data }) => [data.reason, data.lineIds])).toEqual([['parts', [pads.lineId]]]);
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: brakes.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.blocked' } });
    await floor.work(visit, oil.lineId);
    expect(await floor.move(visit, 'pass-check', floor.technician, { check: 'own' })).toMatchObject({ status: 409 });
    const eta = (await floor.at('10:00')).toISOString();
    await floor.service.hear(EtaSlipped, { ...floor.holder(visit), lines: [{ lineId: pads.lineId, partNumber: pads.partNumber!, before: null, eta }], cause: 'carrier' }, floor.about());
    expect((await floor.card(visit)).parts[0]).toMatchObject({ short: true, eta });
    const [block] = (await floor.card(visit)).blocks;
    expect(await floor.move(visit, 'unblock', floor.manager, { blockId: block.id })).toMatchObject({ status: 409, body: { code: 'workshop.unblocked-by-facts' } });
    await floor.service.jump(60 * minute);
    const picked = { ...floor.holder(visit), lines: [{ lineId: pads.lineId, partNumber: pads.partNumber!, quantity: 1000 }], pickedAt: eta };
    await floor.twice(PartsPicked, picked);
    const ended = (await floor.saidOf(visit, JobUnblocked));
    expect(ended).toHaveLength(1);
    expect(ended[0]!.data.blockedMs).toBe(Date.parse(ended[0]!.data.until) - Date.parse(ended[0]!.data.since));
    expect(ended[0]!.data.blockedMs).toBeGreaterThanOrEqual(70 * minute);
    await floor.short(visit, pads, null, floor.about(version)); // told before, heard now
    expect((await floor.card(visit)).blocks.filter(({ until }: { until: string | null }) => until === null)).toHaveLength(0);
    await floor.work(visit, brakes.lineId);
    expect((await floor.card(visit)).blockedMs.parts).toBe(ended[0]!.data.blockedMs);
  });

  it('WRK-6 an ETA that slips blocks a job that was not waiting yet; issuing the part ends it', async () => {
    const [line, pads] = [labour(), part()];
    await floor.authorise(visit, [line, pads]);
    await floor.service.hear(EtaSlipped, { ...floor.holder(visit), lines: [{ lineId: pads.lineId, partNumber: pads.partNumber!, before: null, eta: null }], cause: 'carrier' }, floor.about());
    expect((await floor.card(visit)).blocks).toMatchObject([{ reason: 'parts', until: null }]);
    await floor.service.hear(PartsIssued, { ...floor.holder(visit), requisitionId: uuidv7(), lines: [{ lineId: pads.lineId, partNumber: pads.partNumber!, quantity: 1000 }], technicianId: floor.technician, advisorId: floor.a.staff.advisor, issuedAt: new Date(0).toISOString() }, floor.about());
    expect((await floor.card(visit)).blocks).toMatchObject([{ reason: 'parts' }]);
    expect((await floor.card(visit)).blocks[0].until).not.toBeNull();
  });

  it('WRK-6 blocked by hand: hands go off, the reason counts, and the same reason not twice', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.does(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [floor.technician], briefing: 'x' });
    await floor.does(visit, 'clock-on', floor.technician, { lineId: line.lineId });
    const card = await floor.does(visit, 'block', floor.technician, { reason: 'tool', note: 'The press is at store B.' });
    expect(card.operations[0]).toMatchObject({ blocked: true, clockedOn: [] });
    expect((await floor.saidOf(visit, OperationStopped))).toHaveLength(1);
    expect(JSON.stringify((await floor.saidOf(visit, JobBlocked)))).not.toContain('press');
    expect(await floor.move(visit, 'block', floor.technician, { reason: 'tool' })).toMatchObject({ status: 409, body: { code: 'workshop.blocked-already' } });
    expect(await floor.move(visit, 'block', floor.technician, { reason: 'parts' })).toMatchObject({ status: 422 });
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.blocked' } });
    await floor.service.jump(20 * minute);
    await floor.does(visit, 'unblock', floor.technician, { blockId: card.blocks[0].id });
    expect((await floor.card(visit)).blockedMs.tool).toBeGreaterThanOrEqual(20 * minute);
    expect(await floor.move(visit, 'unblock', floor.technician, { blockId: card.blocks[0].id })).toMatchObject({ status: 404 });
    await floor.does(visit, 'clock-on', floor.technician, { lineId: line.lineId });
    await floor.does(visit, 'clock-off', floor.technician, { lineId: line.lineId, finished: true });
  });
});
