import { FEATURES } from './config.ts';
import { Frame } from './frame.tsx';
import { useNavigation } from './navigation.tsx';
import { PAGES } from './pages.ts';
import { usePortal } from './portal-context.tsx';

/** The frame of the portal, with the pages that the host has not hidden. */
export function Shell() {
  const { config } = usePortal();
  const { tenantUid } = useNavigation();
  const shown = FEATURES.filter((feature) => !config.hide.includes(feature));
  const pages = Object.fromEntries(shown.map((feature) => [feature, PAGES[feature]]));
  return <Frame pages={pages} subject={tenantUid} />;
}
