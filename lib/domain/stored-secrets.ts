/** A header of a transport as stored: the value is encrypted. */
export interface StoredHeader {
  key: string;
  value: string;
}

/** A signing secret as stored (encrypted). The newest comes first; older ones sign until `expiresAt` (ms since the epoch). */
export interface StoredSigningSecret {
  secret: string;
  expiresAt: number | null;
}
