import { join } from 'node:path';
import { TestService } from '../test-service';
import { sample } from './parcel.module';

export const startSample = (): Promise<TestService> => TestService.start(sample, {}, join(__dirname, 'migrations'));
