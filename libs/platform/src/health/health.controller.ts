import { Controller, Get, Header } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';
import { register } from 'prom-client';
import { Health } from './health';

const indicator = (name: string, holds: () => Promise<boolean> | boolean) => async (): Promise<HealthIndicatorResult> => {
  const up = await Promise.resolve().then(holds).catch(() => false);
  return { [name]: { status: up ? 'up' : 'down' } };
};

/** Live: restart me if not. Ready: send me requests. Started: give me time until then. */
@Controller()
export class HealthController {
  constructor(private readonly checks: HealthCheckService, private readonly health: Health) {}

  @Get('health/live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.checks.check([indicator('fetching', async () => !(await this.health.stuck()))]);
  }

  @Get('health/ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.checks.check([
      indicator('serving', () => !this.health.draining),
      indicator('database', () => this.health.databaseAnswers()),
      ...this.health.needs.map((need) => indicator(need.name, () => need.isReady())),
    ]);
  }

  @Get('health/started')
  @HealthCheck()
  started(): Promise<HealthCheckResult> {
    return this.checks.check([indicator('started', () => this.health.started)]);
  }

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}
