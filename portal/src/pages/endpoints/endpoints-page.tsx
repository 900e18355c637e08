import { useNavigation } from '../../app/navigation.tsx';
import { CreateWizard } from './create-wizard.tsx';
import { EndpointDetails } from './endpoint-details.tsx';
import { EndpointList } from './endpoint-list.tsx';

/** The endpoints, one of them (`endpoints/UID`), or the steps that create one (`endpoints/+new`, which is no uid). */
export default function EndpointsPage() {
  const { path } = useNavigation();
  if (path[1] === '+new') return <CreateWizard />;
  return path[1] ? <EndpointDetails key={path[1]} uid={path[1]} /> : <EndpointList />;
}
