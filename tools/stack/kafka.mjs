// Apache Kafka itself (KRaft), its jars brought by Maven. The figures are measured: shared design, stack.md.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { cacheDir, cached, root, shortHash } from './cache.mjs';
import { Part } from './process.mjs';
import { probeKafka } from './probes.mjs';
import { onPath, run } from './run.mjs';

const here = path.join(root, 'tools', 'stack', 'kafka');
const pom = path.join(here, 'pom.xml');

export const kafkaJarsName = () => `kafka-${shortHash(fs.readFileSync(pom))}`;

/** 43 MB, about 5 s. */
export async function kafkaJars() {
  return cached(kafkaJarsName(), async (aside) => {
    fs.mkdirSync(aside, { recursive: true });
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${aside}`];
    await run('mvn', ['-q', '-B', '-f', pom, ...goal]).catch((/** @type {Error} */ error) => {
      throw new Error(`Kafka's jars could not be fetched by Maven (${error.message})`);
    });
  });
}

/** @param {string} jars @param {string} mainClass @param {string[]} args */
const java = (jars, mainClass, args) => [
  // C1 only: ready after 3.1 s instead of 5.6 s
  '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-XX:+ExitOnOutOfMemoryError', '-Djava.net.preferIPv4Stack=true',
  `-Dlog4j2.configurationFile=${path.join(here, 'log4j2.properties')}`,
  '-cp', `${jars}/*`, mainClass, ...args,
];

/** Where a broker also listens for those who are told another address of it. @param {number} firstPort @param {number} node */
export const otherListener = (firstPort, node) => firstPort + 7 + node;

/**
 * @param {{ home: string, node: number, port: number, voters: number[], nodes: number, firstPort: number, told?: number[] }} node
 */
function settings({ home, node, port, voters, nodes, firstPort, told }) {
  const replicas = Math.min(nodes, 3);
  const isVoter = voters.includes(node);
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`, ...(isVoter ? [`CONTROLLER://127.0.0.1:${port + 1}`] : []), ...(told ? [`TOLD://127.0.0.1:${otherListener(firstPort, node)}`] : [])];
  return Object.entries({
    'process.roles': isVoter ? 'broker,controller' : 'broker',
    'node.id': node,
    'controller.quorum.voters': voters.map((id) => `${id}@127.0.0.1:${firstPort + 2 * (id - 1) + 1}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'listeners': listeners.join(','),
    'advertised.listeners': [listeners[0], ...(told ? [`TOLD://127.0.0.1:${told[node - 1]}`] : [])].join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TOLD:PLAINTEXT',
    'log.dirs': path.join(home, 'data'),
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': nodes >= 3 ? 2 : 1,
    'offsets.topic.num.partitions': 8,
    'offsets.topic.replication.factor': replicas,
    'offsets.retention.minutes': 90 * 24 * 60, // as long as facts are kept: a service that was down for more than 7 days (the default) would begin at the beginning
    'transaction.state.log.num.partitions': 8,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 8,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': 1,
    'group.coordinator.append.linger.ms': 0, // 5 (the default): offset commits 7 ms instead of 2, p99 200 ms instead of 30
    'group.initial.rebalance.delay.ms': 0,
    // Restart after kill -9: 3.6 s instead of 11.6 s. Several brokers with 12 service processes on 2 cores fenced each other by 2 s and by 6; 9 s is Kafka’s own.
    'broker.session.timeout.ms': nodes >= 3 ? 9000 : 2000,
    'broker.heartbeat.interval.ms': 500,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024, // the default 128 MiB is half of our heap
  }).map(([key, value]) => `${key}=${value}\n`).join('');
}

/** One cluster id for all nodes of a stack; Kafka wants 16 bytes in base64url. @param {string} dir */
function clusterId(dir) {
  const file = path.join(dir, 'kafka.cluster');
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(16).toString('base64url'));
  return fs.readFileSync(file, 'utf8');
}

/**
 * The broker's classes ready to be mapped: ready after 1.5 s instead of 3.7 s, 1.3 s of CPU instead of 2.4.
 * An archive fits one Java build and is written at the end of one training run (10 s in all, once per machine).
 * @param {string} jars @param {Part} trainer a broker with -XX:ArchiveClassesAtExit=`aside` @param {string} aside
 * @param {boolean} mayTrain
 * @returns {Promise<string[]>} JVM options
 */
async function classArchive(jars, trainer, aside, mayTrain) {
  const program = fs.realpathSync(onPath('java') ?? 'java');
  const name = `${path.basename(jars)}-${shortHash(`${program} ${fs.statSync(program).mtimeMs}`)}.jsa`;
  if (!mayTrain && !fs.existsSync(path.join(cacheDir(), name))) return [];
  try {
    const archive = await cached(name, async (file) => {
      trainer.log('kafka: one training run makes all later starts faster (about 10 s)');
      await trainer.start();
      await trainer.stop(60_000);
      fs.copyFileSync(aside, file);
    });
    return [`-XX:SharedArchiveFile=${archive}`];
  } catch (error) {
    trainer.log(`kafka starts without a class archive: ${/** @type {Error} */ (error).message}`);
    return [];
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

/**
 * Node n listens on port + 2 (n - 1), its controller one above.
 * @param {{ dir: string, port: number, brokers: number, told?: number[], log: (line: string) => void }} options `told`: ports of a proxy, one a broker;
 *   whoever comes through `otherListener` is told these
 */
export function kafkaParts({ dir, port: firstPort, brokers, told, log }) {
  const ids = Array.from({ length: brokers }, (_, index) => index + 1);
  const voters = brokers >= 3 ? ids.slice(0, 3) : [1]; // two voters would stop when either one does
  const parts = ids.map((node) => {
    const name = node === 1 ? 'kafka' : `kafka-${node}`;
    const home = path.join(dir, name);
    const properties = path.join(home, 'server.properties');
    const port = firstPort + 2 * (node - 1);
    const aside = path.join(home, 'classes.jsa');
    let jars = '';
    /** @type {string[]} */
    let archive = [];

    async function prepare() {
      jars = await kafkaJars();
      fs.mkdirSync(home, { recursive: true });
      fs.writeFileSync(properties, settings({ home, node, port, voters, nodes: brokers, firstPort, told }));
      if (!fs.existsSync(path.join(home, 'data', 'meta.properties'))) { // asking Kafka itself costs a JVM
        // With '=': an id that begins with '-' breaks the short option.
        const format = ['format', `--cluster-id=${clusterId(dir)}`, '-c', properties, '--ignore-formatted'];
        await run('java', java(jars, 'kafka.tools.StorageTool', format));
      }
      const trainer = broker('kafka (training)', async () => {}, () => ['-Xlog:cds*=error', `-XX:ArchiveClassesAtExit=${aside}`]);
      archive = await classArchive(jars, trainer, aside, brokers === 1); // one voter of several is never ready alone
    }

    /** @param {string} title @param {() => Promise<void>} prepare @param {() => string[]} options */
    const broker = (title, prepare, options) => new Part({
      name: title,
      file: home,
      marks: [`kafka.Kafka ${properties} `],
      ports: voters.includes(node) ? [port, port + 1] : [port],
      prepare,
      run: () => ({ command: onPath('java') ?? 'java', args: [...options(), ...java(jars, 'kafka.Kafka', [properties])], options: { cwd: home } }),
      probe: () => probeKafka(port, 1),
      stopSignal: 'SIGTERM',
    }, log);
    return broker(name, prepare, () => archive);
  });
  return { parts, brokers: ids.map((node) => `127.0.0.1:${firstPort + 2 * (node - 1)}`).join(',') };
}
