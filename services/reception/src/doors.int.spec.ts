import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { sweep } from '@aftersales/platform/testing/sweep';
import { ReceptionModule } from './reception.module';
import { receptionSettings } from './reception.settings';

describe('bad input at any door of reception is told and changes nothing', () =>
  sweep({ name: 'reception', module: ReceptionModule, settings: receptionSettings }, {
    publish: (service) => TestOrganisation.publish(service),
    environment: { AFTERSALES_PUBLIC_URL: 'https://desk.example' },
    good: { 'visit.arrive': { plate: 'ABC-1234' } },
    apart: ['GET l/:token', 'POST l/:token'],
  }));
