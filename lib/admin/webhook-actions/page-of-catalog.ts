import type { ActionCatalog } from '../../domain/action-catalog.js';
import type { Page, PageRequest } from '../../persistence/repositories/page.js';
import type { WebhookActionDto } from './webhook-action.dto.js';

/** One page of a catalog, by the same rules as lists from the database. */
export function pageOfCatalog(
  catalog: ActionCatalog,
  { pageNumber, pageSize, sortDirection }: PageRequest<'action'>,
): Page<WebhookActionDto> {
  const actions = Object.keys(catalog).sort();
  if (sortDirection === 'DESC') actions.reverse();
  const first = (pageNumber - 1) * pageSize;
  return {
    items: actions.slice(first, first + pageSize).map((action) => {
      const { description, example } = catalog[action]!;
      return { action, description, example };
    }),
    totalCount: actions.length,
  };
}
