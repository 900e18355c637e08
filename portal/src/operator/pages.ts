import type { LoadPage } from '../app/pages.ts';

/** The pages of the console in the order of its navigation, each loaded when it is first shown. */
export const OPERATOR_PAGES: Readonly<Record<string, LoadPage>> = {
  overview: () => import('./pages/overview/overview-page.tsx'),
  endpoints: () => import('./pages/endpoints/endpoints-page.tsx'),
  tenants: () => import('./pages/tenants/tenants-page.tsx'),
  lanes: () => import('./pages/lanes/lanes-page.tsx'),
  stop: () => import('./pages/stop/stop-page.tsx'),
  audit: () => import('./pages/audit/audit-page.tsx'),
};
