import './app/kit';
import './app/app.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { makeRouter } from './app/router';
import { makeClient } from './shared/lib/client';

const root = document.getElementById('root');
if (!root) throw new Error('index.html: expected an element with the id "root", found none');
createRoot(root).render(<App client={makeClient()} router={makeRouter()} />);
