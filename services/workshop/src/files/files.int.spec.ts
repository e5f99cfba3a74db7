import { FilesMerged } from '@aftersales/contracts/crm/files';
import { FaultFound } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { labour, TestFloor } from '../testing/test-floor';

describe('files that are merged', () => {
  let floor: TestFloor;
  beforeAll(async () => {
    floor = await TestFloor.start();
    await floor.technicianOnFloor();
  });
  afterAll(() => floor?.stop());

  it('WRK-7 a fact names the car as it is called now, whichever merge was heard first, also twice', async () => {
    const visit = floor.newVisit();
    const [middle, last] = [uuidv7(), uuidv7()];
    const merged = (fromId: string, toId: string) => floor.service.hear(FilesMerged, { of: 'vehicle', fromId, toId, mergedAt: '2026-01-01T00:00:00.000Z' });
    await merged(middle, last);
    await floor.authorise(visit, [labour()]);
    await merged(visit.vehicleId, middle);
    await merged(visit.vehicleId, middle);
    const faultId = await floor.find(visit);
    await floor.does(visit, 'confirm-fault', floor.manager, { faultId });
    expect((await floor.saidOf(visit, FaultFound))[0]!.data.vehicleId).toBe(last);
  });
});
