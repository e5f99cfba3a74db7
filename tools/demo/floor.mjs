// The demo stores' floors: bays and technicians.
import { people, stores } from './people.mjs';

const bays = [['L1', 'lift'], ['L2', 'lift'], ['L3', 'lift'], ['D1', 'diagnosis']];
const skills = { technician: ['maintenance', 'engine', 'brake', 'diagnosis'], 'technician-2': ['maintenance', 'brake'], 'technician-3': ['maintenance', 'engine', 'body'] };

/** @param {import('./client.mjs').Client} client @param {(line: string) => void} log */
export async function loadFloor({ ask, once }, log) {
  for (const { key, storeId } of stores) {
    const manager = `workshop-manager.${key.toLowerCase()}`;
    const at = `workshop/stores/${storeId}`;
    const { bays: there } = await ask(manager, `GET ${at}/bays`);
    for (const [name, bayType] of bays) if (!there.some((/** @type {{ name: string }} */ bay) => bay.name === name)) await once(manager, `POST ${at}/bays`, { name, bayType });
    const { technicians } = await ask(manager, `GET ${at}/technicians`);
    for (const [post, known] of Object.entries(skills)) {
      const person = people.find(({ login }) => login === `${post}.${key.toLowerCase()}`);
      if (!person || technicians.some((/** @type {{ staffId: string }} */ one) => one.staffId === person.sub)) continue;
      await once(manager, `POST ${at}/technicians`, { staffId: person.sub, grade: 3, skills: known.map((skill) => ({ skill, percent: Math.floor(100 / known.length) })) });
    }
  }
  log(`floor: ${bays.length} bays and ${Object.keys(skills).length} technicians a store`);
}
