import { main } from '@aftersales/platform/service/start-service';
import { CrmModule } from './crm.module';
import { crmSettings } from './crm.settings';

void main({ name: 'crm', module: CrmModule, settings: crmSettings });
