import { Module } from '@nestjs/common';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { DirectoryModule } from './directory.module';
import { TestOrganisation } from './testing/organisation';

@Module({ imports: [DirectoryModule.for('claims')] })
class Claims {}

describe('who may what, by the directory', () => {
  let service: TestService;
  let org: TestOrganisation;
  beforeAll(async () => {
    service = await TestService.start({ name: 'claims', module: Claims });
    org = await TestOrganisation.publish(service);
  });
  afterAll(() => service?.stop());

  const promises = (as: string) => service.http(`GET /stores/${org.a.storeId}/promises?subject=${uuidv7()}`, { as });

  it('a subject that no person of ours can have is a stranger, like one that none has', async () => {
    expect((await promises(org.a.staff['store-manager'])).status).toBe(200);
    const stranger = await promises(uuidv7());
    expect(stranger.status).toBe(404);
    for (const subject of ['-'.repeat(36), `${uuidv7()}-`, uuidv7().replaceAll('-', ''), 'somebody']) expect([subject, await promises(subject)]).toMatchObject([subject, { status: 404, body: { ...stranger.body, instance: expect.any(String) } }]);
  });
});
