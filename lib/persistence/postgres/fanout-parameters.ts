import { grouped } from '../../domain/grouped.js';
import type { FanoutPlan, PlannedDelivery, PlannedEvent } from '../ports/fanout-store.js';
import { ALL_TRANSPORTS, type WriteKind } from './fanout-sql.js';
import { numbers } from './sql.js';

/** The parameters of fanout-sql's `writeText`. Values that all deliveries of a route have in common are sent once. */
export function writeParameters(
  { events, deliveries, now }: FanoutPlan,
  { isOrdered, mayExist }: WriteKind,
): unknown[] {
  const routes = [...grouped(deliveries, routeOf).values()];
  const inOrder = routes.flat();
  const heads = routes.map(([first]) => first!);
  const left = events.flatMap(({ id, left }) => left.map((transportId) => ({ id, transportId })));
  let end = 0;
  const ends = routes.map(({ length }) => (end += length));
  const parameters: unknown[] = [
    events.map((event) => event.tenantUid),
    numbers(events.map((event) => event.id)),
    numbers(events.map(fenceOf)),
    numbers(left.map((pair) => pair.id)),
    numbers(left.map((pair) => pair.transportId)),
    now,
    numbers([...new Set(heads.map((head) => head.transportId))].sort((one, other) => one - other)),
    numbers(heads.map((head) => head.transportId)),
    numbers(heads.map((head) => head.tenantId)),
    numbers(heads.map((head) => head.webhookId)),
    heads.map((head) => head.missedReason),
    numbers(routes.map(({ length }, index) => ends[index]! - length + 1)),
    numbers(ends),
    numbers(inOrder.map((delivery) => delivery.eventId)),
  ];
  const ordered = inOrder.filter((delivery) => delivery.orderingKey !== null);
  if (isOrdered) parameters.push(numbers([...new Set(ordered.map((delivery) => delivery.eventId))]));
  if (mayExist) parameters.push(numbers(events.filter((event) => event.mayExist).map((event) => event.id)));
  // unnest fills the shorter array with nulls.
  parameters.push(isOrdered ? inOrder.map((delivery) => delivery.orderingKey) : []);
  return parameters;
}

const fenceOf = ({ transportIds }: PlannedEvent): number => transportIds?.length ?? ALL_TRANSPORTS;

const routeOf = ({ transportId, webhookId, missedReason }: PlannedDelivery): string =>
  `${transportId} ${webhookId} ${missedReason}`;
