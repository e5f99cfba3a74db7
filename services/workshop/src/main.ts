import { main } from '@aftersales/platform/service/start-service';
import { WorkshopModule } from './workshop.module';

void main({ name: 'workshop', module: WorkshopModule });
