import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { sweep } from '@aftersales/platform/testing/sweep';
import { PartsModule } from './parts.module';

describe('bad input at any door of parts is told and changes nothing', () =>
  sweep({ name: 'parts', module: PartsModule }, { publish: (service) => TestOrganisation.publish(service) }));
