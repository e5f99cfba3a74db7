import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { problemOf } from '@aftersales/platform/http/problem';
import type { PageLanguage } from './link';
import { renderPage } from './link-page.view';

const texts: Readonly<Record<PageLanguage, string>> = { 'zh-TW': '請稍候一分鐘再試。', 'zh-CN': '请稍候一分钟再试。', en: 'Please try again in a minute.' };

/** A customer sees a page, never problem+json: too many tries, a database away, a fault of ours. Whose store it is, is not known here. */
@Catch()
export class LinkFilter implements ExceptionFilter {
  readonly #log = new Logger('link');

  catch(error: unknown, host: ArgumentsHost): void {
    const { status } = problemOf(error);
    if (status >= 500) this.#log.error((error as Error).stack ?? String(error));
    const page = renderPage({ heading: texts['zh-TW'], paragraphs: [texts['zh-CN'], texts.en] }, 'zh-TW', []);
    void host.switchToHttp().getResponse<FastifyReply>().status(status).header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').send(page);
  }
}
