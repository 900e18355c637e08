import type { ComponentType } from 'preact';
import type { Feature } from './config.ts';

type Page = ComponentType<Record<string, never>>;
/** Loads a page. */
type LoadPage = () => Promise<{ default: Page }>;

/** The pages, each loaded when it is first shown. The key is the first segment of the place and the key of its texts. */
export const PAGES: Readonly<Record<Feature, LoadPage>> = {
  overview: () => import('../pages/overview/overview-page.tsx'),
  endpoints: () => import('../pages/endpoints/endpoints-page.tsx'),
  deliveries: () => import('../pages/deliveries/deliveries-page.tsx'),
  events: () => import('../pages/events/events-page.tsx'),
  catalog: () => import('../pages/catalog/catalog-page.tsx'),
  recoveries: () => import('../pages/recoveries/recoveries-page.tsx'),
  activity: () => import('../pages/activity/activity-page.tsx'),
};

export type { LoadPage, Page };
