import type { EntityReference } from 'nestjs-tillhook';
import type { Actor } from '../account/actor.js';

/** References by their name in the payload, e.g. `{ store, order }`. */
type References = Readonly<Record<string, EntityReference>>;

/** The payload of an event: what it is about, in which tenant, and by whom. The module adds the tenant's uid. */
export const thinPayload = <About extends References>(actor: Actor, about: About) => ({
  tenant: { Id: actor.tenant.Id },
  ...about,
  tenantUser: actor.user,
});
