import { tabStorage } from '../../app/tab-storage.ts';

/** The input of a user for an endpoint that does not exist yet. It contains nothing secret. */
export interface Draft {
  readonly url: string;
  readonly name: string;
  readonly actions: readonly string[];
}

const EMPTY: Draft = { url: '', name: '', actions: [] };
const keyOf = (tenantUid: string): string => `tillhook-draft:${tenantUid}`;

/** The draft that this tab has kept, or an empty one. */
export function keptDraft(tenantUid: string): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(tabStorage.read(keyOf(tenantUid)) ?? '{}') as Partial<Draft>) };
  } catch {
    return EMPTY;
  }
}

/** Keeps the draft until the tab is closed, so that a reload or an ended session loses nothing. */
export const keepDraft = (tenantUid: string, draft: Draft): void =>
  tabStorage.write(keyOf(tenantUid), JSON.stringify(draft));

export const forgetDraft = (tenantUid: string): void => tabStorage.remove(keyOf(tenantUid));
