import type { Page } from 'playwright-core';
import { deliveryUidOf } from '../../../lib/domain/uid.js';
import { eventually } from '../../support/eventually.js';
import type { PortalScene } from './portal-scene.js';
import { SHOP } from './seed-shop.js';
import { RETRIED_DELIVERY } from './shop-deliveries.js';

/** A page of the portal in a state that is worth an image. */
export interface View {
  /** Name of its images. */
  readonly name: string;
  /** Leads a signed-in page to the view, and waits until it is there. */
  readonly open: (page: Page, scene: PortalScene) => Promise<void>;
  /** Name of the image in the documentation; undefined: it is not shown there. */
  readonly image?: string;
}

/** Goes to a place of the page that is open, as a click on a link does. */
const visit = async (page: Page, place: string, text: string | RegExp): Promise<void> => {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/${SHOP}/${place}`);
  await page.getByText(text).first().waitFor();
};

const placed =
  (place: string, text: string | RegExp): View['open'] =>
  (page) =>
    visit(page, place, text);

/** Opens the portal of a tenant. The blank page makes the browser load the portal again. */
export const signIn = async (page: Page, scene: PortalScene, tenantUid: string): Promise<void> => {
  await page.goto('about:blank');
  await page.goto(await scene.linkOf(tenantUid));
  await page.getByRole('navigation').waitFor();
};

/** The views, in the order in which they are opened. To add a page, add a line. */
export const VIEWS: readonly View[] = [
  { name: 'overview', image: 'portal-overview', open: openOverview },
  { name: 'endpoints', image: 'portal-endpoints', open: placed('endpoints', 'Kitchen display') },
  { name: 'endpoint', open: placed('endpoints/kitchen', 'Signing secret') },
  { name: 'wizard', image: 'portal-wizard', open: openWizard },
  { name: 'deliveries', open: openDeliveries },
  {
    name: 'delivery',
    image: 'portal-delivery',
    open: (page) => visit(page, `deliveries/${deliveryUidOf(RETRIED_DELIVERY.id)}`, /Attempt 3/),
  },
  { name: 'events', open: placed('events', 'TILL_CLOSED') },
  { name: 'event', open: placed(`events/${RETRIED_DELIVERY.event.uid}`, 'Outcome for each subscription') },
  { name: 'catalog', open: placed('catalog', 'A till was opened.') },
  { name: 'recoveries', open: placed('recoveries', '525 of 860 queued for sending.') },
  { name: 'activity', open: placed('activity', 'back-office:12') },
  { name: 'not-found', open: placed('endpoints/no-such-endpoint', 'Not found.') },
  { name: 'overview-empty', open: openEmptyTenant },
  { name: 'endpoints-empty', open: openEmptyEndpoints },
  { name: 'sign-in', open: openSignedOut },
];

/** The number of pending deliveries is loaded last. */
async function openOverview(page: Page): Promise<void> {
  await visit(page, 'overview', 'Needs attention');
  await page.getByRole('link', { name: /^Pending now\s*\d/ }).waitFor();
}

/** The names of endpoints are loaded after the list, which shows their uids until then. */
async function openDeliveries(page: Page): Promise<void> {
  await visit(page, 'deliveries', 'STOCK_CHANGE');
  const showsNames = (spans: Element[]): boolean =>
    spans.every(({ textContent }) => !/^[a-z-]+$/.test(textContent ?? ''));
  await eventually(() => page.locator('span[title]').evaluateAll(showsNames), {
    what: 'the names of all endpoints',
  });
}

async function openWizard(page: Page): Promise<void> {
  await visit(page, 'endpoints/+new', 'Where to send');
  await page.getByLabel('URL').fill('https://loyalty.example.com/hooks');
  await page.getByLabel('Name').fill('Loyalty programme');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('All ORDER_*, also those that are added later').check();
  await page.getByRole('checkbox', { name: /^CUSTOMER_CREATE/ }).check();
  // Neither a focus ring nor a row under the pointer depends on how the view was reached.
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
}

async function openEmptyTenant(page: Page, scene: PortalScene): Promise<void> {
  await signIn(page, scene, 'new-shop');
  await page.getByText('Nothing in this period.').first().waitFor();
}

async function openEmptyEndpoints(page: Page, scene: PortalScene): Promise<void> {
  await signIn(page, scene, 'new-shop');
  await page.getByRole('link', { name: 'Endpoints', exact: true }).click();
  await page.getByText('There are no endpoints yet.').waitFor();
}

async function openSignedOut(page: Page, scene: PortalScene): Promise<void> {
  await page.evaluate(() => sessionStorage.clear());
  await page.goto('about:blank');
  await page.goto(`${scene.url}/portal/`);
  await page.getByText('You are not signed in.').waitFor();
}
