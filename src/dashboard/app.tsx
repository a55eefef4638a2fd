import { useEffect } from 'preact/hooks';
import { Route, Router, Switch } from 'wouter-preact';
import { useHashLocation } from 'wouter-preact/use-hash-location';
import { NamePicker } from './parts/namePicker.js';
import { ToastList } from './parts/toastList.js';
import { startFeed } from './state/feedConnection.js';
import { forgets } from './state/forgotten.js';
import { loadCameras, loadPeople } from './state/household.js';
import { isSignedIn, loadSession, session } from './state/ownSession.js';
import { texts } from './texts.js';
import { CamerasView } from './views/camerasView.js';
import { HealthView } from './views/healthView.js';
import { HistoryView } from './views/historyView.js';
import { PeopleView } from './views/peopleView.js';
import { PersonView } from './views/personView.js';
import { Shell } from './views/shell.js';
import { SignInView } from './views/signInView.js';

const RETRY_MS = 1000;

/** The page: a sign-in where one is required, else the views. */
export function App() {
  useEffect(() => {
    const ask = () => void loadSession().catch(() => setTimeout(ask, RETRY_MS));
    ask();
  }, []);
  const isIn = isSignedIn.value;
  useEffect(() => {
    if (!isIn) return;
    startFeed();
    // A viewer may not see everything; the views say so.
    void loadCameras().catch(() => {});
    void loadPeople().catch(() => {});
  }, [isIn]);
  if (session.value === null) return <p class="pad muted">{texts.loading}</p>;
  return (
    <Router hook={useHashLocation}>
      {isIn ? <Views /> : <SignInView />}
      <ToastList />
    </Router>
  );
}

export function Views() {
  return (
    <Shell>
      {/* What a view has loaded may be of somebody who was forgotten since. */}
      <Switch key={forgets.value}>
        <Route path="/history/:seq?">
          {({ seq = '' }) => <HistoryView seq={/^\d{1,15}$/.test(seq) ? Number(seq) : null} />}
        </Route>
        <Route path="/people/:name">{({ name }) => <PersonView key={name} name={name} />}</Route>
        <Route path="/people">
          <PeopleView />
        </Route>
        <Route path="/health">
          <HealthView />
        </Route>
        <Route>
          <CamerasView />
        </Route>
      </Switch>
      <NamePicker />
    </Shell>
  );
}
