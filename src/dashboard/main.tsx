import { render } from 'preact';
import './styles/base.css';
import './styles/shell.css';
import './styles/live.css';
import './styles/history.css';
import './styles/people.css';
import './styles/health.css';
import './state/theme.js';
import { App } from './app.js';
import { keepPageOnDrop } from './state/fileDrop.js';

keepPageOnDrop();
const place = document.getElementById('page');
if (place) render(<App />, place);
