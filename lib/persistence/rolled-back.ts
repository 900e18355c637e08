/** Thrown within a transaction of the module's own to roll it back on purpose. Never leaves the room. */
export class RolledBack extends Error {}
