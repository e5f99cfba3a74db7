import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { sweep } from '@aftersales/platform/testing/sweep';
import { ClaimsModule } from './claims.module';
import { claimsSettings } from './claims.settings';

describe('bad input at any door of claims is told and changes nothing', () =>
  sweep({ name: 'claims', module: ClaimsModule, settings: claimsSettings }, {
    publish: (service) => TestOrganisation.publish(service),
    environment: { AFTERSALES_MAKER_URL: 'http://127.0.0.1:9', AFTERSALES_MAKER_SECRET: 'whsec_c3dlZXBzd2VlcHN3ZWVwc3dlZXBzd2Vl' },
    apart: ['POST callbacks/maker'],
  }));
