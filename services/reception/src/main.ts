import { main } from '@aftersales/platform/service/start-service';
import { ReceptionModule } from './reception.module';
import { receptionSettings } from './reception.settings';

void main({ name: 'reception', module: ReceptionModule, settings: receptionSettings });
