import { useNavigation } from '../../app/navigation.tsx';
import { EventList } from './event-list.tsx';
import { EventStory } from './event-story.tsx';

/** The events of the tenant, or the outcome of one of them: `events/UID`. */
export default function EventsPage() {
  const { path } = useNavigation();
  return path[1] ? <EventStory key={path[1]} eventUid={path[1]} /> : <EventList />;
}
