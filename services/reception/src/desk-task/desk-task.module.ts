import { Module } from '@nestjs/common';
import { DeskTaskController } from './desk-task.controller';
import { DeskTasks } from './desk-task.service';

@Module({ controllers: [DeskTaskController], providers: [DeskTasks], exports: [DeskTasks] })
export class DeskTaskModule {}
