/** Thrown within a transaction of the module's own to roll it back on purpose. Never leaves this layer. */
export class RolledBack extends Error {}
