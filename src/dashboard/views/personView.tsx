import { Link } from 'wouter-preact';
import { fetchPerson } from '../api/calls.js';
import type { Person } from '../api/model.js';
import { RequestFault } from '../api/transport.js';
import { DropZone } from '../parts/dropZone.js';
import { Icon } from '../parts/icon.js';
import { UploadList } from '../parts/uploadList.js';
import { useAnswer } from '../state/answer.js';
import { filter } from '../state/eventArchive.js';
import { EVERYTHING } from '../state/eventFilter.js';
import { feed } from '../state/feedConnection.js';
import { cameraName, loadPeople, presentAt } from '../state/household.js';
import { isolated } from '../state/isolated.js';
import { may } from '../state/ownSession.js';
import { momentOf } from '../state/times.js';
import { showFault } from '../state/toasts.js';
import { uploadPhotos } from '../state/uploads.js';
import { texts } from '../texts.js';
import { PersonPhotos } from './personPhotos.js';
import { PersonRemoval } from './personRemoval.js';
import { PersonSettingsForm } from './personSettingsForm.js';

const t = texts.people;

/** One person: photos with their faults, settings, presence, removal. */
export function PersonView({ name }: { name: string }) {
  const { value: person, fault, reload } = useAnswer(name, () => fetchPerson(name));
  const isMissing = fault instanceof RequestFault && fault.status === 404;
  if (isMissing || person === null)
    return (
      <div class="person">
        <BackLink />
        <p class="muted">{isMissing ? t.missing : fault ? texts.fault(fault) : texts.loading}</p>
      </div>
    );
  const changed = () => Promise.all([reload(), loadPeople().catch(showFault)]);
  const add = async (files: File[]) => {
    await uploadPhotos(person.name, files);
    await changed();
  };
  const isEditable = may('people:write');
  return (
    <div class="person">
      <BackLink />
      <header class="person-head">
        <h2>{person.settings.displayName ?? name}</h2>
        <Presence person={person} />
        <Link
          href="/history"
          onClick={() => {
            filter.value = { ...EVERYTHING, person: name };
          }}
        >
          {t.events}
        </Link>
      </header>
      {isEditable && (
        <DropZone label={t.drop} onFiles={(files) => void add(files)}>
          <p class="muted">{t.dropHint}</p>
        </DropZone>
      )}
      <UploadList person={person.name} />
      <PersonPhotos person={person} isEditable={isEditable} onChange={changed} />
      {isEditable && <PersonSettingsForm person={person} onChange={changed} />}
      {isEditable && <PersonRemoval name={person.name} />}
    </div>
  );
}

function BackLink() {
  return (
    <Link href="/people" class="back">
      <Icon name="left" />
      {t.back}
    </Link>
  );
}

function Presence({ person: { name, lastSeenAt } }: { person: Person }) {
  // Read, so that this follows the events.
  void feed.value;
  const here = presentAt(name);
  if (here.length > 0) return <p class="presence">{t.here(here.map(cameraName).map(isolated).join(', '))}</p>;
  return <p class="muted">{lastSeenAt === null ? t.neverSeen : t.lastSeen(momentOf(lastSeenAt))}</p>;
}
