import { createContext, type ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api } from '../api/client.ts';
import type { Formats } from '../i18n/formats.ts';
import type { Translate } from '../i18n/translate.ts';
import type { PortalConfig } from './config.ts';

/** The values that every page needs. */
export interface Portal {
  readonly config: PortalConfig;
  readonly api: Api;
  /** Translates a key of the message files. */
  readonly t: Translate;
  readonly formats: Formats;
  /** Language and region by which times and numbers are written, as in BCP 47. */
  readonly language: string;
  /** Whether the session is read-only. */
  readonly readOnly: boolean;
}

const PortalContext = createContext<Portal | undefined>(undefined);

export const PortalProvider = ({ portal, children }: { portal: Portal; children: ComponentChildren }) => (
  <PortalContext.Provider value={portal}>{children}</PortalContext.Provider>
);

export function usePortal(): Portal {
  return useContext(PortalContext)!;
}
