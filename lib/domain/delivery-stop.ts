/** A stop of all deliveries, in all processes. */
export interface DeliveryStop {
  /** When it was requested, ms since the epoch; null: the stored text cannot be read. */
  readonly at: number | null;
  /** Who requested it; null: unknown. */
  readonly actor: string | null;
  /** Why; null: no reason was given. */
  readonly reason: string | null;
}

/** Maximum length of the reason of a stop, in characters. */
export const MAX_STOP_REASON = 255;

/** The stop as stored in `webhook_setting`. */
export const stopText = (stop: DeliveryStop): string => JSON.stringify(stop);

/** The stop of a stored text. A text that cannot be read is a stop too: a damaged row must not start deliveries. */
export function stopOf(text: string): DeliveryStop {
  const { at, actor, reason } = membersOf(text);
  return {
    at: typeof at === 'number' && Number.isSafeInteger(at) ? at : null,
    actor: textOrNull(actor),
    reason: textOrNull(reason),
  };
}

function membersOf(text: string): Partial<Record<keyof DeliveryStop, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
