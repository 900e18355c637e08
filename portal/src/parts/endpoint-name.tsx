import { useEndpointName } from '../app/endpoint-names.ts';
import { Link } from '../app/navigation.tsx';

/** The name of an endpoint, with its id in the tooltip. */
export function EndpointName({ uid }: { uid: string }) {
  return <span title={uid}>{useEndpointName(uid)}</span>;
}

/** The same as a link to the endpoint. */
export const EndpointLink = ({ uid }: { uid: string }) => (
  <Link to={['endpoints', uid]}>
    <EndpointName uid={uid} />
  </Link>
);
