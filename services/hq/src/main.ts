import { main } from '@aftersales/platform/service/start-service';
import { HqModule } from './hq.module';
import { hqSettings } from './hq.settings';

void main({ name: 'hq', module: HqModule, settings: hqSettings });
