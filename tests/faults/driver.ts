// The driver, a process of its own: `typescript.mjs driver.ts <addresses.json> <ledger> <now, ms>`. SIGTERM ends the day; the last line says how often it had to ask again.
import { readFileSync } from 'node:fs';
import { Desk } from './desk';
import { Ledger } from './ledger';
import { work } from './people';

const [addresses = '', path = '', now = ''] = process.argv.slice(2);
const desk = new Desk(JSON.parse(readFileSync(addresses, 'utf8')));
const ledger = new Ledger(path);
process.on('SIGTERM', () => (desk.over = true));
process.on('disconnect', () => process.exit(1)); // whoever started us is gone
work({ desk, ledger, now: new Date(Number(now)) }).then(
  () => {
    ledger.close();
    process.send!({ retries: desk.retries }, () => process.exit(0));
  },
  (error: Error) => process.send!({ failed: error.stack ?? error.message }, () => process.exit(1)),
);
