import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { sample, stores } from '../testing/sample/parcel.module';
import { startSample } from '../testing/sample/start-sample';

it('a stop answers the request under way and waits for no connection that its caller would keep', async () => {
  const service = await startSample();
  await service.built.app.listen(0, '127.0.0.1');
  const server = service.built.app.getHttpServer();
  const taken = once(server, 'request');
  const body = JSON.stringify({ note: 'x' });
  const post = request({
    port: (server.address() as AddressInfo).port, method: 'POST', path: `/api/${sample.name}/stores/${stores.a}/parcels`, agent: new Agent({ keepAlive: true }),
    headers: { 'content-type': 'application/json', 'content-length': body.length },
  });
  const answered = once(post, 'response') as Promise<[IncomingMessage]>;
  post.write(body.slice(0, 5));
  await taken;
  const stopped = service.stop();
  while (server.listening) await new Promise(setImmediate);
  post.end(body.slice(5));
  const [answer] = await answered;
  answer.resume();
  expect([answer.statusCode, answer.headers.connection]).toEqual([401, 'close']);
  await stopped;
});

it('a stop waits ten seconds at most for callers who say nothing: one who never began, one who vanished in the middle', async () => {
  const service = await startSample();
  await service.built.app.listen(0, '127.0.0.1');
  const server = service.built.app.getHttpServer();
  const { port } = server.address() as AddressInfo;
  const callers = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')] as const;
  const ended = callers.map((caller) => once(caller.on('error', () => undefined), 'close'));
  const taken = once(server, 'request');
  callers[1].write(`POST /api/${sample.name}/stores/${stores.a}/parcels HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`);
  await taken;
  const began = performance.now();
  await service.stop();
  expect(performance.now() - began).toBeLessThan(20_000);
  await Promise.all(ended);
}, 40_000);
