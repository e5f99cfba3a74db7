// The catalogue and what lies on the demo stores' shelves.
import { stores } from './people.mjs';

const price = (/** @type {number} */ yuan) => [{ amount: yuan * 100, currency: 'CNY' }, { amount: yuan * 450, currency: 'TWD' }];
/** number, title (en, zh-CN, zh-TW), unit, price in yuan, class, assembly, quantity on the shelf in thousandths */
export const parts = /** @type {const} */ ([
  ['OIL-5W30', 'Engine oil 5W-30', '机油 5W-30', '機油 5W-30', 'L', 68, 'fluid', null, 400_000],
  ['FLT-OIL-1', 'Oil filter', '机油滤清器', '機油濾清器', 'pc', 45, 'component', null, 40_000],
  ['FLT-AIR-1', 'Air filter', '空气滤清器', '空氣濾清器', 'pc', 90, 'component', null, 40_000],
  ['PAD-FRONT-1', 'Brake pads, front', '前刹车片', '前煞車來令片', 'set', 520, 'component', null, 0],
  ['WIPER-1', 'Wiper blades', '雨刮片', '雨刷片', 'pair', 130, 'accessory', null, 20_000],
  ['PUMP-WATER-1', 'Water pump', '水泵', '水泵', 'pc', 860, 'component', 'cooling', 6_000],
]);

/** @param {import('./client.mjs').Client} client @param {(line: string) => void} log */
export async function loadStoreRoom({ ask, once }, log) {
  const known = new Set((await ask('hq-admin', 'GET parts/catalogue?limit=100').catch(() => ask('parts-manager.a', 'GET parts/catalogue?limit=100'))).parts.map((/** @type {{ partNumber: string }} */ part) => part.partNumber));
  for (const [partNumber, en, cn, tw, unit, yuan, kind, assembly] of parts)
    if (!known.has(partNumber)) await once('hq-admin', 'POST parts/catalogue', { partNumber, title: { en, 'zh-CN': cn, 'zh-TW': tw }, unit, listPrices: price(yuan), kind: 'genuine', class: kind, assembly });
  for (const { key, storeId } of stores) {
    const manager = `parts-manager.${key.toLowerCase()}`;
    for (const [i, [partNumber, , , , , , , , quantity]] of parts.entries()) {
      if (quantity === 0) continue;
      const { cards } = await ask(manager, `GET parts/stores/${storeId}/stock?partNumber=${partNumber}`);
      if (!cards.some((/** @type {{ storeId: string }} */ card) => card.storeId === storeId)) await once(manager, `POST parts/stores/${storeId}/stock`, { partNumber, quantity, warehouse: '1', rack: 'A', level: String(i + 1), bin: '1' });
    }
  }
  log(`store room: ${parts.length} parts`);
}
