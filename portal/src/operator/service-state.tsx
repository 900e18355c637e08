import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { DeliveryStop, ServiceOverview } from '../api/types.ts';
import { useQuery } from '../api/use-query.ts';
import { usePortal } from '../app/portal-context.tsx';

/** How often the state is read, in ms. */
const POLL_MS = 5_000;
/** How often the state is read while processes end their work after a stop, in ms. */
const POLL_WHILE_STOPPING_MS = 1_000;

/** The state of the whole service, read by one request for all parts of the console. */
export interface ServiceState {
  /** As last read; undefined: it could not be read yet. */
  readonly overview: ServiceOverview | undefined;
  /** The stop in force; null: deliveries are not stopped; undefined: not known. */
  readonly stop: DeliveryStop | null | undefined;
  /** Why the state could not be read the last time. */
  readonly error: unknown;
  readonly reload: () => void;
  /** Shows a stop, or its end, that the server has confirmed, and reads the rest again. */
  readonly setStop: (stop: DeliveryStop | null) => void;
}

const ServiceContext = createContext<ServiceState | undefined>(undefined);

/** Provides the state to everything inside, and keeps it current. */
export function ServiceStateProvider({ children }: { children: ComponentChildren }) {
  const { api } = usePortal();
  const [isEnding, setEnding] = useState(false);
  const { data, error, reload } = useQuery(
    async (signal) => (await api.GET('/webhookoperations/overview', { signal })).data!,
    [api],
    { pollMs: isEnding ? POLL_WHILE_STOPPING_MS : POLL_MS },
  );
  // The response to a stop or a resume is shown until the state has been read again, even if it could not be read before.
  const [confirmed, setConfirmed] = useState<{ stop: DeliveryStop | null }>();
  useEffect(() => {
    setConfirmed(undefined);
    setEnding(data !== undefined && data.stop !== null && data.processes.length > 0);
  }, [data]);
  const state: ServiceState = {
    overview: data,
    stop: confirmed ? confirmed.stop : data?.stop,
    error,
    reload,
    setStop: (stop) => {
      setConfirmed({ stop });
      reload();
    },
  };
  return <ServiceContext.Provider value={state}>{children}</ServiceContext.Provider>;
}

export function useServiceState(): ServiceState {
  return useContext(ServiceContext)!;
}
