import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { sweep } from '@aftersales/platform/testing/sweep';
import { CrmModule } from './crm.module';
import { crmSettings } from './crm.settings';
import { nowhere } from './testing/environment';

describe('bad input at any door of crm is told and changes nothing', () =>
  sweep({ name: 'crm', module: CrmModule, settings: crmSettings }, {
    publish: (service) => TestOrganisation.publish(service),
    environment: nowhere,
    good: { 'vehicles.by': { plate: 'ABC-1234' } },
    apart: ['GET l/:token', 'POST l/:token'],
  }));
