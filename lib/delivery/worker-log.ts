/** How the worker informs the operator. */
export interface WorkerLog {
  warn(message: string, error?: unknown): void;
  /** For details that most operators do not log. */
  debug(message: string): void;
}
