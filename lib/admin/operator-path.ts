/** The first segment of the operator routes, where those of a tenant have `tenants`. */
export const OPERATOR_PATH = 'webhookoperations';
