/** What a worker tells its operator. */
export interface WorkerLog {
  warn(message: string, error?: unknown): void;
}
