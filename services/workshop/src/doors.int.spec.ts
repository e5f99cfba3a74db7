import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { sweep } from '@aftersales/platform/testing/sweep';
import { WorkshopModule } from './workshop.module';

const later = { from: '2026-11-24T03:00:00.000Z', to: '2026-11-25T03:00:00.000Z' };

describe('bad input at any door of workshop is told and changes nothing', () =>
  sweep({ name: 'workshop', module: WorkshopModule }, {
    publish: (service) => TestOrganisation.publish(service),
    good: { 'bay.down': later, 'technician.absent': later },
  }));
