// A few customers and their cars. The people and numbers are invented.
import { stores } from './people.mjs';

export const customers = [
  { store: 'A', name: '陈小明', phone: '+8613800138001', email: 'chen.xiaoming@example.org', language: 'zh-CN', plate: '沪A12345', vin: 'LNVA1BCD2EF345678', model: 'nova-s', saleDate: '2025-06-20', mileage: 18_600 },
  { store: 'A', name: '林雅婷', phone: '+8613800138002', email: null, language: 'zh-CN', plate: '沪B67890', vin: 'LNVA1BCD2EF345679', model: 'nova-x', saleDate: '2023-07-18', mileage: 61_000 },
  { store: 'B', name: '王建国', phone: '+8613800138003', email: 'wang.jianguo@example.org', language: 'zh-CN', plate: '沪C24680', vin: 'LNVA1BCD2EF345680', model: 'nova-s', saleDate: '2026-03-21', mileage: 9_200 },
  { store: 'C', name: '張美玲', phone: '+886912345678', email: 'chang.meiling@example.org', language: 'zh-TW', plate: 'ABC-1234', vin: 'LNVA1BCD2EF345681', model: 'nova-s', saleDate: '2026-06-22', mileage: 7_400 },
];

/** Found again by vehicle number. @param {import('./client.mjs').Client} client @param {(line: string) => void} log */
export async function loadCustomers({ ask, once }, log) {
  for (const { store, name, phone, email, language, plate, vin, model, saleDate } of customers) {
    const at = stores.find(({ key }) => key === store);
    const advisor = `advisor.${store.toLowerCase()}`;
    const { vehicles } = await ask(advisor, `GET crm/stores/${at?.storeId}/vehicles?vin=${vin}`);
    if (vehicles.length) continue;
    const customer = await once(advisor, `POST crm/stores/${at?.storeId}/customers`, { name, phones: [phone], email, language, preferredChannel: 'sms' });
    await once(advisor, `POST crm/stores/${at?.storeId}/vehicles`, { vin, plate, brand: 'nova', model, use: 'household', saleDate, customerId: customer.customerId, contactId: customer.customerId });
  }
  log(`customers: ${customers.length}`);
}
