import { Module } from '@nestjs/common';
import { ProjectionConsumer } from './projection.consumer';

@Module({ controllers: [ProjectionConsumer] })
export class ProjectionModule {}
