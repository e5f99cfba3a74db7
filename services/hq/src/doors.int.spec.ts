import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { sweep } from '@aftersales/platform/testing/sweep';
import { HqModule } from './hq.module';
import { hqSettings } from './hq.settings';

describe('bad input at any door of hq is told and changes nothing', () =>
  sweep({ name: 'hq', module: HqModule, settings: hqSettings }, {
    publish: (service) => TestOrganisation.publish(service),
    good: { 'organisation.store': { zone: 'Asia/Taipei' } },
  }));
