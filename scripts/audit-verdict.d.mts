export interface AuditVerdict {
  readonly passes: boolean;
  /** One line for the log. */
  readonly line: string;
}

/** What the output of `npm audit --json` came to. */
export function auditVerdict(output: string): AuditVerdict;
