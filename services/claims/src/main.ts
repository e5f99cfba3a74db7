import { main } from '@aftersales/platform/service/start-service';
import { ClaimsModule } from './claims.module';
import { claimsSettings } from './claims.settings';

void main({ name: 'claims', module: ClaimsModule, settings: claimsSettings });
