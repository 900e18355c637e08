/** How the worker informs the operator. */
export interface WorkerLog {
  warn(message: string, error?: unknown): void;
}
