import type { WebhookEventExplanation, WebhookEvents } from '../../index.js';
import { TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import type { Command } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { eventStory } from './event-story.js';

/** Webhooks that are read at once. */
const PAGE_SIZE = 100;

/** Explains the outcome of an event for each webhook, as `WebhookEvents.explain` does. */
export const explainCommand: Command = {
  name: 'explain',
  summary: 'Explain the outcome of an event for each webhook',
  description:
    'Shows, for each webhook of the tenant, the delivery of an event and what it waits for, or the reason why there is none.\n' +
    'For each webhook, a sentence says whether the outcome was recorded or is derived from the present configuration.',
  arguments: [{ name: 'EVENT', description: 'Uid of the event, which is the header webhook-id' }],
  options: { ...DATABASE_OPTIONS, ...TENANT_OPTION },
  async run(values, context, [event]) {
    const tenant = tenantOf(values);
    const explanation = await withModule(values, context, async (get) => {
      const { WebhookEvents } = await import('../../index.js');
      return explainForAll(get(WebhookEvents), tenant, event!);
    });
    context.print(values.json ? `${JSON.stringify(explanation)}\n` : eventStory(explanation));
  },
};

/** The explanation of an event with all of its pages. */
async function explainForAll(
  events: WebhookEvents,
  tenant: string,
  eventUid: string,
): Promise<Pick<WebhookEventExplanation, 'event' | 'items'>> {
  const items: WebhookEventExplanation['items'] = [];
  let cursor: string | null | undefined;
  for (;;) {
    const page = await events.explain(tenant, eventUid, { pageSize: PAGE_SIZE, ...(cursor && { cursor }) });
    items.push(...page.items);
    cursor = page.paging.nextCursor;
    if (cursor === null) return { event: page.event, items };
  }
}
