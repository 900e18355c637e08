export interface AuditVerdict {
  readonly passes: boolean;
  /** One line for the log. */
  readonly line: string;
}

/** Derives the verdict from the output of `npm audit --json`. */
export function auditVerdict(output: string): AuditVerdict;
