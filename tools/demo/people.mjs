// The demo group: three stores and the people who sign in. Ids are fixed, so that loading twice changes nothing.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** A fixed UUID for a name. @param {string} name */
export const idOf = (name) => {
  const hex = createHash('sha256').update(`demo:${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const stores = [
  { key: 'A', storeId: idOf('store A'), code: 'SHA-01', region: 'east', brands: ['nova'], market: 'CN', zone: 'Asia/Shanghai', currency: 'CNY', locale: 'zh-CN', name: '新星上海浦东店', phone: '+86-21-5550-2001', address: '上海市浦东新区示范路 2 号' },
  { key: 'B', storeId: idOf('store B'), code: 'SHA-02', region: 'east', brands: ['nova'], market: 'CN', zone: 'Asia/Shanghai', currency: 'CNY', locale: 'zh-CN', name: '新星上海虹桥店', phone: '+86-21-5550-3001', address: '上海市闵行区示范路 3 号' },
  { key: 'C', storeId: idOf('store C'), code: 'TPE-01', region: 'north', brands: ['nova'], market: 'TW', zone: 'Asia/Taipei', currency: 'TWD', locale: 'zh-TW', name: '新星台北旗艦店', phone: '+886-2-5550-1001', address: '台北市內湖區示範路 1 號' },
];

const storeRoles = [
  'advisor', 'front-desk-supervisor', 'service-manager', 'crm-agent', 'crm-supervisor', 'workshop-manager', 'technical-director', 'technician', 'inspector',
  'parts-manager', 'parts-keeper', 'buyer', 'claims-clerk', 'cashier', 'store-manager', 'finance', 'driver',
];

/** One person a role and store (three technicians), and two at headquarters. The password is the same for all: it opens nothing but this demo. */
export const password = 'demo';
export const people = [
  { login: 'hq-admin', role: 'hq-admin', store: null },
  { login: 'hq-analyst', role: 'hq-analyst', store: null },
  ...stores.flatMap((store) => [...storeRoles, 'technician-2', 'technician-3'].map((post) => ({ login: `${post}.${store.key.toLowerCase()}`, role: post.replace(/-\d$/, ''), store }))),
].map(({ login, role, store }) => ({ sub: idOf(`person ${login}`), login, password, role, storeId: store?.storeId ?? null, name: `${login}`, note: `${role}, ${store?.name ?? 'headquarters'}` }));

export const firstAdmin = idOf('person hq-admin');

/** Written for the local issuer. @param {string} dir */
export function peopleFile(dir) {
  const file = path.join(dir, 'people.json');
  fs.writeFileSync(file, JSON.stringify(people.map(({ sub, login, password: secret, name, note }) => ({ sub, login, password: secret, name, note })), null, 2));
  return file;
}
