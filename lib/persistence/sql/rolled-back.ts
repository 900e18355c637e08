/**
 * Thrown within a transaction that the module has opened itself, to roll it back on purpose. It never leaves the persistence
 * layer.
 */
export class RolledBack extends Error {}
