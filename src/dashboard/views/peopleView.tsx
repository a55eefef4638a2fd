import { useEffect, useRef, useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { listFindings } from '../api/calls.js';
import type { PersonSummary } from '../api/model.js';
import { Dialog } from '../parts/dialog.js';
import { DropZone } from '../parts/dropZone.js';
import { EmptyState } from '../parts/emptyState.js';
import { letterOf, Picture } from '../parts/facePicture.js';
import { matching } from '../parts/namePicker.js';
import { UploadList } from '../parts/uploadList.js';
import { peopleTexts } from '../peopleTexts.js';
import { useAnswer } from '../state/answer.js';
import { useFileDrop } from '../state/fileDrop.js';
import { cameraName, loadPeople, people, personNamed, presentAt } from '../state/household.js';
import { isolated } from '../state/isolated.js';
import { may } from '../state/ownSession.js';
import { momentOf } from '../state/times.js';
import { showFault } from '../state/toasts.js';
import { typedName } from '../state/typedName.js';
import { dropFinished, uploadPhotos } from '../state/uploads.js';
import { texts } from '../texts.js';

const t = texts.people;
/** More people than that are searched by name. */
const MOST_AT_A_GLANCE = 10;

/** Everybody in the gallery, who is here now, and what the check of the photos has found. */
export function PeopleView() {
  const [files, setFiles] = useState<File[] | null>(null);
  const { fault } = useAnswer('people', loadPeople);
  const findings = useAnswer('findings', listFindings).value ?? [];
  const all = people.value;
  return (
    <div class="people">
      {may('people:write') && (
        <DropZone label={t.dropNew} onFiles={setFiles}>
          <p class="muted">{t.dropHint}</p>
        </DropZone>
      )}
      <UploadList />
      {all?.length === 0 && (
        <EmptyState title={t.empty.title}>
          <p>{t.empty.text}</p>
        </EmptyState>
      )}
      {all === null && <p class="muted">{fault ? texts.fault(fault) : texts.loading}</p>}
      {all && <PersonCards all={all} />}
      {findings.length > 0 && (
        <section class="findings" aria-label={t.findings}>
          <h2>{t.findings}</h2>
          <ul>
            {findings.map(({ kind, people: named, photos, message, advice }) => (
              <li key={[kind, ...photos, ...named].join()}>
                <p>{message}</p>
                <p class="muted">{advice}</p>
                <p class="row">
                  {named.map((name) => (
                    <Link key={name} href={`/people/${encodeURIComponent(name)}`}>
                      {name}
                    </Link>
                  ))}
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {files && <NewPersonDialog files={files} onClose={() => setFiles(null)} />}
    </div>
  );
}

/** Everybody; many can be searched. */
function PersonCards({ all }: { all: readonly PersonSummary[] }) {
  const [typed, setTyped] = useState('');
  const isSearchable = all.length > MOST_AT_A_GLANCE;
  const wanted = typedName(typed);
  const shown = isSearchable && wanted !== '' ? matching(all, wanted) : all;
  return (
    <>
      {isSearchable && (
        <input
          type="search"
          dir="auto"
          aria-label={peopleTexts.search}
          placeholder={peopleTexts.search}
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      )}
      {isSearchable && shown.length === 0 && (
        <p class="muted" role="status">
          {peopleTexts.nobody(wanted)}
        </p>
      )}
      <ul class="cards">
        {shown.map((person) => (
          <PersonCard key={person.name} person={person} />
        ))}
      </ul>
    </>
  );
}

function PersonCard({ person }: { person: PersonSummary }) {
  const { name, displayName, photos, unusable, setAside, lastSeenAt, cover } = person;
  const shown = displayName ?? name;
  const here = presentAt(name);
  const { handlers, isOver } = useFileDrop(async (files) => {
    if (!may('people:write')) return;
    await uploadPhotos(name, files);
    await loadPeople().catch(showFault);
  });
  return (
    <li class={`card ${isOver ? 'is-over' : ''}`} {...handlers}>
      <Picture sources={cover === null ? [] : [`${cover}?width=192`]} letter={letterOf(shown)} />
      <h2>
        <Link href={`/people/${encodeURIComponent(name)}`}>{shown}</Link>
      </h2>
      <p class={here.length > 0 ? 'presence' : 'muted'}>
        {here.length > 0
          ? t.here(here.map(cameraName).map(isolated).join(', '))
          : lastSeenAt === null
            ? t.neverSeen
            : t.lastSeen(momentOf(lastSeenAt))}
      </p>
      <p class="muted">
        {[t.photos(photos), unusable > 0 && t.faults(unusable), setAside > 0 && t.aside(setAside)]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </li>
  );
}

function NewPersonDialog({ files, onClose }: { files: File[]; onClose: () => void }) {
  const [, navigate] = useLocation();
  const [isSaving, setSaving] = useState(false);
  const [faults, setFaults] = useState<readonly string[]>([]);
  const isOpen = useRef(true);
  useEffect(
    () => () => {
      isOpen.current = false;
    },
    [],
  );
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = typedName(String(new FormData(event.currentTarget as HTMLFormElement).get('name')));
    if (typed === '' || isSaving) return;
    const name = personNamed(typed)?.name ?? typed;
    setSaving(true);
    const outcome = await uploadPhotos(name, files);
    if (outcome.added > 0) await loadPeople().catch(showFault);
    // Who has closed it, or gone elsewhere, reads the outcome in the list.
    if (!isOpen.current) return;
    if (outcome.added === 0) {
      dropFinished(name);
      setFaults(outcome.faults);
      return setSaving(false);
    }
    onClose();
    // Faults stay in sight on this view.
    if (outcome.added === files.length)
      navigate(`/people/${encodeURIComponent(personNamed(name)?.name ?? name)}`);
  };
  return (
    <Dialog title={t.nameNew} kind="narrow" onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <p class="muted">{t.photos(files.length)}</p>
        <input
          name="name"
          dir="auto"
          aria-label={t.name}
          placeholder={t.name}
          required
          maxLength={64}
          autocomplete="off"
        />
        {faults.length > 0 && (
          <p class="form-fault" role="alert">
            {faults.join('. ')}
          </p>
        )}
        <button type="submit" class="primary" disabled={isSaving} aria-busy={isSaving}>
          {t.create}
        </button>
      </form>
    </Dialog>
  );
}
