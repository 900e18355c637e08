/** Request bodies of POST, by the name under which Swagger UI offers them. It fills in the first one. */
export const CREATE_EXAMPLES = {
  'Name and URL': { name: 'ERP', url: 'https://erp.example.com/hooks/pos' },
  'With basic authentication': {
    name: 'ERP',
    url: 'https://erp.example.com/hooks/pos',
    securityType: 'BASIC_AUTH',
    username: 'shop-70',
    password: 'correct-horse-battery-staple',
  },
  'With a bearer token and a header': {
    name: 'ERP',
    url: 'https://erp.example.com/hooks/pos',
    securityType: 'BEARER_TOKEN',
    token: 'token-of-the-erp',
    headers: [{ key: 'x-shop', value: 'shop-70' }],
  },
  'With limits': {
    httpTransportUid: 'erp',
    name: 'ERP of the head office',
    url: 'https://erp.example.com/hooks/pos',
    timeoutMs: 10_000,
    maxConcurrency: 8,
    rateLimit: { requests: 100, perSeconds: 60 },
    retryScheduleSeconds: [5, 300, 1_800],
  },
};

/** Request bodies of PUT. */
export const REPLACE_EXAMPLES = {
  'Name and URL': CREATE_EXAMPLES['Name and URL'],
  'With a header': {
    ...CREATE_EXAMPLES['Name and URL'],
    headers: [{ key: 'x-shop', value: 'shop-70' }],
  },
};

/** Request bodies of PATCH. */
export const UPDATE_EXAMPLES = {
  'New name': { name: 'ERP of the head office' },
  'New rate limit': { rateLimit: { requests: 100, perSeconds: 60 } },
  'Without a rate limit': { rateLimit: null },
};
