export function instant(milliseconds: number): string;
export function instant(milliseconds: number | null): string | null;
/** An instant in responses: ISO 8601 in UTC with milliseconds. */
export function instant(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
