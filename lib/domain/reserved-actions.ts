/** Actions that begin with this are emitted by the module itself: notifications to a tenant. */
export const RESERVED_PREFIX = 'WEBHOOK_';

/** Whether only the module itself emits the action. Hosts can neither define nor emit it. */
export const isReservedAction = (action: string): boolean => action.startsWith(RESERVED_PREFIX);
