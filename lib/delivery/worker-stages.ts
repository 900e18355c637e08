import type { Stores } from '../persistence/ports/stores.js';
import { EventLoader } from './bodies/event-loader.js';
import type { DeliveryWorkerOptions } from './delivery-worker-options.js';
import { HeldLanes } from './lanes/held-lanes.js';
import { InspectionList } from './lanes/inspection-list.js';
import { LaneClaimer } from './lanes/lane-claimer.js';
import { LaneReader } from './lanes/lane-reader.js';
import { LaneReleaser } from './lanes/lane-releaser.js';
import { LaneRenewals } from './lanes/lane-renewals.js';
import { LaneSweep } from './lanes/lane-sweep.js';
import { LaneUpkeep } from './lanes/lane-upkeep.js';
import { RequestReader } from './lanes/request-reader.js';
import { DeliveryRecorder } from './recording/delivery-recorder.js';
import type { AttemptContext } from './sending/attempt.js';
import { DeliverySender } from './sending/delivery-sender.js';
import { Dispatcher } from './sending/dispatcher.js';
import { Slots } from './sending/slots.js';
import type { TransportConfigs } from './sending/transport-config.js';
import type { WorkerLog } from './worker-log.js';

/** Maximum number of lanes held per slot. It is above 1, because most lanes have only a few due deliveries. */
const LANES_PER_SLOT = 4;

/** The stores that the stages need. */
export type DeliveryStores = Pick<Stores, 'lanes' | 'records' | 'requests' | 'sweep'>;

/** The classes that process deliveries in one process. `DeliveryWorker` describes the order. */
export interface WorkerStages {
  readonly held: HeldLanes;
  readonly inspection: InspectionList;
  readonly bodies: EventLoader;
  readonly slots: Slots;
  readonly recorder: DeliveryRecorder;
  readonly sender: DeliverySender;
  readonly dispatcher: Dispatcher;
  readonly claimer: LaneClaimer;
  readonly reader: LaneReader;
  readonly requests: RequestReader;
  readonly releaser: LaneReleaser;
  readonly upkeep: LaneUpkeep;
  readonly sweep: LaneSweep;
}

/** @returns an error handler that logs only the first failure in a row */
export const warnOnce =
  (log: WorkerLog, message: string) =>
  (error: unknown, failures: number): void => {
    if (failures === 1) log.warn(message, error);
  };

/** Creates the stages and passes to each one those that it uses. Starts nothing. */
export function connectStages(
  { lanes, records, requests: requestStore, sweep: sweepStore }: DeliveryStores,
  configs: TransportConfigs,
  context: AttemptContext,
  options: DeliveryWorkerOptions,
  log: WorkerLog,
): WorkerStages {
  const { concurrency, policy, notifications } = options;
  const { now, elapsed } = context;
  const inspection = new InspectionList();
  const held = new HeldLanes(concurrency * LANES_PER_SLOT);
  const bodies = new EventLoader(lanes, elapsed);
  const slots = new Slots(concurrency, options.maxPerOrigin);
  const renewals = new LaneRenewals(lanes, context);
  const recorder = new DeliveryRecorder(records, held, inspection, {
    context,
    fullGroup: concurrency,
    log,
    notifications,
    isDisabled: async (transportId) =>
      (await lanes.transports([transportId])).get(transportId)?.state === 'DISABLED',
  });
  const sender = new DeliverySender(lanes, bodies, renewals, recorder, inspection, {
    context,
    disableAfterMs: policy.disableAfterMs,
    notifications,
    telemetry: options.telemetry,
    propagatesTrace: options.propagatesTrace,
    log,
  });
  const dispatcher = new Dispatcher(slots, sender, recorder, held, inspection, context);
  const claimer = new LaneClaimer(lanes, held, configs, inspection, {
    ...options,
    now,
    elapsed,
    isBusy: () => slots.isBusy,
    isOverloaded: () => slots.isOverloaded,
    onError: warnOnce(log, 'Claiming lanes failed and is tried again'),
  });
  const reader = new LaneReader(lanes, bodies, recorder, claimer, inspection, {
    now,
    elapsed,
    sendsSoon: () => slots.areSoonFree,
    onError: (error) => log.warn('Reading lanes failed and is tried again', error),
  });
  const requests = new RequestReader(requestStore, recorder, claimer, inspection, {
    now,
    elapsed,
    onError: (error) => log.warn('Reading requested redeliveries failed and is tried again', error),
  });
  const releaser = new LaneReleaser(lanes, records, held, claimer, inspection, {
    now,
    elapsed,
    onError: warnOnce(log, 'Releasing lanes failed and is tried again'),
  });
  const upkeep = new LaneUpkeep(lanes, held, renewals, configs, claimer, inspection, context);
  const sweep = new LaneSweep(sweepStore, {
    now,
    elapsed,
    warn: (message, error) => log.warn(message, error),
  });
  return {
    held,
    inspection,
    bodies,
    slots,
    recorder,
    sender,
    dispatcher,
    claimer,
    reader,
    requests,
    releaser,
    upkeep,
    sweep,
  };
}
