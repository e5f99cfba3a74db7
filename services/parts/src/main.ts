import { main } from '@aftersales/platform/service/start-service';
import { PartsModule } from './parts.module';

void main({ name: 'parts', module: PartsModule });
