// domain.md §0: who may open and change files, and who sees them.
export const supervisors = ['crm-supervisor', 'front-desk-supervisor', 'store-manager'];
export const editors = ['advisor', 'crm-agent', ...supervisors];
export const readers = [...editors, 'service-manager', 'claims-clerk'];
