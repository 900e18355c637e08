import type { Endpoint } from '../../api/types.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';

export type Command = 'pause' | 'resume' | 'disable' | 'enable';

/**
 * Changes the state of an endpoint.
 *
 * @param onChanged gets the endpoint as the server returned it
 * @returns a function that throws `ApiProblem` if the server refuses
 */
export function useCommand(
  httpTransportUid: string,
  onChanged: (endpoint: Endpoint) => void,
): (command: Command) => Promise<void> {
  const { api } = usePortal();
  const { tenantUid } = useNavigation();
  return async (command) => {
    const { data } = await api.POST(`/tenants/{tenantUid}/httptransports/{httpTransportUid}/${command}`, {
      params: { path: { tenantUid, httpTransportUid } },
    });
    onChanged(data!);
  };
}
