import { grouped } from '../../domain/grouped.js';
import type { FanoutPlan, PlannedDelivery } from '../fanout-store.js';
import { numbers } from './sql.js';

/** The parameters of fanout-sql's `writeText`: what the deliveries of a route have in common is sent once. */
export function writeParameters({ events, deliveries, now }: FanoutPlan, isOrdered: boolean): unknown[] {
  const routes = [...grouped(deliveries, routeOf).values()];
  const inOrder = routes.flat();
  const heads = routes.map(([first]) => first!);
  let end = 0;
  const ends = routes.map(({ length }) => (end += length));
  const unordered = [
    events.map((event) => event.tenantUid),
    numbers(events.map((event) => event.id)),
    numbers(events.filter((event) => !event.isFinished).map((event) => event.id)),
    now,
    numbers([...new Set(heads.map((head) => head.transportId))].sort((one, other) => one - other)),
    numbers(heads.map((head) => head.transportId)),
    heads.map((head) => head.tenantUid),
    heads.map((head) => head.action),
    heads.map((head) => head.httpTransportUid),
    heads.map((head) => head.webhookUid),
    heads.map((head) => head.missedReason),
    numbers(routes.map(({ length }, index) => ends[index]! - length + 1)),
    numbers(ends),
    numbers(inOrder.map((delivery) => delivery.eventId)),
  ];
  // unnest makes up for the shorter array with nulls.
  if (!isOrdered) return [...unordered, []];
  const ordered = inOrder.filter((delivery) => delivery.orderingKey !== null);
  return [
    ...unordered,
    inOrder.map((delivery) => delivery.orderingKey),
    numbers([...new Set(ordered.map((delivery) => delivery.eventId))]),
  ];
}

const routeOf = ({ transportId, webhookUid, missedReason, action }: PlannedDelivery): string =>
  `${transportId} ${webhookUid} ${missedReason} ${action}`;
