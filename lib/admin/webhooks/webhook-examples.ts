/** Request bodies of POST, by the name under which Swagger UI offers them. It fills in the first one. */
export const CREATE_EXAMPLES = {
  'One action': { action: 'ORDER_SETTLED' },
  'All actions': { action: '*' },
  'Actions with a prefix, in order': { webhookUid: 'erp-orders', action: 'ORDER_*', ordered: true },
};

/** Request bodies of PUT. */
export const REPLACE_EXAMPLES = {
  'One action': { action: 'ORDER_SETTLED' },
  'All actions': { action: '*' },
};

/** Request bodies of PATCH. */
export const UPDATE_EXAMPLES = {
  'Switched off': { enabled: false },
  'All actions': { action: '*' },
};
