// One figure in a process of its own: bench/run.mjs forks it.
const { file, options } = JSON.parse(process.argv[2]);
const { figure, measure } = await import(`../figures/${file}.mjs`);
try {
  process.send({ figure, result: await measure(options) });
} catch (error) {
  process.send({ figure, failed: error.stack });
}
process.disconnect();
setTimeout(() => process.exit(), 5_000).unref();
